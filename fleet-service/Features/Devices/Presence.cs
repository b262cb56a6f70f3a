using System.Collections.Concurrent;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>
/// Who is connected, and when each device was last heard. Kept in memory: a write to the disk for every message would
/// cost more than the message. Reaches the database every <see cref="ServiceLimits.FlushIntervalS"/>.
/// </summary>
public sealed class Presence : IHousekeeping
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Entry> _entries;

    /// <summary>Reads when each device was last heard.</summary>
    public Presence(IDbContextFactory<FleetDb> contexts, TimeProvider time)
    {
        (_contexts, _time) = (contexts, time);
        using FleetDb db = contexts.CreateDbContext();
        _entries = new(db.Set<DeviceRow>().AsNoTracking().Where(r => r.LastSeenAt != null)
            .Select(r => new { r.Id, r.LastSeenAt }).AsEnumerable()
            .ToDictionary(r => r.Id, r => new Entry { SeenMs = r.LastSeenAt!.Value.ToUnixTimeMilliseconds() }));
    }

    /// <summary>Devices connected now.</summary>
    public int OnlineCount => _entries.Values.Count(e => e.Sessions > 0);

    /// <summary>Whether the device is connected.</summary>
    public bool IsOnline(string deviceId) => _entries.TryGetValue(deviceId, out Entry? entry) && entry.Sessions > 0;

    /// <summary>When the device was last heard; null: never.</summary>
    public DateTimeOffset? LastSeenAt(string deviceId) =>
        _entries.TryGetValue(deviceId, out Entry? entry) ? Time(Volatile.Read(ref entry.SeenMs)) : null;

    /// <summary>Since when it is connected or disconnected; null: not since the service started.</summary>
    public DateTimeOffset? Since(string deviceId) =>
        _entries.TryGetValue(deviceId, out Entry? entry) ? Time(Volatile.Read(ref entry.SinceMs)) : null;

    /// <summary>The device connected; true where it was not connected before.</summary>
    internal bool Connected(string deviceId)
    {
        Entry entry = _entries.GetOrAdd(deviceId, _ => new Entry());
        // A take-over connects the new session before the old one ends: counting keeps the device online.
        bool first = Interlocked.Increment(ref entry.Sessions) == 1;
        if (first)
            Volatile.Write(ref entry.SinceMs, Now());
        Touch(entry);
        return first;
    }

    /// <summary>One of its connections ended; true where it was the last.</summary>
    internal bool Disconnected(string deviceId)
    {
        if (!_entries.TryGetValue(deviceId, out Entry? entry))
            return false;
        bool last = Interlocked.Decrement(ref entry.Sessions) == 0;
        if (last)
            Volatile.Write(ref entry.SinceMs, Now());
        return last;
    }

    /// <summary>Something came from the device.</summary>
    internal void Seen(string deviceId)
    {
        if (_entries.TryGetValue(deviceId, out Entry? entry))
            Touch(entry);
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        KeyValuePair<string, Entry>[] dirty = [.. _entries.Where(e => e.Value.IsDirty)];
        if (dirty.Length == 0)
            return;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        List<(Entry Entry, long SeenMs)> written = [];
        foreach ((string id, Entry entry) in dirty)
        {
            long seen = Volatile.Read(ref entry.SeenMs);
            DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(seen);
            await db.Set<DeviceRow>().Where(r => r.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.LastSeenAt, at), cancel);
            written.Add((entry, seen));
        }
        await transaction.CommitAsync(cancel);
        foreach ((Entry entry, long seen) in written)
            entry.WrittenMs = seen;
    }

    private static DateTimeOffset? Time(long ms) => ms == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private void Touch(Entry entry) => Volatile.Write(ref entry.SeenMs, Now());

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Entry
    {
        public int Sessions;
        public long SeenMs;
        public long SinceMs;
        public long WrittenMs;

        public bool IsDirty => Volatile.Read(ref SeenMs) != WrittenMs;
    }
}
