namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Counts of one device's reporting, over its whole life.</summary>
/// <param name="WindowsStored">Distinct windows that were stored; retention does not lower it.</param>
/// <param name="WindowDuplicates">Windows that came again and were not stored twice.</param>
/// <param name="WindowsProduced">What the node says that it has produced, all epochs together.</param>
/// <param name="WindowsDropped">What the node says that it dropped.</param>
/// <param name="WindowsDroppedYetStored">Of those dropped, how many are stored all the same: their receipt never reached the node.</param>
/// <param name="WindowsMissing">Numbered by the node, neither stored nor reported as dropped: not yet received.</param>
/// <param name="GapsForgotten">Missing numbers that were given up; see <see cref="SequenceSet.Forgotten"/>.</param>
/// <param name="TimesReplaced">Absurd times that were replaced by that of receipt.</param>
public sealed record DeviceStats(
    string Device, long WindowsStored, long WindowDuplicates, long WindowsProduced, long WindowsDropped,
    long WindowsDroppedYetStored, long WindowsMissing, long EventsStored, long EventDuplicates, long GapsForgotten, long Rejected, long TimesReplaced)
{
    internal static DeviceStats Of(DeviceState device)
    {
        long[] stored = new long[2];
        long[] duplicates = new long[2];
        long produced = 0;
        long dropped = 0;
        long gone = 0;
        long missing = 0;
        long forgotten = 0;
        foreach (StreamState stream in device.Streams)
        {
            stored[(int)stream.Kind] += stream.StoredCount;
            duplicates[(int)stream.Kind] += stream.Duplicates;
            forgotten += stream.Stored.Forgotten;
            if (stream.Kind != StreamKind.Telemetry)
                continue;
            produced += stream.Produced;
            dropped += stream.Dropped;
            foreach (SequenceRun run in GapRule.Missing(stream))
            {
                if (GapRule.Of(stream, run) == GapFate.NotYetReceived)
                    missing += run.Length;
                else
                    gone += run.Length;
            }
        }
        return new(
            device.Id, stored[0], duplicates[0], produced, dropped, Math.Max(0, dropped - gone), missing, stored[1], duplicates[1], forgotten,
            device.Rejected, device.TimesReplaced);
    }
}

/// <summary>Counts of the whole fleet's reporting.</summary>
/// <param name="Cursor">Place of the journal through which everything is stored.</param>
/// <param name="StoreFault">Why nothing is stored at the moment, or null.</param>
/// <param name="PerDevice">In the order of their ids; null where it was not asked for.</param>
public sealed record FleetStats(
    int Devices, long WindowsStored, long WindowDuplicates, long WindowsProduced, long WindowsDropped,
    long WindowsDroppedYetStored, long WindowsMissing, long EventsStored, long EventDuplicates, long Rejected, long TimesReplaced, long Cursor,
    string? StoreFault, IReadOnlyList<DeviceStats>? PerDevice);

/// <summary>What an audit of the table itself found.</summary>
/// <param name="Windows">Rows of raw windows.</param>
/// <param name="StoredTwice">Rows beyond the first with one key (device, epoch, sequence): 0 unless there is a bug.</param>
public sealed record StoreAudit(long Windows, long StoredTwice);

/// <summary>Counts, from memory; 10,000 devices take some milliseconds.</summary>
public sealed class TelemetryCounts(TelemetryModel model, ITelemetryStore store, ProjectionProgress progress)
{
    /// <summary>The fleet's counts.</summary>
    public FleetStats Fleet(bool perDevice)
    {
        List<DeviceStats> all = [.. model.Devices.Select(DeviceStats.Of).OrderBy(device => device.Device, StringComparer.Ordinal)];
        return new(
            all.Count, all.Sum(d => d.WindowsStored), all.Sum(d => d.WindowDuplicates), all.Sum(d => d.WindowsProduced),
            all.Sum(d => d.WindowsDropped), all.Sum(d => d.WindowsDroppedYetStored), all.Sum(d => d.WindowsMissing), all.Sum(d => d.EventsStored),
            all.Sum(d => d.EventDuplicates), all.Sum(d => d.Rejected), all.Sum(d => d.TimesReplaced), progress.Cursor,
            progress.Fault, perDevice ? all : null);
    }

    /// <summary>One device's counts, or null where it was never heard of.</summary>
    public DeviceStats? Device(string deviceId) => model.Find(deviceId) is { } device ? DeviceStats.Of(device) : null;

    /// <summary>Counts the rows themselves. Reads the whole table: minutes for a large one.</summary>
    public async Task<StoreAudit> AuditAsync(CancellationToken cancel) =>
        new(await store.CountWindowsAsync(cancel), await store.CountStoredTwiceAsync(cancel));
}
