namespace EdgeFleet.Contracts.Crypto
{
    /// <summary>
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 8017 sections 8.1.2 and 9.1.2), which is
    /// PS256 of RFC 8230: verification alone. All memory is taken in the constructor, 2.3 KB for keys of either size;
    /// an object verifies one signature after another.
    /// </summary>
    public sealed class PssVerifier
    {
        /// <summary>Bytes of the salt; PS256 admits no other length.</summary>
        public const int SaltBytes = 32;

        private const int HashBytes = Sha256.DigestBytes;
        private const int Trailer = 0xBC;

        private readonly Sha256 _sha = new Sha256();
        private readonly uint[] _signature = new uint[RsaPublicKey.MaxLimbs];
        private readonly uint[] _first = new uint[RsaPublicKey.MaxLimbs];
        private readonly uint[] _second = new uint[RsaPublicKey.MaxLimbs];
        private readonly byte[] _encoded = new byte[RsaPublicKey.LargeBytes];
        private readonly byte[] _mask = new byte[HashBytes];

        /// <summary>
        /// Whether the <paramref name="count"/> bytes at <paramref name="offset"/> are the key's signature of the message
        /// with the SHA-256 <paramref name="messageHash"/> (32 bytes).
        /// </summary>
        public bool Verify(RsaPublicKey key, byte[] messageHash, byte[] signature, int offset, int count)
        {
            if (messageHash.Length != HashBytes || count != key.Size || !IsUsable(key))
                return false;
            return TryRaise(key, signature, offset) && MatchesEncoding(messageHash, key.Size);
        }

        private static bool IsUsable(RsaPublicKey key)
        {
            return RsaPublicKey.IsModulus(key.ModulusBytes, 0, key.Size);
        }

        // RSAVP1: the signature to the power of 65537 into _encoded. 16 squarings and one product, and one product each
        // to bring the signature into Montgomery's form and the result out of it.
        private bool TryRaise(RsaPublicKey key, byte[] signature, int offset)
        {
            int limbs = key.Modulus.Length;
            uint[] n = key.Modulus;
            uint inverse = key.InverseOfLowest;
            Montgomery.FromBytes(signature, offset, _signature, limbs);
            if (!Montgomery.IsLess(_signature, n, limbs))
                return false;
            Montgomery.Multiply(_signature, key.SquareOfRadix, n, inverse, limbs, _first);
            for (int i = 0; i < 8; i++)
            {
                Montgomery.Multiply(_first, _first, n, inverse, limbs, _second);
                Montgomery.Multiply(_second, _second, n, inverse, limbs, _first);
            }
            // The power is in Montgomery's form and the signature is not, so their product is out of it.
            Montgomery.Multiply(_first, _signature, n, inverse, limbs, _second);
            Montgomery.ToBytes(_second, limbs, _encoded);
            return true;
        }

        // EMSA-PSS-VERIFY. The encoded message has one bit less than the modulus, so as many bytes.
        private bool MatchesEncoding(byte[] messageHash, int length)
        {
            byte[] encoded = _encoded;
            int maskedLength = length - HashBytes - 1;
            if (encoded[length - 1] != Trailer || (encoded[0] & 0x80) != 0)
                return false;
            Unmask(maskedLength);
            encoded[0] &= 0x7F;
            int separator = maskedLength - SaltBytes - 1;
            int wrong = encoded[separator] ^ 1;
            for (int i = 0; i < separator; i++)
                wrong |= encoded[i];
            if (wrong != 0)
                return false;
            for (int i = 0; i < 8; i++)
                _sha.Append(0);
            _sha.Append(messageHash, 0, HashBytes);
            _sha.Append(encoded, separator + 1, SaltBytes);
            _sha.Finish(_mask, 0);
            for (int i = 0; i < HashBytes; i++)
                wrong |= _mask[i] ^ encoded[maskedLength + i];
            return wrong == 0;
        }

        // MGF1 (appendix B.2.1) of the hash behind the masked part, over the masked part.
        private void Unmask(int maskedLength)
        {
            byte[] encoded = _encoded;
            byte[] mask = _mask;
            int at = 0;
            for (int counter = 0; at < maskedLength; counter++)
            {
                _sha.Append(encoded, maskedLength, HashBytes);
                // Twelve blocks at most, so the counter's upper three bytes are zero.
                _sha.Append(0);
                _sha.Append(0);
                _sha.Append(0);
                _sha.Append((byte)counter);
                _sha.Finish(mask, 0);
                for (int i = 0; i < HashBytes && at < maskedLength; i++)
                    encoded[at++] ^= mask[i];
            }
        }
    }
}
