using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>Mantissa x 10^exponent: how measured values cross the wire without floating point on the board.</summary>
    public struct DecimalValue
    {
        /// <summary>The digits.</summary>
        public long Mantissa;

        /// <summary>The power of ten, -18 to 18.</summary>
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
                while (shift < 0 && divisor <= long.MaxValue / 100)
                {
                    divisor *= 10;
                    shift++;
                }
                mantissa = shift < 0 ? 0 : SafeMath.DivideRounded(mantissa, divisor);
            }
            return mantissa <= Most && mantissa >= -Most;
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
