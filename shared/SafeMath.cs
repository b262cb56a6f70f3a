namespace EdgeFleet.Contracts
{
    /// <summary>
    /// Divisions that cannot throw. On a board a floating division by zero is an exception, not infinity; all code that
    /// runs there divides through these.
    /// </summary>
    public static class SafeMath
    {
        /// <summary><paramref name="dividend"/> / <paramref name="divisor"/>, or <paramref name="whenZero"/>.</summary>
        public static double Divide(double dividend, double divisor, double whenZero)
        {
            return divisor == 0 ? whenZero : dividend / divisor;
        }

        /// <summary>
        /// Mantissa x 10^exponent. The nearest double where the mantissa fits into 53 bits and the exponent lies within
        /// -22 to 22, for then both are exact and only the last step rounds; else off by an ulp or two.
        /// </summary>
        public static double Scale(long mantissa, int exponent)
        {
            double value = mantissa;
            double power = 1;
            int steps = exponent < 0 ? -exponent : exponent;
            for (int i = 0; i < steps; i++)
                power *= 10;
            return exponent < 0 ? Divide(value, power, value) : value * power;
        }

        /// <summary>
        /// Quotient rounded half away from zero, for all values. A divisor of zero gives zero, and -2^63 / -1 the
        /// largest long.
        /// </summary>
        public static long DivideRounded(long dividend, long divisor)
        {
            if (divisor == 0)
                return 0;
            // The one quotient that a long cannot hold is -2^63 / -1, and dividing it is an exception.
            if (divisor == -1)
                return dividend == long.MinValue ? long.MaxValue : -dividend;
            long quotient = dividend / divisor;
            long remainder = dividend % divisor;
            // Compared below zero, where every long has its counterpart, so that nothing overflows.
            long rest = remainder > 0 ? -remainder : remainder;
            long whole = divisor > 0 ? -divisor : divisor;
            if (rest <= whole - rest)
                quotient += dividend < 0 == divisor < 0 ? 1 : -1;
            return quotient;
        }
    }
}
