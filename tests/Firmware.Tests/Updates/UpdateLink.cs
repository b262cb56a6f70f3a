using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>What the line and the service may do to a node that updates itself; all of it at most for a time.</summary>
internal sealed record UpdateFaults
{
    /// <summary>Share of messages lost, in either direction.</summary>
    public double Loss { get; init; }

    /// <summary>Share of messages from the service that come twice.</summary>
    public double Twice { get; init; }

    /// <summary>Longest delay of a message, in milliseconds; messages overtake each other.</summary>
    public int DelayMs { get; init; } = 1;

    /// <summary>Mean time between breaks of the connection, in milliseconds; 0: none.</summary>
    public int BreakEveryMs { get; init; }

    /// <summary>Share of requests that the service has no time for.</summary>
    public double Busy { get; init; }

    /// <summary>Share of requests for which the service knows no such bundle.</summary>
    public double Unknown { get; init; }

    /// <summary>Share of blocks with a wrong bit.</summary>
    public double Spoilt { get; init; }
}

/// <summary>
/// Line and service of one node in virtual time: admits, stores, sends the target with each subscription and each change,
/// and serves blocks. Chance is drawn from a seed alone.
/// </summary>
internal sealed class UpdateLink(int seed) : ILink
{
    private readonly PriorityQueue<(int Session, Action Act), (long Due, long Order)> _coming = new();
    private readonly Queue<Action<LinkEvent>> _events = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, byte[]> _served = [];
    private long _nowMs;
    private long _order;
    private int _session;
    private bool _open;
    private int _lastMessageId;

    public UpdateFaults Faults { get; set; } = new();

    /// <summary>The bundle that the service wants the node to run.</summary>
    public Release? Target { get; private set; }

    public uint Attempt { get; set; }

    public long ApplyFromMs { get; set; }

    public long ApplyUntilMs { get; set; }

    /// <summary>Whether connections come about at all.</summary>
    public bool Reachable { get; set; } = true;

    /// <summary>Whether requests for blocks are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Whether telemetry is acknowledged.</summary>
    public bool Stores { get; set; } = true;

    public NodeConfig? Config { get; set; }

    /// <summary>Requests for blocks that reached the service.</summary>
    public List<BlockRequest> Requests { get; } = [];

    /// <summary>The uptimes at which they did.</summary>
    public List<long> RequestTimesMs { get; } = [];

    /// <summary>Texts of the events of updates, by their number, as the service has stored them.</summary>
    public SortedDictionary<uint, string> Told { get; } = [];

    public ReportedState? State { get; private set; }

    /// <summary>Windows that were stored, by number.</summary>
    public SortedSet<uint> Windows { get; } = [];

    /// <summary>Payload bytes up and down that have to do with blocks.</summary>
    public long BlockBytes { get; private set; }

    public int DownCount { get; private set; }

    public long NextDueMs => _events.Count > 0 ? _nowMs
        : _coming.TryPeek(out _, out (long Due, long Order) key) ? key.Due : long.MaxValue;

    /// <summary>Has the service give these bytes to whoever asks for the release.</summary>
    public void Serve(Release release, byte[] bytes) => _served[Convert.ToHexString(release.Digest)] = bytes;

    /// <summary>The service wants this, and says so to a node that is there.</summary>
    public void Want(Release? release, uint attempt = 0)
    {
        Target = release;
        Attempt = attempt;
        if (release != null)
            Serve(release, release.Bytes);
        if (_open)
            SendDesired();
    }

    public void Advance(long nowMs)
    {
        _nowMs = nowMs;
        while (_coming.TryPeek(out (int Session, Action Act) next, out (long Due, long Order) key) && key.Due <= nowMs)
        {
            _coming.Dequeue();
            if (next.Session == _session)
                next.Act();
        }
    }

    public void PowerOff()
    {
        Disconnect();
        _coming.Clear();
        _nowMs = 0;
    }

    public LinkResult Connect(LinkAddress address)
    {
        Disconnect();
        if (Reachable)
        {
            Later(() =>
            {
                _open = true;
                _events.Enqueue(e => e.Type = LinkEventType.Connected);
                if (Faults.BreakEveryMs != 0)
                    At(_nowMs + 1 + _random.Next(2 * Faults.BreakEveryMs), Break);
            });
        }
        return LinkResult.Ok;
    }

    public void Disconnect()
    {
        _open = false;
        _session++;
        _events.Clear();
    }

    public void Break()
    {
        if (!_open)
            return;
        _open = false;
        _session++;
        _events.Enqueue(e => e.Type = LinkEventType.Disconnected);
    }

