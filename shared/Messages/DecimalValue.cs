using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>Mantissa x 10^exponent: how measured values cross the wire without floating point on the board.</summary>
    public struct DecimalValue
    {
        /// <summary>The digits.</summary>
        public long Mantissa;

        /// <summary>The power of ten, within <see cref="Limits.MaxExponent"/> of zero.</summary>
        public int Exponent;

        /// <summary>Mantissa x 10^exponent.</summary>
        public DecimalValue(long mantissa, int exponent)
        {
            Mantissa = mantissa;
            Exponent = exponent;
        }

        /// <summary>The nearest double.</summary>
        public double ToDouble()
        {
            return SafeMath.Scale(Mantissa, Exponent);
        }

        /// <summary>
        /// The mantissa at another exponent, rounded half away from zero; false where it does not fit into 53 bits,
        /// the bound that keeps later sums and differences inside a long.
        /// </summary>
        public bool TryRescale(int exponent, out long mantissa)
        {
            const long Most = 1L << 53;
            mantissa = Mantissa;
            int shift = Exponent - exponent;
            while (shift > 0)
            {
                if (mantissa > Most / 10 || mantissa < -Most / 10)
                    return false;
                mantissa *= 10;
                shift--;
            }
            if (shift < 0)
            {
                // One rounding at the end: dividing step by step would round twice.
                long divisor = 1;
                while (shift < 0 && divisor <= long.MaxValue / 10)
                {
                    divisor *= 10;
                    shift++;
                }
                if (shift == 0)
                    mantissa = SafeMath.DivideRounded(mantissa, divisor);
                else
                    mantissa = shift == -1 ? DivideBy10To19(mantissa) : 0;
            }
            return mantissa <= Most && mantissa >= -Most;
        }

        /// <summary>Rounded as before; the divisor does not fit into a long, but half of it does.</summary>
        private static long DivideBy10To19(long mantissa)
        {
            const long Half = 5000000000000000000L;
            return mantissa >= Half ? 1 : mantissa <= -Half ? -1 : 0;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteDecimal(Mantissa, Exponent);
        }

        internal static bool TryRead(CborReader reader, out DecimalValue value)
        {
            value = new DecimalValue(0, 0);
            if (!reader.TryReadDecimal(out long mantissa, out int exponent))
                return false;
            value = new DecimalValue(mantissa, exponent);
            return true;
        }
    }
}
