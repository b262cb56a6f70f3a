using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>What <see cref="MemoryLink"/> talks to: a gateway in the same process.</summary>
public interface IMemoryGateway
{
    /// <summary>Whether the node is let in.</summary>
    Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password);

    /// <summary>Subscribes; false where the gateway refuses.</summary>
    Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id);

    /// <summary>Completes when the message is stored; false where the gateway ends the connection instead.</summary>
    Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload);

    /// <summary>The connection is over.</summary>
    void Disconnected(MemoryLink link);
}

/// <summary>What a link does to messages, all drawn from one seed.</summary>
public sealed record LinkFaults
{
    /// <summary>Chance of a message, or of its acknowledgement, to get lost.</summary>
    public double Loss { get; init; }

    /// <summary>Chance of a message to arrive twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Chance of a message to be held back behind later ones.</summary>
    public double Reorder { get; init; }

    /// <summary>Mean of the exponentially distributed delay, in milliseconds.</summary>
    public double DelayMs { get; init; }
}

/// <summary>
/// A node's link in memory and virtual time. It does what TCP never would, loss, duplicates and reordering, so that the
/// node's promises are held to more than a network can do to them.
/// </summary>
/// <remarks>
/// Time moves only from outside: <see cref="Advance"/> sends what has become due into the gateway,
/// <see cref="SettleAsync"/> waits until the gateway has answered all of it, and then takes the answers in the order in
/// which the messages went out. So what the node sees depends on the seed and the virtual time alone, never on threads.
/// </remarks>
public sealed class MemoryLink(IMemoryGateway gateway, LinkFaults faults, int seed) : ILink
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, (long DueMs, long Order)> _schedule = new();
    private readonly Queue<SimLinkEvent> _ready = new();
    private readonly List<(Task<bool> Task, Action<bool> Then)> _underway = [];
    private readonly List<(TopicKind Kind, byte[] Payload)> _delivered = [];
    private readonly Lock _lock = new();
    private long _nowMs;
    private long _order;
    private int _session;
    private bool _connected;
    private int _lastMessageId;
    private bool _partitioned;

    /// <summary>While set, nothing gets through; a connection that stood breaks.</summary>
    public bool Partitioned
    {
        get => _partitioned;
        set
        {
            _partitioned = value;
            if (value && _connected)
                Break();
        }
    }

    /// <summary>Virtual time at which something is due, or <see cref="long.MaxValue"/>.</summary>
    public long NextDueMs => _ready.Count > 0 ? _nowMs
        : _schedule.TryPeek(out _, out var key) ? key.DueMs : long.MaxValue;

    /// <summary>Whether the gateway still works on something of this link, or has sent something not yet taken.</summary>
    public bool IsUnsettled
    {
        get
        {
            lock (_lock)
                return _underway.Count > 0 || _delivered.Count > 0;
        }
    }

    /// <inheritdoc/>
    public LinkResult Connect(LinkAddress address)
    {
        Disconnect();
        int session = ++_session;
        if (_partitioned)
        {
            In(TimeSpan.FromSeconds(3), session, () => Raise(LinkEventType.Disconnected));
            return LinkResult.Ok;
        }
        var (client, user, password) = (address.ClientId, address.User, address.Password);
        In(Delay(), session, () => Ask(gateway.ConnectAsync(this, client, user, password), accepted =>
        {
            _connected = accepted && session == _session;
            In(Delay(), session, () => Raise(accepted ? LinkEventType.Connected : LinkEventType.NotAuthorised));
        }));
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        _session++;
        _ready.Clear();
        lock (_lock)
            _delivered.Clear();
        if (!_connected)
            return;
        _connected = false;
        gateway.Disconnected(this);
    }

    /// <inheritdoc/>
    public LinkResult Subscribe(TopicKind kind, string id)
    {
        if (!_connected)
            return LinkResult.Down;
        int session = _session;
        In(Delay(), session, () => Ask(gateway.SubscribeAsync(this, kind, id), granted =>
        {
            if (granted)
                In(Delay(), session, () => Raise(LinkEventType.Subscribed));
            else
                Break();
        }));
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = 0;
        if (!_connected)
            return LinkResult.Down;
        if (count > Limits.MaxPayload)
            return LinkResult.TooLong;
        messageId = ++_lastMessageId;
        byte[] copy = payload.AsSpan(offset, count).ToArray();
        Transmit(kind, id, copy, messageId);
        if (Chance(faults.Duplicate))
            Transmit(kind, id, copy, messageId);
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public bool TryGetEvent(LinkEvent target)
    {
        if (!_ready.TryDequeue(out var found))
            return false;
        found.CopyTo(target);
        return true;
    }

    /// <summary>The gateway sends a message; callable from any thread.</summary>
    public void Deliver(TopicKind kind, byte[] payload)
    {
        lock (_lock)
            _delivered.Add((kind, payload));
    }

    /// <summary>The gateway ends the connection; to be called while time stands still.</summary>
    public void Break()
    {
        int session = _session;
        if (_connected)
        {
            _connected = false;
            gateway.Disconnected(this);
        }
        In(Delay(), session, () => Raise(LinkEventType.Disconnected));
    }

    /// <summary>Moves the link's time to <paramref name="nowMs"/> and does what has become due.</summary>
    public void Advance(long nowMs)
    {
        _nowMs = nowMs;
        while (_schedule.TryPeek(out var action, out var key) && key.DueMs <= nowMs)
        {
            _schedule.Dequeue();
            action();
        }
    }

    /// <summary>Waits until the gateway has answered all that it was asked, and takes the answers.</summary>
    public async Task SettleAsync()
    {
        while (_underway.Count > 0)
        {
            var asked = _underway.ToArray();
            _underway.Clear();
            foreach (var (task, then) in asked)
                then(await task);
        }
        (TopicKind, byte[])[] delivered;
        lock (_lock)
        {
            delivered = [.. _delivered];
            _delivered.Clear();
        }
        foreach (var (kind, payload) in delivered)
        {
            if (_partitioned || Chance(faults.Loss))
                continue;
            In(Delay(), _session, () => RaiseMessage(kind, payload));
        }
        Advance(_nowMs);
    }

    private void Transmit(TopicKind kind, string id, byte[] payload, int messageId)
    {
        int session = _session;
        if (Chance(faults.Loss))
            return;
        var delay = Delay();
        if (Chance(faults.Reorder))
            delay += TimeSpan.FromMilliseconds(1000 + 4 * faults.DelayMs);
        In(delay, session, () => Ask(gateway.PublishAsync(this, kind, id, payload), stored =>
        {
            if (!stored)
                Break();
            else if (!Chance(faults.Loss))
                In(Delay(), session, () => RaiseStored(messageId));
        }));
    }

    private void Ask(Task<bool> task, Action<bool> then) => _underway.Add((task, then));

    private void In(TimeSpan delay, int session, Action action)
    {
        _schedule.Enqueue(
            () =>
            {
                // What belongs to a connection that is gone is lost with it.
                if (session == _session)
                    action();
            },
            (_nowMs + (long)delay.TotalMilliseconds, ++_order));
    }

    private void Raise(LinkEventType type) => _ready.Enqueue(new SimLinkEvent(type));

    private void RaiseStored(int messageId) =>
        _ready.Enqueue(new SimLinkEvent(LinkEventType.Stored, messageId));

    private void RaiseMessage(TopicKind kind, byte[] payload) =>
        _ready.Enqueue(new SimLinkEvent(LinkEventType.Message, 0, kind, payload));

    private bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    private TimeSpan Delay() => faults.DelayMs <= 0
        ? TimeSpan.Zero
        : TimeSpan.FromMilliseconds(Math.Min(60_000, -Math.Log(1 - _random.NextDouble()) * faults.DelayMs));
}
