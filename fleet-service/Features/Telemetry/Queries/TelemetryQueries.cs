using System.Runtime.CompilerServices;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Everything that is read from telemetry. Latest values come from memory; ranges are read from the database, each by
/// its own connection, and are bounded by <see cref="TelemetryLimits.MaxWindowsRead"/>. A device that never
/// reported has no values, which is not an error.
/// </summary>
public sealed class TelemetryQueries(TelemetryModel model, ITelemetryStore store)
{
    private const int Chunk = 2_000;

    /// <summary>The last value of every channel, in the order in which the channels were first seen.</summary>
    public IReadOnlyList<LatestValue> Latest(string deviceId)
    {
        if (model.Find(deviceId) is not { } device)
            return [];
        ChannelDictionary channels = model.Channels;
        return [.. device.Latest.Select(latest => Describe(channels[latest.Channel], latest))];
    }

    /// <summary>
    /// Windows as they were measured, in order of time, at most <paramref name="limit"/> of them.
    /// </summary>
    /// <param name="channel">Null: all channels.</param>
    /// <param name="after">Where the page before ended: its <see cref="WindowPage.Next"/>.</param>
    /// <param name="limit">1 to <see cref="TelemetryLimits.MaxPage"/>.</param>
    public async Task<Result<WindowPage>> WindowsAsync(
        string deviceId, string? channel, TimeRange range, string? after, int limit, CancellationToken cancel)
    {
        if (limit is < 1 or > TelemetryLimits.MaxPage)
            return Fault.Invalid("limit", $"1 to {TelemetryLimits.MaxPage}.");
        WindowPlace place = WindowPlace.Before(range.FromMs);
        if (after is not null && !TryParsePlace(after, range, out place))
            return Fault.Invalid("after", "the 'next' of the page before, for the same range.");
        if (model.Find(deviceId) is not { } device)
            return new WindowPage([], null);
        var windows = new List<WindowAnswer>();
        StoredWindow? last = null;
        await foreach (StoredWindow window in store.ReadWindowsAsync(device.Number, place, range.ToMs, limit + 1, cancel))
        {
            if (windows.Count == limit)
                return new WindowPage(windows, FormatPlace(WindowPlace.Of(last!)));
            windows.Add(Describe(window, channel));
            last = window;
        }
        return new WindowPage(windows, null);
    }

    /// <summary>Windows of a range, however many, in order of time; for export.</summary>
    public async IAsyncEnumerable<StoredWindow> ExportAsync(
        string deviceId, TimeRange range, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (model.Find(deviceId) is not { } device)
            yield break;
        // By pages, so that a slow reader does not hold the write-ahead log back.
        WindowPlace place = WindowPlace.Before(range.FromMs);
        while (true)
        {
            int read = 0;
            await foreach (StoredWindow window in store.ReadWindowsAsync(device.Number, place, range.ToMs, Chunk, cancel))
            {
                read++;
                place = WindowPlace.Of(window);
                yield return window;
            }
            if (read < Chunk)
                yield break;
        }
    }

    /// <summary>Statistics of a channel by buckets of one length.</summary>
    /// <param name="unit">Null: the unit of the latest value.</param>
    /// <param name="zone">Whose midnights days follow; null: UTC.</param>
    public async Task<Result<BucketSeries>> BucketsAsync(
        string deviceId, string channel, string? unit, TimeRange range, long intervalMs, TimeZoneInfo? zone,
        CancellationToken cancel)
    {
        Result<BucketPlan> plan = BucketPlan.Every(range, intervalMs, zone);
        if (!plan.Ok)
            return plan.Fault!;
        return await FillAsync(deviceId, channel, unit, range, plan.Value!, cancel);
    }

