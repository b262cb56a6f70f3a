using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>The last value of a channel. Numbers are in <paramref name="Unit"/>, and null where there never was one.</summary>
/// <param name="Start">When its window began.</param>
/// <param name="Sd">Standard deviation of the samples about their mean.</param>
/// <param name="Peak">Largest deviation of a sample from the mean.</param>
/// <param name="Crest">Peak over standard deviation; null where nothing varied.</param>
/// <param name="Kurtosis">3 for a normal distribution; with the skewness, null where the node does not say.</param>
/// <param name="MissingSince">Start of a later window without a value, or null: the sensor is silent.</param>
public sealed record LatestValue(
    string Channel, string Unit, DateTimeOffset? Start, int DurationMs, StoredTime Time, double? Mean, double? Min,
    double? Max, double? Sd, int Count, IReadOnlyList<string> Quality, DateTimeOffset? MissingSince,
    double? Peak, double? Crest, double? Skewness, double? Kurtosis);

/// <summary>A channel of one window.</summary>
public sealed record ChannelAnswer(
    string Channel, string Unit, double? Mean, double? Min, double? Max, double? Sd, int Count,
    IReadOnlyList<string> Quality, double? Peak, double? Crest, double? Skewness, double? Kurtosis);

/// <summary>One window as it was measured.</summary>
public sealed record WindowAnswer(
    DateTimeOffset Start, int DurationMs, StoredTime Time, uint Epoch, uint Sequence, DateTimeOffset Received,
    IReadOnlyList<ChannelAnswer> Channels);

/// <summary>Windows in order of time.</summary>
/// <param name="Next">What to give as <c>after</c> for the next page, or null at the end.</param>
public sealed record WindowPage(IReadOnlyList<WindowAnswer> Windows, string? Next);

/// <summary>
/// Statistics of one stretch of time. A window belongs to the bucket in which it begins. Numbers are null where nothing
/// was measured: a gap is never a zero.
/// </summary>
/// <param name="Windows">Windows with a value.</param>
/// <param name="Count">Samples.</param>
/// <param name="Sd">Standard deviation of all samples about the bucket's mean.</param>
/// <param name="Rms">Root mean square of the samples about their windows' means.</param>
/// <param name="Peak">Largest deviation of a sample from its window's mean.</param>
/// <param name="PeakToPeak">From the smallest sample to the largest.</param>
/// <param name="Crest">Peak over root mean square; null where nothing varied.</param>
/// <param name="Skewness">Of all samples about the bucket's mean; null where of some windows it is not known.</param>
/// <param name="Kurtosis">As the skewness; 3 for a normal distribution.</param>
/// <param name="MissingWindows">Windows in which the channel had no value.</param>
/// <param name="CoveredMs">Time that windows with a value cover, in milliseconds.</param>
public sealed record Bucket(
    DateTimeOffset Start, DateTimeOffset End, long Windows, long Count, double? Mean, double? Min, double? Max,
    double? Sd, double? Rms, double? Peak, double? PeakToPeak, double? Crest, double? Skewness, double? Kurtosis,
    long MissingWindows, long CoveredMs, IReadOnlyList<string> Quality)
{
    internal static Bucket Of(long startMs, long endMs, in ChannelStatistics statistics)
    {
        bool any = statistics.Count != 0;
        return new(
            DateTimeOffset.FromUnixTimeMilliseconds(startMs), DateTimeOffset.FromUnixTimeMilliseconds(endMs),
            statistics.Windows, statistics.Count, any ? statistics.Mean : null, any ? statistics.Min : null,
            any ? statistics.Max : null, any ? statistics.Sd : null, any ? statistics.Rms : null,
            any ? statistics.Peak : null, any ? statistics.Max - statistics.Min : null, any ? statistics.Crest : null,
            statistics.Skewness, statistics.Kurtosis, statistics.MissingWindows, statistics.CoveredMs,
            QualityNames.Of(statistics.Quality));
    }
}

/// <summary>A channel over time.</summary>
/// <param name="OtherUnits">Units in which the device has reported this channel, too; they are not in the numbers.</param>
/// <param name="IntervalMs">Length of a bucket; null where every window is a bucket of its own, or days differ.</param>
/// <param name="RolledUp">
/// Whether hours are in it whose windows retention has deleted: a whole hour then counts where it begins.
/// </param>
public sealed record BucketSeries(
    string Channel, string Unit, IReadOnlyList<string> OtherUnits, DateTimeOffset From, DateTimeOffset To,
    long? IntervalMs, bool RolledUp, IReadOnlyList<Bucket> Buckets);

/// <summary>Why there is nothing.</summary>
public enum GapFate
{
    /// <summary>The node's queue was full and it dropped them: they will not come.</summary>
    DroppedByNode,

    /// <summary>The node has numbered them and they have not arrived.</summary>
    NotYetReceived,

    /// <summary>The numbers go on without a hole: the node did not sample, for example without power.</summary>
    NotSampled,

    /// <summary>Nobody can tell: the node's queue began anew in between, or nothing came after it.</summary>
    Unknown,
}

/// <summary>Missing sequence numbers of one stream.</summary>
public sealed record SequenceGap(StreamKind Stream, uint Epoch, uint First, uint Last, long Count, GapFate Fate);

/// <summary>A time without windows.</summary>
/// <param name="MissingWindows">Windows that the node numbered in it and that are not here.</param>
public sealed record TimeGap(DateTimeOffset From, DateTimeOffset To, long MissingWindows, GapFate Fate);

/// <summary>What is not there.</summary>
/// <param name="Sequences">Over the device's whole life, the newest last.</param>
/// <param name="Times">In the range that was asked for.</param>
/// <param name="Truncated">Whether there are more than the bound allows.</param>
public sealed record GapAnswer(
    DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SequenceGap> Sequences, IReadOnlyList<TimeGap> Times,
    bool Truncated);

/// <summary>Words for <see cref="QualityFlags"/>.</summary>
public static class QualityNames
{
    /// <summary>Of <see cref="QualityFlags.Frozen"/>.</summary>
    public const string Frozen = "frozen";

    /// <summary>Of <see cref="QualityFlags.SensorError"/>.</summary>
    public const string SensorError = "sensorError";

    /// <summary>Of <see cref="QualityFlags.Asleep"/>.</summary>
    public const string Asleep = "asleep";

    private static readonly (int Flag, string Name)[] All =
    [
        (QualityFlags.Missing, "missing"),
        (QualityFlags.WarmingUp, "warmingUp"),
        (QualityFlags.Frozen, Frozen),
        (QualityFlags.OutOfRange, "outOfRange"),
        (QualityFlags.Gap, "gap"),
        (QualityFlags.Partial, "partial"),
        (QualityFlags.ChecksumErrors, "checksumErrors"),
        (QualityFlags.SensorError, SensorError),
        (QualityFlags.Humidity, "humidity"),
        (QualityFlags.Asleep, Asleep),
    ];

    /// <summary>The names of the flags that are set; flags of a newer node are left out.</summary>
    public static IReadOnlyList<string> Of(int quality)
    {
        if (quality == 0)
            return [];
        var names = new List<string>();
        foreach ((int flag, string name) in All)
        {
            if ((quality & flag) != 0)
                names.Add(name);
        }
        return names;
    }
}
