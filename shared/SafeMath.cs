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

        /// <summary>Mantissa x 10^exponent as the nearest double; exact powers of ten reach 10^22.</summary>
        public static double Scale(long mantissa, int exponent)
        {
            double value = mantissa;
            double power = 1;
            int steps = exponent < 0 ? -exponent : exponent;
            for (int i = 0; i < steps; i++)
                power *= 10;
            return exponent < 0 ? Divide(value, power, value) : value * power;
        }

        /// <summary>Quotient rounded half away from zero. A divisor of zero gives zero.</summary>
        public static long DivideRounded(long dividend, long divisor)
        {
            if (divisor == 0)
                return 0;
            if (divisor < 0)
            {
                dividend = -dividend;
                divisor = -divisor;
            }
            long half = divisor / 2;
            return dividend >= 0 ? (dividend + half) / divisor : (dividend - half) / divisor;
        }
    }
}