    /// <summary>
    /// Statistics of a channel in at most <paramref name="points"/> buckets, for a chart. Where the range has no more
    /// windows than that, every window is a bucket of its own, and an empty bucket stands for every gap.
    /// </summary>
    /// <param name="points">1 to <see cref="TelemetryLimits.MaxBuckets"/>.</param>
    public async Task<Result<BucketSeries>> PointsAsync(
        string deviceId, string channel, string? unit, TimeRange range, int points, CancellationToken cancel)
    {
        if (points is < 1 or > TelemetryLimits.MaxBuckets)
            return Fault.Invalid("points", $"1 to {TelemetryLimits.MaxBuckets}.");
        if (Resolve(deviceId, channel, unit) is not { } found)
            return Nothing(channel, unit, range);
        if (await TrySingleAsync(found, range, points, cancel) is { } series)
            return series;
        BucketPlan plan = BucketPlan.AtMost(range, points, found.WindowMs);
        return await FillAsync(deviceId, channel, unit, range, plan, cancel);
    }

    /// <summary>Statistics of a channel over the whole range.</summary>
    public async Task<Result<BucketSeries>> SummaryAsync(
        string deviceId, string channel, string? unit, TimeRange range, CancellationToken cancel) =>
        await FillAsync(deviceId, channel, unit, range, BucketPlan.Whole(range), cancel);

    private async Task<Result<BucketSeries>> FillAsync(
        string deviceId, string channel, string? unit, TimeRange range, BucketPlan plan, CancellationToken cancel)
    {
        var statistics = new ChannelStatistics[plan.Count];
        if (Resolve(deviceId, channel, unit) is not { } found)
            return Nothing(channel, unit, range) with { IntervalMs = plan.IntervalMs, Buckets = Buckets(plan, statistics) };
        bool rolledUp = false;
        await foreach (HourRollup hour in store.ReadRollupsAsync(found.Device.Number, range.FromMs, range.ToMs, cancel))
        {
            if (!hour.Channels.TryGetValue(found.Channel.Number, out ChannelStatistics part))
                continue;
            statistics[plan.IndexOf(hour.HourMs)].Merge(part);
            rolledUp = true;
        }
        int read = 0;
        await foreach (StoredWindow window in store.ReadWindowsAsync(
            found.Device.Number, WindowPlace.Before(range.FromMs), range.ToMs, TelemetryLimits.MaxWindowsRead + 1, cancel))
        {
            if (++read > TelemetryLimits.MaxWindowsRead)
                return TooLarge();
            if (WindowCodec.TryFind(window.Channels, found.Channel.Number, out ChannelValue value))
                statistics[plan.IndexOf(window.StartMs)].Add(value, window.DurationMs);
        }
        return found.Series(range, plan.IntervalMs, rolledUp, Buckets(plan, statistics));
    }

    /// <summary>A bucket a window, or null where the range has more windows, or hours that were rolled up.</summary>
    private async Task<BucketSeries?> TrySingleAsync(
        ResolvedChannel found, TimeRange range, int points, CancellationToken cancel)
    {
        await foreach (HourRollup _ in store.ReadRollupsAsync(found.Device.Number, range.FromMs, range.ToMs, cancel))
            return null;
        var buckets = new List<Bucket>();
        long endMs = 0;
        int durationMs = 0;
        await foreach (StoredWindow window in store.ReadWindowsAsync(
            found.Device.Number, WindowPlace.Before(range.FromMs), range.ToMs, points + 1, cancel))
        {
            if (!WindowCodec.TryFind(window.Channels, found.Channel.Number, out ChannelValue value))
                continue;
            if (buckets.Count != 0 && window.StartMs - endMs > GapRule.ToleranceMs(durationMs))
                buckets.Add(Bucket.Of(endMs, window.StartMs, default));
            if (buckets.Count >= points)
                return null;
            var statistics = default(ChannelStatistics);
            statistics.Add(value, window.DurationMs);
            buckets.Add(Bucket.Of(window.StartMs, window.EndMs, statistics));
            endMs = Math.Max(endMs, window.EndMs);
            durationMs = window.DurationMs;
        }
        return found.Series(range, null, false, buckets);
    }

    private ResolvedChannel? Resolve(string deviceId, string name, string? unit)
    {
        if (model.Find(deviceId) is not { } device)
            return null;
        ChannelDictionary channels = model.Channels;
        List<ChannelLatest> known = [.. device.Latest
            .Where(latest => channels[latest.Channel].Name == name)
            .OrderByDescending(latest => Math.Max(latest.StartMs, latest.MissingMs))];
        ChannelLatest? wanted = known.FirstOrDefault(latest => unit is null || channels[latest.Channel].Unit == unit);
        if (wanted is null)
            return null;
        ChannelName channel = channels[wanted.Channel];
        return new(device, channel, wanted.DurationMs,
            [.. known.Select(latest => channels[latest.Channel].Unit).Where(other => other != channel.Unit)]);
    }