    public LinkResult Subscribe(TopicKind kind, string id)
    {
        if (!_open)
            return LinkResult.Down;
        Later(() =>
        {
            _events.Enqueue(e => e.Type = LinkEventType.Subscribed);
            if (kind == TopicKind.Desired)
                SendDesired();
        });
        return LinkResult.Ok;
    }

    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = ++_lastMessageId;
        if (!_open)
            return LinkResult.Down;
        int sent = messageId;
        Sent message = new(kind, id, payload.AsSpan(offset, count).ToArray(), sent, _session);
        if (kind == TopicKind.BlockRequest)
            BlockBytes += count;
        if (_random.NextDouble() < Faults.Loss)
            return LinkResult.Ok;
        Later(() =>
        {
            if (kind == TopicKind.Telemetry && !Stores)
                return;
            Receive(message);
            if (_random.NextDouble() >= Faults.Loss)
            {
                Later(() => _events.Enqueue(e =>
                {
                    e.Type = LinkEventType.Stored;
                    e.MessageId = sent;
                }));
            }
        });
        return LinkResult.Ok;
    }

    public bool TryGetEvent(LinkEvent target)
    {
        if (!_events.TryDequeue(out Action<LinkEvent>? fill))
            return false;
        fill(target);
        return true;
    }

    /// <summary>Sends anything to the node.</summary>
    public void Deliver(TopicKind kind, Action<CborWriter> write)
    {
        byte[] payload = ScriptedLink.Bytes(write);
        DownCount++;
        if (kind == TopicKind.BlockAnswer)
            BlockBytes += payload.Length;
        for (int copies = _random.NextDouble() < Faults.Twice ? 2 : 1; copies > 0; copies--)
        {
            if (_random.NextDouble() < Faults.Loss)
                continue;
            Later(() => _events.Enqueue(e =>
            {
                e.Type = LinkEventType.Message;
                e.Topic = kind;
                payload.CopyTo(e.Payload, 0);
                e.PayloadLength = payload.Length;
            }));
        }
    }

    private void Receive(Sent message)
    {
        switch (message.Kind)
        {
            case TopicKind.Claim:
                Deliver(TopicKind.ClaimAnswer, TestNode.Grant(message.Claim()).Write);
                break;
            case TopicKind.Event when message.Event() is { Type: EventType.Update } happened:
                Told[happened.Sequence] = happened.Text;
                break;
            case TopicKind.State:
                State = message.State();
                break;
            case TopicKind.Telemetry:
                Windows.UnionWith(message.Windows);
                break;
            case TopicKind.BlockRequest:
                BlockRequest request = new();
                Assert.Equal(ContractError.None, request.Read(new CborReader(message.Payload)));
                Requests.Add(request);
                RequestTimesMs.Add(_nowMs);
                if (Answers)
                    Answer(request);
                break;
        }
    }

    private void Answer(BlockRequest request)
    {
        BlockAnswer answer = new() { Offset = request.Offset };
        request.Digest.CopyTo(answer.Digest, 0);
        double chance = _random.NextDouble();
        if (chance < Faults.Busy)
            answer.Status = BlockStatus.Busy;
        else if (chance < Faults.Busy + Faults.Unknown || !_served.TryGetValue(Convert.ToHexString(request.Digest), out byte[]? bundle))
            answer.Status = BlockStatus.UnknownDigest;
        else if (request.Offset >= bundle.Length)
            answer.Status = BlockStatus.OutOfRange;
        else
        {
            answer.Total = (uint)bundle.Length;
            answer.DataLength = Math.Min(request.Length, bundle.Length - (int)request.Offset);
            bundle.AsSpan((int)request.Offset, answer.DataLength).CopyTo(answer.Data);
            if (_random.NextDouble() < Faults.Spoilt)
                answer.Data[_random.Next(answer.DataLength)] ^= (byte)(1 << _random.Next(8));
        }
        Deliver(TopicKind.BlockAnswer, answer.Write);
    }

    private void SendDesired()
    {
        DesiredState desired = new() { TimeMs = TestNode.Epoch2026 + _nowMs, HasTarget = Target != null };
        if (Config != null)
        {
            desired.HasConfig = true;
            desired.Config.CopyFrom(Config);
        }
        if (Target != null)
        {
            Target.Digest.CopyTo(desired.Target.Digest, 0);
            desired.Target.TotalBytes = (uint)Target.TotalBytes;
            desired.Target.EnvelopeBytes = (uint)Target.EnvelopeLength;
            desired.Target.Attempt = Attempt;
            desired.Target.ApplyFromMs = ApplyFromMs;
            desired.Target.ApplyUntilMs = ApplyUntilMs;
        }
        Deliver(TopicKind.Desired, desired.Write);
    }

    private void Later(Action act) => At(_nowMs + 1 + _random.Next(Faults.DelayMs), act);

    private void At(long dueMs, Action act) => _coming.Enqueue((_session, act), (dueMs, ++_order));
}
