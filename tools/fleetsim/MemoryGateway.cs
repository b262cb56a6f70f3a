using System.Collections.Concurrent;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.FleetSim;

/// <summary>
/// The service's device link under virtual time: the same hub that the MQTT endpoint serves, reached by message
/// instead of by packet, and held to the same rules of who may say and hear what.
/// </summary>
public sealed class MemoryGateway(IDeviceHub hub, TimeProvider time) : IMemoryGateway, IDeviceLink
{
    private readonly ConcurrentDictionary<MemoryLink, Session> _sessions = new();
    private readonly ConcurrentDictionary<string, Session> _subscribed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _devices = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int ConnectionCount => _sessions.Count;

    /// <inheritdoc/>
    public async Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password)
    {
        var admission = await hub.AdmitAsync(
            new Credentials(clientId, user, password, null, "simulated", Encrypted: true), CancellationToken.None);
        if (admission.Peer is not { } peer)
            return false;
        var session = new Session(link, peer, time.GetUtcNow());
        _sessions[link] = session;
        if (peer.Role == PeerRole.Device && _devices.TryGetValue(peer.Id, out var old) && old.Link != link)
            End(old, LinkEnd.TakenOver);
        if (peer.Role == PeerRole.Device)
            _devices[peer.Id] = session;
        await hub.ConnectedAsync(session, CancellationToken.None);
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id)
    {
        if (!_sessions.TryGetValue(link, out var session))
            return false;
        bool own = session.Peer.Role == PeerRole.Device
            ? kind == TopicKind.Desired && id == session.Peer.Id
            : kind == TopicKind.ClaimAnswer;
        if (!own)
            return false;
        _subscribed[Address(kind, id)] = session;
        session.Subscription = Address(kind, id);
        await hub.SubscribedAsync(session, kind, id, CancellationToken.None);
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload)
    {
        if (!_sessions.TryGetValue(link, out var session))
            return false;
        bool own = session.Peer.Role == PeerRole.Device ? id == session.Peer.Id : kind == TopicKind.Claim;
        if (!own)
            return false;
        var (receipt, stored) = session.Expect();
        await hub.ReceiveAsync(session, kind, id, payload, receipt, CancellationToken.None);
        await stored;
        return true;
    }

    /// <inheritdoc/>
    public void Disconnected(MemoryLink link)
    {
        if (_sessions.TryGetValue(link, out var session))
            End(session, LinkEnd.Lost);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(
        TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        if (!_subscribed.TryGetValue(Address(kind, id), out var session))
            return new(false);
        session.Link.Deliver(kind, payload.ToArray());
        return new(true);
    }

    /// <inheritdoc/>
    public bool IsConnected(string deviceId) => _devices.ContainsKey(deviceId);

    /// <inheritdoc/>
    public void Disconnect(string deviceId, LinkEnd reason)
    {
        if (!_devices.TryGetValue(deviceId, out var session))
            return;
        End(session, reason);
        session.Link.Break();
    }

    private void End(Session session, LinkEnd reason)
    {
        if (!_sessions.TryRemove(new(session.Link, session)))
            return;
        _devices.TryRemove(new(session.Peer.Id, session));
        if (session.Subscription is { } address)
            _subscribed.TryRemove(new(address, session));
        hub.Disconnected(session, reason);
    }

    private static string Address(TopicKind kind, string id) =>
        (kind == TopicKind.ClaimAnswer ? "claim/" : "device/") + id;

    private sealed class Session(MemoryLink link, Peer peer, DateTimeOffset connectedAt) : IDeviceSession
    {
        private readonly ConcurrentDictionary<ushort, TaskCompletionSource> _expected = new();
        private int _lastReceipt;

        public MemoryLink Link { get; } = link;

        public Peer Peer { get; } = peer;

        public string RemoteAddress => "simulated";

        public DateTimeOffset ConnectedAt { get; } = connectedAt;

        public string? Subscription { get; set; }

        public (ushort Receipt, Task Stored) Expect()
        {
            var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            while (true)
            {
                ushort receipt = (ushort)Interlocked.Increment(ref _lastReceipt);
                if (receipt != 0 && _expected.TryAdd(receipt, stored))
                    return (receipt, stored.Task);
            }
        }

        public void Stored(ReadOnlySpan<ushort> receipts)
        {
            foreach (ushort receipt in receipts)
            {
                if (_expected.TryRemove(receipt, out var stored))
                    stored.TrySetResult();
            }
        }
    }
}
