using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Which time is stored. A relative time counts back from the moment of receipt. A time that cannot be - before
/// <see cref="Limits.MinUtcMs"/>, after <see cref="Limits.MaxUtcMs"/>, more than
/// <see cref="TelemetryLimits.MaxAheadMs"/> ahead of the receipt, or positive where it should be relative - is replaced:
/// the window is taken to have ended when it was received, and says so (<see cref="StoredTime.Receipt"/>). Refusing
/// it instead would lose measurements that were acknowledged, for a clock that is not their fault.
/// </summary>
internal static class TimeRule
{
    // RFC 8428 section 4.5.3: times below 2^28 seconds are relative, whatever the quality says.
    private const long RelativeBelowMs = (1L << 28) * 1000;

    /// <summary>A SenML time as milliseconds; what no clock can mean becomes the largest number.</summary>
    public static long FromSeconds(double seconds) =>
        Math.Abs(seconds) < 1e12 ? (long)Math.Round(seconds * 1000) : long.MaxValue;

    /// <summary>The time to store for what the node sent.</summary>
    /// <param name="durationMs">Length of the window; 0 for an event.</param>
    public static (long TimeMs, StoredTime Quality) Resolve(
        long timeMs, TimeQuality quality, long receivedMs, int durationMs)
    {
        bool relative = quality is TimeQuality.Relative or TimeQuality.AtLeast;
        if (!relative && timeMs <= 0 && timeMs > -RelativeBelowMs)
        {
            relative = true;
            quality = TimeQuality.Relative;
        }
        if (relative && timeMs <= 0 && timeMs >= -Limits.MaxUtcMs)
            timeMs += receivedMs;
        else if (relative)
            timeMs = long.MaxValue;
        return timeMs >= Limits.MinUtcMs && timeMs <= Math.Min(Limits.MaxUtcMs, receivedMs + TelemetryLimits.MaxAheadMs)
            ? (timeMs, (StoredTime)quality)
            : (receivedMs - durationMs, StoredTime.Receipt);
    }
}
