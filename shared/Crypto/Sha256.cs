using System;

namespace EdgeFleet.Contracts.Crypto
{
    /// <summary>
    /// SHA-256 (FIPS 180-4) in managed code, for boards that have none: about 0.1 s a kilobyte there, so it is for
    /// manifests and keys, not for components. All memory is taken in the constructor; an object hashes any number of
    /// messages, one after another.
    /// </summary>
    public sealed class Sha256
    {
        /// <summary>Bytes of a digest.</summary>
        public const int DigestBytes = 32;

        private const int BlockBytes = 64;

        private readonly uint[] _constants;
        private readonly uint[] _initial;
        private readonly uint[] _state = new uint[8];
        private readonly uint[] _schedule = new uint[64];
        private readonly byte[] _block = new byte[BlockBytes];
        private int _inBlock;
        private ulong _length;

        /// <summary>A hash that has seen no byte yet.</summary>
        public Sha256()
        {
            // FIPS 180-4 sections 4.2.2 and 5.3.3: the first 32 bits of the fractional parts of the cube roots of the
            // first 64 primes, and of the square roots of the first eight.
            _constants = new uint[]
            {
                0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
                0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
                0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
                0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
                0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
                0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
                0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
                0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
            };
            _initial = new uint[]
            {
                0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
            };
            Reset();
        }

        /// <summary>Forgets what was appended.</summary>
        public void Reset()
        {
            Array.Copy(_initial, 0, _state, 0, 8);
            _inBlock = 0;
            _length = 0;
        }

        /// <summary>Appends <paramref name="count"/> bytes of <paramref name="data"/> to the message.</summary>
        public void Append(byte[] data, int offset, int count)
        {
            _length += (ulong)count;
            while (count > 0)
            {
                int part = BlockBytes - _inBlock;
                if (part > count)
                    part = count;
                Array.Copy(data, offset, _block, _inBlock, part);
                _inBlock += part;
                offset += part;
                count -= part;
                if (_inBlock == BlockBytes)
                    Compress();
            }
        }

        /// <summary>Appends one byte to the message.</summary>
        public void Append(byte value)
        {
            _length++;
            _block[_inBlock++] = value;
            if (_inBlock == BlockBytes)
                Compress();
        }

        /// <summary>
        /// Writes the digest of what was appended, <see cref="DigestBytes"/> bytes, and starts again with an empty
        /// message.
        /// </summary>
        public void Finish(byte[] target, int offset)
        {
            ulong bits = _length * 8;
            // One bit, then zeros up to the length in the last eight bytes of a block (section 5.1.1).
            Append(0x80);
            while (_inBlock != BlockBytes - 8)
                Append(0);
            for (int shift = 56; shift >= 0; shift -= 8)
                Append((byte)(bits >> shift));
            for (int i = 0; i < 8; i++)
            {
                uint word = _state[i];
                target[offset++] = (byte)(word >> 24);
                target[offset++] = (byte)(word >> 16);
                target[offset++] = (byte)(word >> 8);
                target[offset++] = (byte)word;
            }
            Reset();
        }

        // Section 6.2.2, with everything inline: on a board a call costs more than a round's arithmetic.
        private void Compress()
        {
            uint[] w = _schedule;
            uint[] k = _constants;
            uint[] state = _state;
            byte[] block = _block;
            for (int t = 0, at = 0; t < 16; t++, at += 4)
                w[t] = (uint)(block[at] << 24 | block[at + 1] << 16 | block[at + 2] << 8 | block[at + 3]);
            for (int t = 16; t < 64; t++)
            {
                uint x = w[t - 15];
                uint y = w[t - 2];
                w[t] = ((x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3) + w[t - 7]
                    + ((y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10) + w[t - 16];
            }
            uint a = state[0];
            uint b = state[1];
            uint c = state[2];
            uint d = state[3];
            uint e = state[4];
            uint f = state[5];
            uint g = state[6];
            uint h = state[7];
            for (int t = 0; t < 64; t++)
            {
                uint first = h + ((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7))
                    + (e & f ^ ~e & g) + k[t] + w[t];
                uint second = ((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10))
                    + (a & b ^ a & c ^ b & c);
                h = g;
                g = f;
                f = e;
                e = d + first;
                d = c;
                c = b;
                b = a;
                a = first + second;
            }
            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
            state[5] += f;
            state[6] += g;
            state[7] += h;
            _inBlock = 0;
        }
    }
}
