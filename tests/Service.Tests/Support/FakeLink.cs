using System.Collections.Concurrent;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Support;

/// <summary>An engine that keeps what it is told to send.</summary>
public sealed class FakeLink : IDeviceLink
{
    public ConcurrentQueue<(TopicKind Kind, string Id, byte[] Payload)> Sent { get; } = new();

    public ConcurrentQueue<(string Id, LinkEnd Reason)> Ended { get; } = new();

    public int ConnectionCount => 0;

    /// <summary>Which devices are connected and subscribed: what is sent to others goes nowhere.</summary>
    public Func<string, bool> Accepts { get; set; } = _ => true;

    public Func<string, bool> Connected { get; set; } = _ => false;

    public ValueTask<bool> SendAsync(
        TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        if (!Accepts(id))
            return ValueTask.FromResult(false);
        Sent.Enqueue((kind, id, payload.ToArray()));
        return ValueTask.FromResult(true);
    }

    public bool IsConnected(string deviceId) => Connected(deviceId);

    public void Disconnect(string deviceId, LinkEnd reason) => Ended.Enqueue((deviceId, reason));
}

/// <summary>A connection without a wire.</summary>
public sealed class FakeSession(PeerRole role, string id) : IDeviceSession
{
    public Peer Peer { get; } = new(role, id);

    public string RemoteAddress => "192.0.2.7";

    public DateTimeOffset ConnectedAt => default;

    public ConcurrentQueue<ushort> Receipts { get; } = new();

    public void Stored(ReadOnlySpan<ushort> receipts)
    {
        foreach (ushort receipt in receipts)
            Receipts.Enqueue(receipt);
    }
}
