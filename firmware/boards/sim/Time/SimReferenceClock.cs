using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Time;

/// <summary>When and how wrongly a node learns the date; the default is at once and rightly.</summary>
/// <param name="NotSetForMs">Milliseconds after each boot for which the date is unknown.</param>
/// <param name="NotSetUntilUtcMs">True time before which the date is unknown, such as while there is no network.</param>
/// <param name="OffsetMs">What is added to the true time: a server may be years off.</param>
/// <param name="Never">The date stays unknown: there is no time server.</param>
public sealed record ReferenceClockPlan(
    long NotSetForMs = 0, long NotSetUntilUtcMs = 0, long OffsetMs = 0, bool Never = false);

/// <summary>The date as one boot of a node gets to know it.</summary>
public sealed class SimReferenceClock(SimClock world, long bootUtcMs, ReferenceClockPlan plan) : IReferenceClock
{
    /// <inheritdoc/>
    public bool TryGetUtcMs(out long utcMs)
    {
        long now = world.UtcMs;
        utcMs = now + plan.OffsetMs;
        return !plan.Never && now >= bootUtcMs + plan.NotSetForMs && now >= plan.NotSetUntilUtcMs;
    }
}
