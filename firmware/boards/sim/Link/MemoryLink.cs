using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>
/// A node's link in memory and virtual time. It does what TCP never would, loss, duplicates and reordering, so that the
/// node's promises are held to more than a network can do to them.
/// </summary>
/// <remarks>
/// <para>Time moves only from outside, and one runner does, for each instant at which anything is due:</para>
/// <list type="number">
/// <item>for each node in a fixed order: its step, which begins with <see cref="Advance"/> and so hands to the gateway what
/// has arrived there by now;</item>
/// <item>wait until the service is at rest, then for each link <see cref="SettleAsync"/>, which takes the answers; again
/// while any link <see cref="IsUnsettled"/>;</item>
/// <item>move on to the least <see cref="NextDueMs"/>, which may be the same instant.</item>
/// </list>
/// <para>
/// Chance is drawn on the runner's thread alone. Answers are taken in the order in which the questions went out, and what
/// the gateway said by itself in an order of its content: so what a node sees depends on the seed and the virtual time,
/// never on threads.
/// </para>
/// </remarks>
public sealed class MemoryLink : ISimLink
{
    /// <summary>How long a node without a network waits for a connection in vain, in milliseconds.</summary>
    private const int ConnectFailsAfterMs = 3000;

    /// <summary>The tail of the delays is cut here, in milliseconds.</summary>
    private const double MaxDelayMs = 60_000;

    /// <summary>Messages that may be on their way at a time.</summary>
    private const int MaxInFlight = 32;

    // A connection's number; what belongs to another one is lost when it becomes due. Of no connection: always done.
    private const int AnySession = -1;

    private readonly IMemoryGateway _gateway;
    private LinkFaults _faults;
    private readonly SimRandom _random;
    private readonly PriorityQueue<(int Session, Action Action), (long DueMs, long Order)> _schedule = new();
    private readonly Queue<SimLinkEvent> _ready = new();
    private readonly Queue<(Task<bool> Task, Action<bool> Then)> _underway = new();

    // From the gateway's threads.
    private readonly Lock _lock = new();
    private readonly List<(TopicKind Kind, byte[] Payload)> _delivered = [];
    private bool _breakAsked;

    private long _nowMs;
    private long _order;
    private int _session;
    private bool _connected;
    private int _lastMessageId;
    private int _inFlight;
    private bool _partitioned;
    private bool _inSpan;

    public MemoryLink(IMemoryGateway gateway, LinkFaults faults, ulong seed)
    {
        _gateway = gateway;
        _faults = faults;
        _random = new SimRandom(SimRandom.Derive(seed, "link"));
        foreach (Partition span in faults.Partitions)
        {
            Schedule(span.FromUtcMs, AnySession, () => SetCut(_partitioned, inSpan: true));
            Schedule(span.ToUtcMs, AnySession, () => SetCut(_partitioned, inSpan: false));
        }
    }

    /// <inheritdoc/>
    public bool Partitioned
    {
        get => _partitioned || _inSpan;
        set => SetCut(value, _inSpan);
    }

    /// <inheritdoc/>
    public long NextDueMs => _ready.Count > 0 ? _nowMs
        : _schedule.TryPeek(out _, out (long DueMs, long Order) key) ? Math.Max(key.DueMs, _nowMs) : long.MaxValue;

    /// <summary>Whether the gateway still works on something of this link, or has said something not yet taken.</summary>
    public bool IsUnsettled
    {
        get
        {
            lock (_lock)
                return _underway.Count > 0 || _delivered.Count > 0 || _breakAsked;
        }
    }

    /// <inheritdoc/>
    public LinkResult Connect(LinkAddress address)
    {
        Disconnect();
        if (Partitioned)
        {
            Schedule(_nowMs + ConnectFailsAfterMs, _session, () => Raise(LinkEventType.Disconnected));
            return LinkResult.Ok;
        }
        (string client, string user, string password) = (address.ClientId, address.User, address.Password);
        Later(() => Ask(
            _gateway.ConnectAsync(this, client, user, password),
            accepted =>
            {
                if (accepted)
                    Accepted();
                else
                    Later(() => Raise(LinkEventType.NotAuthorised));
            },
            accepted =>
            {
                // Let in, but the node has given up meanwhile: the gateway must not take it for connected.
                if (accepted && !_connected)
                    _gateway.Disconnected(this);
            }));
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        End();
        _ready.Clear();
    }

