using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>A message on its way to a peer.</summary>
internal readonly record struct OutMessage(TopicKind Kind, string Topic, ReadOnlyMemory<byte> Payload, int Qos);

/// <summary>
/// Messages to one peer that it has not acknowledged yet, and those that wait behind them. Guarded by the session's
/// lock. Nothing outlives the connection: what was not acknowledged is sent anew when the node asks again.
/// </summary>
internal sealed class Outbox(int window)
{
    private readonly List<ushort> _inFlight = new(1);
    private Queue<OutMessage>? _waiting;
    private ushort _lastId;

    /// <summary>Whether another message of QoS 1 may be sent now.</summary>
    public bool HasRoom => _inFlight.Count < window;

    /// <summary>An id that no message in flight has.</summary>
    public ushort Begin()
    {
        do
            _lastId++;
        while (_lastId == 0 || _inFlight.Contains(_lastId));
        _inFlight.Add(_lastId);
        return _lastId;
    }

    /// <summary>The peer has it; false where no such message was in flight.</summary>
    public bool End(ushort packetId) => _inFlight.Remove(packetId);

    /// <summary>Lets a message wait; false where too many do.</summary>
    public bool TryWait(in OutMessage message)
    {
        _waiting ??= new Queue<OutMessage>(1);
        if (_waiting.Count == GatewayLimits.SendQueue)
            return false;
        _waiting.Enqueue(message);
        return true;
    }

    /// <summary>The next message that waits.</summary>
    public bool TryNext(out OutMessage message)
    {
        message = default;
        return _waiting != null && _waiting.TryDequeue(out message);
    }

    /// <summary>Whether messages wait, so that a new one has to queue behind them.</summary>
    public bool HasWaiting => _waiting is { Count: > 0 };
}
