using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>Where a commit breaks off.</summary>
internal enum Break
{
    None,

    /// <summary>Nothing was written.</summary>
    Before,

    /// <summary>Everything was written and nobody was told.</summary>
    After,
}

/// <summary>The real store, whose commits can be broken off.</summary>
internal sealed class FaultyStore(ITelemetryStore real) : ITelemetryStore
{
    /// <summary>How the next commit breaks off.</summary>
    public Break NextCommit { get; set; }

    public ValueTask<TelemetrySnapshot> OpenAsync(CancellationToken cancel) => real.OpenAsync(cancel);

    public async ValueTask CommitAsync(TelemetryStep step, CancellationToken cancel)
    {
        Break now = NextCommit;
        NextCommit = Break.None;
        if (now != Break.Before)
            await real.CommitAsync(step, cancel);
        if (now != Break.None)
            throw new TelemetryStoreException(TelemetryStoreFault.Failed, "Broken off by the test.");
    }

    public IAsyncEnumerable<StoredWindow> ReadWindowsAsync(
        int device, WindowPlace after, long beforeMs, int limit, CancellationToken cancel) =>
        real.ReadWindowsAsync(device, after, beforeMs, limit, cancel);

    public IAsyncEnumerable<StoredWindow> ReadLastBeforeAsync(int device, long beforeMs, CancellationToken cancel) =>
        real.ReadLastBeforeAsync(device, beforeMs, cancel);

    public IAsyncEnumerable<HourRollup> ReadRollupsAsync(
        int device, long fromMs, long beforeMs, CancellationToken cancel) =>
        real.ReadRollupsAsync(device, fromMs, beforeMs, cancel);

    public IAsyncEnumerable<StoredEvent> ReadEventsAsync(EventFilter filter, CancellationToken cancel) =>
        real.ReadEventsAsync(filter, cancel);

    public IAsyncEnumerable<NumberedEvent> ReadEventsInOrderAsync(long after, int limit, CancellationToken cancel) =>
        real.ReadEventsInOrderAsync(after, limit, cancel);

    public IAsyncEnumerable<RejectedPayload> ReadRejectedAsync(string? deviceId, int limit, CancellationToken cancel) =>
        real.ReadRejectedAsync(deviceId, limit, cancel);

    public ValueTask RollUpAsync(
        int device, IReadOnlyList<HourRollup> rollups, IReadOnlyList<WindowPlace> deleted, CancellationToken cancel) =>
        real.RollUpAsync(device, rollups, deleted, cancel);

    public ValueTask<int> DeleteRollupsAsync(int device, long beforeMs, CancellationToken cancel) =>
        real.DeleteRollupsAsync(device, beforeMs, cancel);

    public ValueTask<int> DeleteEventsAsync(long beforeMs, int limit, CancellationToken cancel) =>
        real.DeleteEventsAsync(beforeMs, limit, cancel);

    public ValueTask<long> CountStoredTwiceAsync(CancellationToken cancel) => real.CountStoredTwiceAsync(cancel);

    public ValueTask<long> CountWindowsAsync(CancellationToken cancel) => real.CountWindowsAsync(cancel);

    public ValueTask DisposeAsync() => real.DisposeAsync();
}
