namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>What is missing, and why, as far as the sequence numbers and the node's reports tell.</summary>
public sealed class GapQueries(TelemetryModel model, ITelemetryStore store, TimeProvider time)
{
    /// <summary>
    /// Missing sequence numbers of the device's life, and times without windows in the range. Where retention has
    /// deleted windows there are no times to see.
    /// </summary>
    public async Task<Hosting.Result<GapAnswer>> GapsAsync(string deviceId, TimeRange range, CancellationToken cancel)
    {
        var sequences = new List<SequenceGap>();
        var times = new List<TimeGap>();
        bool truncated = false;
        if (model.Find(deviceId) is { } device)
        {
            truncated = !AddSequences(device, sequences);
            int read = 0;
            StoredWindow? before = null;
            await foreach (StoredWindow window in store.ReadLastBeforeAsync(device.Number, range.FromMs, cancel))
                before = window;
            await foreach (StoredWindow window in store.ReadWindowsAsync(
                device.Number, WindowPlace.Before(range.FromMs), range.ToMs, TelemetryLimits.MaxWindowsRead + 1, cancel))
            {
                if (++read > TelemetryLimits.MaxWindowsRead)
                    return TelemetryQueries.TooLarge();
                if (before is not null)
                    truncated |= !Add(times, Between(device, before, window, range));
                if (before is null || window.EndMs > before.EndMs)
                    before = window;
            }
            if (before is not null)
                truncated |= !Add(times, After(device, before, range));
        }
        return new GapAnswer(
            TelemetryQueries.Time(range.FromMs), TelemetryQueries.Time(range.ToMs), sequences, times, truncated);
    }

    private static bool AddSequences(DeviceState device, List<SequenceGap> gaps)
    {
        foreach (StreamState stream in device.Streams.OrderBy(stream => stream.HeardMs))
        {
            foreach (SequenceRun missing in GapRule.Missing(stream))
            {
                var gap = new SequenceGap(
                    stream.Kind, stream.Epoch, missing.First, missing.Last, missing.Length, GapRule.Of(stream, missing));
                if (!Add(gaps, gap))
                    return false;
            }
        }
        return true;
    }

    private static TimeGap? Between(DeviceState device, StoredWindow before, StoredWindow after, TimeRange range)
    {
        if (after.StartMs - before.EndMs <= GapRule.ToleranceMs(before.DurationMs))
            return null;
        long missing = 0;
        GapFate fate = GapFate.Unknown;
        if (before.Epoch == after.Epoch && before.Sequence < after.Sequence
            && StreamOf(device, before.Epoch) is { } stream)
        {
            // A hole that ends the node's dropping is told by its first number, which is the oldest.
            fate = GapFate.NotSampled;
            foreach (SequenceRun hole in stream.Stored.Holes(after.Sequence - 1))
            {
                uint first = Math.Max(hole.First, before.Sequence + 1);
                if (first > hole.Last)
                    continue;
                if (missing == 0)
                    fate = stream.WasDropped(first) ? GapFate.DroppedByNode : GapFate.NotYetReceived;
                missing += (long)hole.Last - first + 1;
            }
        }
        long fromMs = Math.Max(before.EndMs, range.FromMs);
        return fromMs >= after.StartMs
            ? null
            : new(TelemetryQueries.Time(fromMs), TelemetryQueries.Time(after.StartMs), missing, fate);
    }

    private TimeGap? After(DeviceState device, StoredWindow last, TimeRange range)
    {
        long toMs = Math.Min(range.ToMs, time.GetUtcNow().ToUnixTimeMilliseconds());
        // The window that is being measured is no gap yet.
        if (toMs - last.EndMs <= last.DurationMs + GapRule.ToleranceMs(last.DurationMs))
            return null;
        long missing = StreamOf(device, last.Epoch) is { } stream && stream.Highest > last.Sequence
            ? stream.Stored.Holes(stream.Highest).Where(hole => hole.First > last.Sequence).Sum(hole => hole.Length)
            : 0;
        return new(
            TelemetryQueries.Time(Math.Max(last.EndMs, range.FromMs)), TelemetryQueries.Time(toMs), missing,
            missing == 0 ? GapFate.Unknown : GapFate.NotYetReceived);
    }

    private static StreamState? StreamOf(DeviceState device, uint epoch) =>
        device.Streams.FirstOrDefault(stream => stream.Kind == StreamKind.Telemetry && stream.Epoch == epoch);

    private static bool Add<T>(List<T> gaps, T? gap)
        where T : class
    {
        if (gap is null)
            return true;
        if (gaps.Count == TelemetryLimits.MaxGaps)
            return false;
        gaps.Add(gap);
        return true;
    }
}
