namespace EdgeFleet.Contracts.Crypto
{
    /// <summary>
    /// Multiplication modulo an odd number without a division (P. Montgomery, 1985), over limbs of 32 bits, least
    /// significant first. In time that depends on the values: for public keys and signatures only.
    /// </summary>
    /// <remarks>With R = 2^(32 limbs), the product of a and b here is a b / R modulo n.</remarks>
    internal static class Montgomery
    {
        /// <summary>Bytes, most significant first, into <paramref name="limbs"/> limbs.</summary>
        public static void FromBytes(byte[] bytes, int offset, uint[] target, int limbs)
        {
            for (int i = limbs - 1; i >= 0; i--, offset += 4)
            {
                target[i] = (uint)(bytes[offset] << 24 | bytes[offset + 1] << 16 | bytes[offset + 2] << 8
                    | bytes[offset + 3]);
            }
        }

        /// <summary>Limbs into bytes, most significant first.</summary>
        public static void ToBytes(uint[] value, int limbs, byte[] target)
        {
            for (int i = limbs - 1, at = 0; i >= 0; i--, at += 4)
            {
                uint limb = value[i];
                target[at] = (byte)(limb >> 24);
                target[at + 1] = (byte)(limb >> 16);
                target[at + 2] = (byte)(limb >> 8);
                target[at + 3] = (byte)limb;
            }
        }

        /// <summary>-1 / <paramref name="odd"/> modulo 2^32.</summary>
        public static uint NegatedInverse(uint odd)
        {
            // Newton's iteration: odd x odd = 1 modulo 8, and every step doubles the bits that are right: 3, 6, … 48.
            uint inverse = odd;
            for (int i = 0; i < 4; i++)
                inverse *= 2 - odd * inverse;
            return 0 - inverse;
        }

        /// <summary>
        /// R^2 modulo n, which brings a number into Montgomery's form; n has its highest bit set. As many doublings of R
        /// as there are limbs give R 2^limbs, and each of five squarings doubles the exponent, to 32 limbs: 2^(32 limbs)
        /// is R.
        /// </summary>
        public static void SquareOfRadix(uint[] n, uint inverse, int limbs, uint[] target)
        {
            uint[] work = new uint[limbs];
            // n lies between R/2 and R, so R modulo n is R - n: n subtracted from zero, the borrow dropped.
            Subtract(work, n, limbs, target);
            for (int i = 0; i < limbs; i++)
            {
                uint carry = 0;
                for (int j = 0; j < limbs; j++)
                {
                    uint limb = target[j];
                    target[j] = limb << 1 | carry;
                    carry = limb >> 31;
                }
                if (carry != 0 || !IsLess(target, n, limbs))
                    Subtract(target, n, limbs, target);
            }
            for (int i = 0; i < 5; i++)
            {
                Multiply(target, target, n, inverse, limbs, work);
                for (int j = 0; j < limbs; j++)
                    target[j] = work[j];
            }
        }

        /// <summary>
        /// <paramref name="a"/> x <paramref name="b"/> / R modulo <paramref name="n"/>; both below n, and neither the
        /// array of the product. <paramref name="inverse"/> is <see cref="NegatedInverse"/> of the lowest limb.
        /// </summary>
        public static void Multiply(uint[] a, uint[] b, uint[] n, uint inverse, int limbs, uint[] product)
        {
            for (int j = 0; j < limbs; j++)
                product[j] = 0;
            uint top = 0;
            for (int i = 0; i < limbs; i++)
            {
                // product = (product + a b[i] + n m) / 2^32, with the m that makes the division exact. Two carries keep
                // each sum within 64 bits: (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1.
                ulong factor = b[i];
                ulong sum = product[0] + a[0] * factor;
                ulong m = (uint)sum * inverse;
                ulong carry = sum >> 32;
                ulong reduced = (uint)sum + n[0] * m;
                ulong secondCarry = reduced >> 32;
                for (int j = 1; j < limbs; j++)
                {
                    sum = product[j] + a[j] * factor + carry;
                    carry = sum >> 32;
                    reduced = (uint)sum + n[j] * m + secondCarry;
                    secondCarry = reduced >> 32;
                    product[j - 1] = (uint)reduced;
                }
                carry += secondCarry + top;
                product[limbs - 1] = (uint)carry;
                top = (uint)(carry >> 32);
            }
            if (top != 0 || !IsLess(product, n, limbs))
                Subtract(product, n, limbs, product);
        }

        /// <summary>Whether a lies below b.</summary>
        public static bool IsLess(uint[] a, uint[] b, int limbs)
        {
            for (int i = limbs - 1; i >= 0; i--)
            {
                if (a[i] != b[i])
                    return a[i] < b[i];
            }
            return false;
        }

        /// <summary>a - b modulo R; the target may be one of them.</summary>
        private static void Subtract(uint[] a, uint[] b, int limbs, uint[] target)
        {
            ulong borrow = 0;
            for (int i = 0; i < limbs; i++)
            {
                ulong difference = (ulong)a[i] - b[i] - borrow;
                target[i] = (uint)difference;
                borrow = difference >> 63;
            }
        }
    }
}
