namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>
/// Smooth chance over time that can be asked at any instant, in any order, with the same answer: normal numbers at the
/// nodes of a grid, joined by smooth steps.
/// </summary>
internal static class ValueNoise
{
    /// <summary>About standard normal, changing over <paramref name="periodMs"/>.</summary>
    public static double At(ulong seed, long utcMs, long periodMs)
    {
        long cell = Math.DivRem(utcMs, periodMs, out long rest);
        double t = (double)rest / periodMs;
        double from = SimRandom.Normal(SimRandom.Mix(seed, (ulong)cell));
        double to = SimRandom.Normal(SimRandom.Mix(seed, (ulong)cell + 1));
        return from + ((to - from) * t * t * (3 - (2 * t)));
    }

    /// <summary>
    /// A slow random walk: octaves of which each is twice as slow and, as the spectrum of a walk asks, the square root of
    /// two times as strong as the one before.
    /// </summary>
    public static double Walk(ulong seed, long utcMs, long shortestMs, int octaves)
    {
        double sum = 0;
        double weight = 1;
        long period = shortestMs;
        for (int i = 0; i < octaves; i++)
        {
            sum += weight * At(SimRandom.Mix(seed, (ulong)i), utcMs, period);
            weight *= 1.4142135623730951;
            period *= 2;
        }
        return sum;
    }
}