    /// <inheritdoc/>
    public LinkResult Subscribe(TopicKind kind, string id)
    {
        if (!_connected)
            return LinkResult.Down;
        Later(() => Ask(_gateway.SubscribeAsync(this, kind, id), granted =>
        {
            if (granted)
                Later(() => Raise(LinkEventType.Subscribed));
            else
                Drop();
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
        if (_inFlight >= MaxInFlight)
            return LinkResult.Busy;
        messageId = ++_lastMessageId;
        byte[] copy = payload.AsSpan(offset, count).ToArray();
        Transmit(kind, id, copy, messageId);
        if (_random.NextBool(_faults.Duplicate))
            Transmit(kind, id, copy, messageId);
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public bool TryGetEvent(LinkEvent target)
    {
        if (!_ready.TryDequeue(out SimLinkEvent found))
            return false;
        found.CopyTo(target);
        return true;
    }

    /// <summary>No more faults from here on, so that a run can hear everyone out.</summary>
    public void EndFaults() => _faults = new LinkFaults();

    /// <summary>The gateway sends a message; on any thread. The array is not to be changed afterwards.</summary>
    public void Deliver(TopicKind kind, byte[] payload)
    {
        lock (_lock)
            _delivered.Add((kind, payload));
    }

    /// <summary>The gateway ends the connection; on any thread.</summary>
    public void Break()
    {
        lock (_lock)
            _breakAsked = true;
    }

    /// <inheritdoc/>
    public void Drop()
    {
        if (!_connected)
            return;
        End();
        Later(() => Raise(LinkEventType.Disconnected));
    }

    /// <inheritdoc/>
    // The gateway learns of it at once; on a network it would by the keep-alive, or when the node comes back.
    public void PowerOff() => Disconnect();

    /// <inheritdoc/>
    public void Advance(long nowMs)
    {
        _nowMs = nowMs;
        while (_schedule.TryPeek(out (int Session, Action Action) next, out (long DueMs, long Order) key) && key.DueMs <= nowMs)
        {
            _schedule.Dequeue();
            if (next.Session == _session || next.Session == AnySession)
                next.Action();
        }
    }

    /// <summary>Waits until the gateway has answered all that it was asked, and takes what it said.</summary>
    public async Task SettleAsync()
    {
        while (_underway.TryDequeue(out (Task<bool> Task, Action<bool> Then) asked))
            asked.Then(await asked.Task);
        (TopicKind Kind, byte[] Payload)[] delivered;
        bool broken;
        lock (_lock)
        {
            delivered = [.. _delivered];
            _delivered.Clear();
            broken = _breakAsked;
            _breakAsked = false;
        }
        // Two messages of one instant may have come from two threads, in either order.
        Array.Sort(delivered, (a, b) => a.Kind != b.Kind
            ? a.Kind.CompareTo(b.Kind)
            : a.Payload.AsSpan().SequenceCompareTo(b.Payload));
        foreach ((TopicKind kind, byte[] payload) in delivered)
        {
            if (_connected && !_random.NextBool(_faults.Loss))
                Later(() => _ready.Enqueue(new SimLinkEvent(LinkEventType.Message, 0, kind, payload)));
        }
        if (broken)
            Drop();
        Advance(_nowMs);
    }

    private void Accepted()
    {
        _connected = true;
        Later(() => Raise(LinkEventType.Connected));
        if (_faults.DropsPerHour > 0)
            Schedule(_nowMs + (long)_random.NextExponential(3_600_000 / _faults.DropsPerHour), _session, Drop);
    }

    private void Transmit(TopicKind kind, string id, byte[] payload, int messageId)
    {
        if (_random.NextBool(_faults.Loss))
            return;
        double delay = DrawDelayMs();
        if (_random.NextBool(_faults.Reorder))
            delay += 1000 + (4 * _faults.DelayMs);
        _inFlight++;
        Schedule(_nowMs + (long)delay, _session, () => Ask(_gateway.PublishAsync(this, kind, id, payload), stored =>
        {
            _inFlight--;
            if (!stored)
                Drop();
            else if (!_random.NextBool(_faults.Loss))
                Later(() => _ready.Enqueue(new SimLinkEvent(LinkEventType.Stored, messageId)));
        }));
    }

    // The answer counts for the connection on which the question was asked, and for no later one.
    private void Ask(Task<bool> task, Action<bool> then, Action<bool>? otherwise = null)
    {
        int session = _session;
        _underway.Enqueue((task, answer =>
        {
            if (session == _session)
                then(answer);
            else
                otherwise?.Invoke(answer);
        }));
    }

    private void SetCut(bool partitioned, bool inSpan)
    {
        _partitioned = partitioned;
        _inSpan = inSpan;
        if (Partitioned)
            Drop();
    }

    private void End()
    {
        bool was = _connected;
        _connected = false;
        _session++;
        _inFlight = 0;
        lock (_lock)
        {
            _delivered.Clear();
            _breakAsked = false;
        }
        if (was)
            _gateway.Disconnected(this);
    }

    private void Later(Action action) => Schedule(_nowMs + (long)DrawDelayMs(), _session, action);

    private void Schedule(long dueMs, int session, Action action) =>
        _schedule.Enqueue((session, action), (dueMs, ++_order));

    private void Raise(LinkEventType type) => _ready.Enqueue(new SimLinkEvent(type));

    private double DrawDelayMs()
    {
        double random = _faults.DelayMs > 0 ? _random.NextExponential(_faults.DelayMs) : 0;
        return _faults.MinDelayMs + Math.Min(MaxDelayMs, random);
    }
}
