using System;
using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>What the sums of a window say of its spread.</summary>
    internal static class Moments
    {
        /// <summary>
        /// Standard deviation about the mean, of <paramref name="count"/> distances from one point whose sum and sum of
        /// squares these are; 0 for fewer than two. The point may lie far off: the squares are brought to the mean in
        /// whole numbers, where nothing is lost, and only what is left of them becomes floating.
        /// </summary>
        public static double StdDev(long sum, long squares, int count)
        {
            if (count < 2)
                return 0;
            // With s = n m + r: the sum of (d - m)^2 is q - 2 m s + n m^2 = q - m (s + r). The product is at most the
            // sum of squares and a little, so where that fits, this does.
            long mean = sum / count;
            long rest = sum - mean * count;
            long centred = squares - mean * (sum + rest);
            double fraction = SafeMath.Divide(rest, count, 0);
            double variance = SafeMath.Divide(centred, count, 0) - fraction * fraction;
            return variance <= 0 ? 0 : Math.Sqrt(variance);
        }
    }
}
