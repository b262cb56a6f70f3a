using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// How a range is cut into buckets. Edges are whole multiples of the interval since 1970 in UTC, or local midnights, so
/// that the same bucket comes out of any range; the first and the last bucket are cut to the range.
/// </summary>
public sealed class BucketPlan
{
    private const long DayMs = 24L * 3600 * 1000;

    // Lengths that divide a minute, hour or day, so that edges fall where people look for them.
    private static readonly long[] Ladder =
    [
        1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
        7_200_000, 10_800_000, 21_600_000, 43_200_000, DayMs, 2 * DayMs, 7 * DayMs, 14 * DayMs, 28 * DayMs,
        91 * DayMs, 182 * DayMs, 364 * DayMs, 728 * DayMs, 3653 * DayMs,
    ];

    private BucketPlan(IReadOnlyList<long> edges, long? intervalMs)
    {
        Edges = edges;
        IntervalMs = intervalMs;
    }

    /// <summary>Where buckets begin, and where the last one ends; Unix milliseconds.</summary>
    public IReadOnlyList<long> Edges { get; }

    /// <summary>Length of a whole bucket; null where days differ in length.</summary>
    public long? IntervalMs { get; }

    /// <summary>Buckets.</summary>
    public int Count => Edges.Count - 1;

    /// <summary>One bucket of the whole range.</summary>
    public static BucketPlan Whole(TimeRange range) => new([range.FromMs, range.ToMs], range.ToMs - range.FromMs);

    /// <summary>Buckets of this length; days follow the midnights of <paramref name="zone"/>, where one is given.</summary>
    public static Result<BucketPlan> Every(TimeRange range, long intervalMs, TimeZoneInfo? zone)
    {
        if (intervalMs < 1000)
            return Fault.Invalid("interval", "1 second or more.");
        if (zone is not null && intervalMs % DayMs != 0)
            return Fault.Invalid("tz", "a time zone moves the edges of days: give an interval of whole days with it.");
        if ((range.ToMs - range.FromMs) / intervalMs > TelemetryLimits.MaxBuckets)
        {
            return Fault.Invalid(
                "interval", $"the range would have more than {TelemetryLimits.MaxBuckets} buckets of this length.");
        }
        return zone is null
            ? new BucketPlan(UtcEdges(range, intervalMs), intervalMs)
            : new BucketPlan(LocalEdges(range, (int)(intervalMs / DayMs), zone), null);
    }

    /// <summary>At most so many buckets, each of at least two windows so that no bucket is empty by chance.</summary>
    public static BucketPlan AtMost(TimeRange range, int points, int windowMs)
    {
        foreach (long intervalMs in Ladder)
        {
            if (intervalMs >= 2L * windowMs && CountOf(range, intervalMs) <= points)
                return new(UtcEdges(range, intervalMs), intervalMs);
        }
        return Whole(range);
    }

    /// <summary>The bucket of a time inside the range.</summary>
    public int IndexOf(long timeMs)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Edges[middle] <= timeMs)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private static long CountOf(TimeRange range, long intervalMs) =>
        (range.ToMs - 1) / intervalMs - range.FromMs / intervalMs + 1;

    private static List<long> UtcEdges(TimeRange range, long intervalMs)
    {
        var edges = new List<long> { range.FromMs };
        for (long edge = (range.FromMs / intervalMs + 1) * intervalMs; edge < range.ToMs; edge += intervalMs)
            edges.Add(edge);
        edges.Add(range.ToMs);
        return edges;
    }

    private static List<long> LocalEdges(TimeRange range, int days, TimeZoneInfo zone)
    {
        var edges = new List<long> { range.FromMs };
        DateTime local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(range.FromMs), zone).Date;
        // Steps of several days count from 1970-01-01, whatever the range.
        local = local.AddDays(-(int)((local - DateTime.UnixEpoch).TotalDays % days));
        while (true)
        {
            local = local.AddDays(days);
            long edge = MidnightMs(local, zone);
            if (edge >= range.ToMs)
                break;
            if (edge > edges[^1])
                edges.Add(edge);
        }
        edges.Add(range.ToMs);
        return edges;
    }

    private static long MidnightMs(DateTime local, TimeZoneInfo zone)
    {
        // Where clocks go forward at midnight, the day begins when the clocks have jumped.
        DateTime begins = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(begins))
            begins = begins.AddMinutes(15);
        // Where they go back over midnight, the day begins at its first midnight.
        TimeSpan offset = zone.IsAmbiguousTime(begins) ? zone.GetAmbiguousTimeOffsets(begins).Max() : zone.GetUtcOffset(begins);
        return new DateTimeOffset(begins, offset).ToUnixTimeMilliseconds();
    }
}
