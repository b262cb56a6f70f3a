namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>What the database holds when it is opened.</summary>
/// <param name="Cursor">Place of the journal through which everything is in it; 0: the beginning.</param>
public sealed record TelemetrySnapshot(long Cursor, ChannelDictionary Channels, IReadOnlyList<DeviceState> Devices);

/// <summary>One device's hour after its windows were deleted.</summary>
/// <param name="HourMs">When the hour begins, Unix milliseconds.</param>
/// <param name="Channels">Statistics by channel number.</param>
public sealed record HourRollup(int Device, long HourMs, IReadOnlyDictionary<int, ChannelStatistics> Channels);

/// <summary>Place of a window in its device's order of time: the key that pages go on from.</summary>
public readonly record struct WindowPlace(long StartMs, uint Epoch, uint Sequence)
{
    /// <summary>Before every window from this time on.</summary>
    public static WindowPlace Before(long startMs) => new(startMs - 1, uint.MaxValue, uint.MaxValue);

    /// <summary>The place of this window.</summary>
    public static WindowPlace Of(StoredWindow window) => new(window.StartMs, window.Epoch, window.Sequence);
}

/// <summary>An event and its place in the order in which events were stored.</summary>
public readonly record struct NumberedEvent(long Number, StoredEvent Event);

/// <summary>Which events are wanted, newest first.</summary>
public sealed record EventFilter
{
    /// <summary>The device's number; null: the whole fleet.</summary>
    public int? Device { get; init; }

    public long FromMs { get; init; } = long.MinValue;

    public long ToMs { get; init; } = long.MaxValue;

    /// <summary>Null: any.</summary>
    public EdgeFleet.Contracts.Messages.EventType? Type { get; init; }

    /// <summary>Null: any.</summary>
    public string? Rule { get; init; }

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = TelemetryLimits.MaxEventPage;
}

/// <summary>
/// The database of telemetry, as a provider of storage sees it: rows go in by whole steps and come out by device and
/// time. What they mean is decided above. All failures of the database are <see cref="TelemetryStoreException"/>s.
/// </summary>
public interface ITelemetryStore : IAsyncDisposable
{
    /// <summary>Makes or opens the database and reads what it knows of every device.</summary>
    ValueTask<TelemetrySnapshot> OpenAsync(CancellationToken cancel);

    /// <summary>Writes a step, cursor included, in one durable transaction, or nothing of it.</summary>
    ValueTask CommitAsync(TelemetryStep step, CancellationToken cancel);

    /// <summary>Windows of a device that start before a time, from a place on, in order of time.</summary>
    IAsyncEnumerable<StoredWindow> ReadWindowsAsync(
        int device, WindowPlace after, long beforeMs, int limit, CancellationToken cancel);

    /// <summary>The last window of a device that starts before a time; none or one.</summary>
    IAsyncEnumerable<StoredWindow> ReadLastBeforeAsync(int device, long beforeMs, CancellationToken cancel);

    /// <summary>Rollups of a device whose hours begin in a range, in order of time.</summary>
    IAsyncEnumerable<HourRollup> ReadRollupsAsync(int device, long fromMs, long beforeMs, CancellationToken cancel);

    /// <summary>Events, newest first.</summary>
    IAsyncEnumerable<StoredEvent> ReadEventsAsync(EventFilter filter, CancellationToken cancel);

    /// <summary>
    /// Events in the order in which they were stored, whoever sent them: each comes once to whoever keeps the number of
    /// the last one. Events that retention has deleted, or that were stored so long ago that
    /// <see cref="TelemetryLimits.MaxEventOrder"/> others followed, are left out.
    /// </summary>
    /// <param name="after">Number of the last event that the caller has; 0: none.</param>
    /// <param name="limit">At most so many.</param>
    IAsyncEnumerable<NumberedEvent> ReadEventsInOrderAsync(long after, int limit, CancellationToken cancel);

    /// <summary>Refused payloads, last first.</summary>
    /// <param name="deviceId">Null: of all devices.</param>
    IAsyncEnumerable<RejectedPayload> ReadRejectedAsync(string? deviceId, int limit, CancellationToken cancel);

    /// <summary>Puts rollups in the place of those of the same hours and deletes windows, in one transaction.</summary>
    ValueTask RollUpAsync(
        int device, IReadOnlyList<HourRollup> rollups, IReadOnlyList<WindowPlace> deleted, CancellationToken cancel);

    /// <summary>Deletes rollups of a device that begin before a time.</summary>
    ValueTask<int> DeleteRollupsAsync(int device, long beforeMs, CancellationToken cancel);

    /// <summary>Deletes at most so many events before a time; answers how many.</summary>
    ValueTask<int> DeleteEventsAsync(long beforeMs, int limit, CancellationToken cancel);

    /// <summary>Windows whose key (device, epoch, sequence) is in the table more than once. Reads the whole table.</summary>
    ValueTask<long> CountStoredTwiceAsync(CancellationToken cancel);

    /// <summary>Windows in the table. Reads the whole table.</summary>
    ValueTask<long> CountWindowsAsync(CancellationToken cancel);
}

/// <summary>Why the telemetry database could not do what it was asked to.</summary>
public enum TelemetryStoreFault
{
    /// <summary>Another process holds it.</summary>
    Locked,

    /// <summary>The disk, or the size that the settings allow, is full.</summary>
    Full,

    /// <summary>The file is damaged or not ours.</summary>
    Damaged,

    /// <summary>It was made by a newer version of the service.</summary>
    NewerVersion,

    /// <summary>Anything else; see the inner exception.</summary>
    Failed,
}

/// <summary>The telemetry database could not do what it was asked to; nothing of it was done.</summary>
public sealed class TelemetryStoreException(TelemetryStoreFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public TelemetryStoreFault Fault { get; } = fault;
}