    private static BucketSeries Nothing(string channel, string? unit, TimeRange range) =>
        new(channel, unit ?? "", [], Time(range.FromMs), Time(range.ToMs), null, false, []);

    private static Bucket[] Buckets(BucketPlan plan, ChannelStatistics[] statistics)
    {
        var buckets = new Bucket[plan.Count];
        for (int i = 0; i < buckets.Length; i++)
            buckets[i] = Bucket.Of(plan.Edges[i], plan.Edges[i + 1], statistics[i]);
        return buckets;
    }

    private WindowAnswer Describe(StoredWindow window, string? channel)
    {
        ChannelDictionary channels = model.Channels;
        var answers = new List<ChannelAnswer>();
        foreach (ChannelValue value in WindowCodec.ReadAll(window.Channels))
        {
            ChannelName name = channels[value.Channel];
            if (channel is null || name.Name == channel)
                answers.Add(Describe(name, value));
        }
        return new(
            Time(window.StartMs), window.DurationMs, window.Time, window.Epoch, window.Sequence, Time(window.ReceivedMs),
            answers);
    }

    private static ChannelAnswer Describe(ChannelName name, in ChannelValue value)
    {
        bool any = value.Count != 0;
        return new(
            name.Name, name.Unit, any ? value.Mean : null, any ? value.Min : null, any ? value.Max : null,
            any ? value.Sd : null, value.Count, QualityNames.Of(value.Quality), any ? value.Peak : null, value.Crest,
            any && value.Kurtosis > 0 ? value.Skewness : null, any && value.Kurtosis > 0 ? value.Kurtosis : null);
    }

    private static LatestValue Describe(ChannelName name, ChannelLatest latest)
    {
        bool any = latest.StartMs != 0;
        bool missing = latest.MissingMs > latest.StartMs;
        ChannelValue value = latest.Value;
        return new(
            name.Name, name.Unit, any ? Time(latest.StartMs) : null, latest.DurationMs, latest.Time,
            any ? value.Mean : null, any ? value.Min : null, any ? value.Max : null, any ? value.Sd : null, value.Count,
            QualityNames.Of(missing ? latest.MissingQuality : value.Quality), missing ? Time(latest.MissingMs) : null,
            any ? value.Peak : null, any ? value.Crest : null, any && value.Kurtosis > 0 ? value.Skewness : null,
            any && value.Kurtosis > 0 ? value.Kurtosis : null);
    }

    internal static Fault TooLarge() => new(
        StatusCodes.Status400BadRequest, "range-too-large",
        $"The range has more than {TelemetryLimits.MaxWindowsRead} windows; ask for a shorter one.");

    internal static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static string FormatPlace(WindowPlace place) =>
        FormattableString.Invariant($"{place.StartMs}.{place.Epoch}.{place.Sequence}");

    private static bool TryParsePlace(string text, TimeRange range, out WindowPlace place)
    {
        place = default;
        string[] parts = text.Split('.');
        if (parts.Length != 3 || !long.TryParse(parts[0], out long startMs) || !uint.TryParse(parts[1], out uint epoch)
            || !uint.TryParse(parts[2], out uint sequence) || startMs < range.FromMs || startMs >= range.ToMs)
            return false;
        place = new(startMs, epoch, sequence);
        return true;
    }

    private sealed record ResolvedChannel(
        DeviceState Device, ChannelName Channel, int WindowMs, IReadOnlyList<string> OtherUnits)
    {
        public BucketSeries Series(TimeRange range, long? intervalMs, bool rolledUp, IReadOnlyList<Bucket> buckets) => new(
            Channel.Name, Channel.Unit, OtherUnits, Time(range.FromMs), Time(range.ToMs), intervalMs, rolledUp, buckets);
    }
}
