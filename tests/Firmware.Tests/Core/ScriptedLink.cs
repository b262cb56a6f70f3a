using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>A message as the gateway got it.</summary>
public sealed record Sent(TopicKind Kind, string Id, byte[] Payload, int MessageId, int Connection)
{
    /// <summary>Sequence numbers of the windows in a pack.</summary>
    public uint[] Windows =>
        [.. Records().Where(r => r.HasWindow).Select(r => (uint)r.Value)];

    public IEnumerable<SenmlRecord> Records()
    {
        CborReader reader = new(Payload);
        SenmlReader pack = new(reader);
        Assert.True(pack.TryBegin(), pack.Error.ToString());
        while (pack.Left > 0)
        {
            SenmlRecord record = new();
            Assert.True(pack.TryReadRecord(record), pack.Error.ToString());
            yield return record;
        }
    }

    public NodeEvent Event()
    {
        NodeEvent happened = new();
        Assert.Equal(ContractError.None, happened.Read(new CborReader(Payload)));
        return happened;
    }

    public ReportedState State()
    {
        ReportedState state = new();
        Assert.Equal(ContractError.None, state.Read(new CborReader(Payload)));
        return state;
    }

    public ClaimRequest Claim()
    {
        ClaimRequest claim = new();
        Assert.Equal(ContractError.None, claim.Read(new CborReader(Payload)));
        return claim;
    }
}

/// <summary>
/// The far end of the link in a test's hand: it lets in or not, grants subscriptions or not, acknowledges or not, and
/// says anything at any time.
/// </summary>
public sealed class ScriptedLink : ILink
{
    private readonly Queue<Action<LinkEvent>> _events = new();
    private int _lastMessageId;
    private bool _open;

    /// <summary>Calls and events so far: while it grows, something goes on.</summary>
    public int Moves { get; private set; }

    /// <summary>How a connection is answered; None: never.</summary>
    public Func<LinkAddress, LinkEventType> Admit { get; set; } = _ => LinkEventType.Connected;

    public bool GrantSubscriptions { get; set; } = true;

    /// <summary>Called after a subscription was granted.</summary>
    public Action<TopicKind, string>? Subscribed { get; set; }

    /// <summary>Whether a message is acknowledged at once.</summary>
    public Func<Sent, bool> Acknowledge { get; set; } = _ => true;

    /// <summary>How many publishes in a row the port takes before it is busy; int.MaxValue: any.</summary>
    public int Room { get; set; } = int.MaxValue;

    public List<LinkAddress> Connects { get; } = [];

    public List<(TopicKind Kind, string Id)> Subscriptions { get; } = [];

    public List<Sent> Messages { get; } = [];

    public IEnumerable<Sent> Of(TopicKind kind) => Messages.Where(m => m.Kind == kind);

    public LinkResult Connect(LinkAddress address)
    {
        Moves++;
        Connects.Add(new LinkAddress
        {
            Host = address.Host,
            Port = address.Port,
            ClientId = address.ClientId,
            User = address.User,
            Password = address.Password,
        });
        LinkEventType answer = Admit(address);
        _open = answer == LinkEventType.Connected;
        if (answer != LinkEventType.None)
            _events.Enqueue(e => e.Type = answer);
        return LinkResult.Ok;
    }

    public void Disconnect()
    {
        _open = false;
        _events.Clear();
    }

    public LinkResult Subscribe(TopicKind kind, string id)
    {
        if (!_open)
            return LinkResult.Down;
        Moves++;
        Subscriptions.Add((kind, id));
        if (GrantSubscriptions)
        {
            _events.Enqueue(e => e.Type = LinkEventType.Subscribed);
            Subscribed?.Invoke(kind, id);
        }
        return LinkResult.Ok;
    }

    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = 0;
        if (!_open)
            return LinkResult.Down;
        Assert.True(count <= Limits.MaxPayload);
        if (Room == 0)
            return LinkResult.Busy;
        if (Room != int.MaxValue)
            Room--;
        Moves++;
        messageId = ++_lastMessageId;
        Sent sent = new(kind, id, payload.AsSpan(offset, count).ToArray(), messageId, Connects.Count);
        Messages.Add(sent);
        if (Acknowledge(sent))
            Store(messageId);
        return LinkResult.Ok;
    }

    public bool TryGetEvent(LinkEvent target)
    {
        if (!_events.TryDequeue(out Action<LinkEvent>? fill))
            return false;
        Moves++;
        fill(target);
        return true;
    }

    /// <summary>The gateway has stored a message.</summary>
    public void Store(int messageId) =>
        _events.Enqueue(e =>
        {
            e.Type = LinkEventType.Stored;
            e.MessageId = messageId;
        });

    /// <summary>The connection breaks.</summary>
    public void Break()
    {
        _open = false;
        _events.Enqueue(e => e.Type = LinkEventType.Disconnected);
    }

    /// <summary>A message comes down.</summary>
    public void Deliver(TopicKind kind, byte[] payload) =>
        _events.Enqueue(e =>
        {
            e.Type = LinkEventType.Message;
            e.Topic = kind;
            payload.CopyTo(e.Payload, 0);
            e.PayloadLength = payload.Length;
        });

    public void Deliver(DesiredState desired) => Deliver(TopicKind.Desired, Bytes(desired.Write));

    public void Deliver(ClaimAnswer answer) => Deliver(TopicKind.ClaimAnswer, Bytes(answer.Write));

    public static byte[] Bytes(Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
