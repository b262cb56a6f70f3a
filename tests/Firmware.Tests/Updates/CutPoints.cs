using EdgeFleet.Boards.Sim.Flash;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>Where the power is cut in a number of flash operations.</summary>
internal static class CutPoints
{
    /// <summary>Whether all pairs of cuts are asked for, and not a share of them.</summary>
    public static bool All { get; } = Environment.GetEnvironmentVariable("EDGEFLEET_ALL_CUTS") == "1";

    /// <summary>
    /// Before, in and after each operation. What is left before one is what was left after the one before it, to the bit,
    /// so it is cut once.
    /// </summary>
    public static IEnumerable<(long Operation, CutMoment Moment)> Of(long operations)
    {
        yield return (0, CutMoment.Before);
        for (long i = 0; i < operations; i++)
        {
            yield return (i, CutMoment.Torn);
            yield return (i, CutMoment.After);
        }
    }
}
