using System;

namespace EdgeFleet.Contracts.Crypto
{
    /// <summary>
    /// An RSA public key of 2048 or 3072 bits with the exponent 65537, with what a verification needs of it worked out
    /// once: the modulus in limbs and the two constants of Montgomery's multiplication. Holds no secret.
    /// </summary>
    public sealed class RsaPublicKey
    {
        /// <summary>Bytes of the smaller modulus: 2048 bits.</summary>
        public const int SmallBytes = 256;

        /// <summary>Bytes of the larger modulus: 3072 bits.</summary>
        public const int LargeBytes = 384;

        /// <summary>Limbs of 32 bits in the larger modulus.</summary>
        public const int MaxLimbs = LargeBytes / 4;

        /// <summary>Bytes of a key id.</summary>
        public const int KeyIdBytes = 32;

        internal readonly uint[] Modulus;
        internal readonly uint[] SquareOfRadix;
        internal readonly uint InverseOfLowest;
        private readonly byte[] _bytes;
        private readonly byte[] _keyId = new byte[KeyIdBytes];

        /// <summary>
        /// The key with the modulus in the range, most significant byte first, of one for which
        /// <see cref="IsModulus"/> holds; anything else makes a key that no signature fits.
        /// </summary>
        public RsaPublicKey(byte[] modulus, int offset, int count)
        {
            _bytes = new byte[count];
            Array.Copy(modulus, offset, _bytes, 0, count);
            int limbs = count / 4;
            Modulus = new uint[limbs];
            SquareOfRadix = new uint[limbs];
            Montgomery.FromBytes(_bytes, 0, Modulus, limbs);
            InverseOfLowest = limbs == 0 ? 0 : Montgomery.NegatedInverse(Modulus[0]);
            if (IsModulus(_bytes, 0, count))
                Montgomery.SquareOfRadix(Modulus, InverseOfLowest, limbs, SquareOfRadix);
            FillKeyId();
        }

        /// <summary>Bytes of the modulus, and of a signature.</summary>
        public int Size => _bytes.Length;

        /// <summary>The modulus, most significant byte first. Not a copy: not to be changed.</summary>
        public byte[] ModulusBytes => _bytes;

        /// <summary>
        /// The key's name: the SHA-256 of its SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7), which is what
        /// <c>openssl pkey -pubin -outform DER | sha256sum</c> prints. Not a copy: not to be changed.
        /// </summary>
        public byte[] KeyId => _keyId;

        /// <summary>
        /// Whether the bytes can be a modulus here: 2048 or 3072 bits, the highest set, and odd. Whether it has two
        /// large factors, its owner knows.
        /// </summary>
        public static bool IsModulus(byte[] bytes, int offset, int count)
        {
            return (count == SmallBytes || count == LargeBytes)
                && (bytes[offset] & 0x80) != 0 && (bytes[offset + count - 1] & 1) != 0;
        }

        // The two lengths have lengths of lengths alike, so one head with three numbers serves both.
        private void FillKeyId()
        {
            // SEQUENCE { SEQUENCE { OID rsaEncryption, NULL }, BIT STRING { SEQUENCE { INTEGER n, INTEGER e } } };
            // n has a leading zero byte, and e is 65537.
            byte[] head = new byte[]
            {
                0x30, 0x82, 0, 0, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05,
                0x00, 0x03, 0x82, 0, 0, 0x00, 0x30, 0x82, 0, 0, 0x02, 0x82, 0, 0, 0x00,
            };
            byte[] tail = new byte[] { 0x02, 0x03, 0x01, 0x00, 0x01 };
            int integer = Size + 1;
            int sequence = 4 + integer + tail.Length;
            int bits = 1 + 4 + sequence;
            PutLength(head, 2, 15 + 4 + bits);
            PutLength(head, 21, bits);
            PutLength(head, 26, sequence);
            PutLength(head, 30, integer);
            Sha256 sha = new Sha256();
            sha.Append(head, 0, head.Length);
            sha.Append(_bytes, 0, Size);
            sha.Append(tail, 0, tail.Length);
            sha.Finish(_keyId, 0);
        }

        private static void PutLength(byte[] head, int at, int length)
        {
            head[at] = (byte)(length >> 8);
            head[at + 1] = (byte)length;
        }
    }
}
