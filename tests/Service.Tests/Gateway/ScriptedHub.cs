using System.Threading.Channels;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>Something that the gateway told the hub.</summary>
internal sealed record HubCall(
    string What, IDeviceSession Session, TopicKind Kind = TopicKind.None, string Id = "", string Payload = "",
    ushort Receipt = 0, LinkEnd? End = null);

/// <summary>A service that does what a test tells it to; everybody is let in unless the test says otherwise.</summary>
internal sealed class ScriptedHub : IDeviceHub
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<HubCall> _calls = Channel.CreateUnbounded<HubCall>();

    public IDeviceLink Link { get; set; } = null!;

    public Func<Credentials, Admission> Admit { get; set; } = credentials => new Admission(
        credentials.User.StartsWith(Topics.ClaimUser, StringComparison.Ordinal)
            ? new Peer(PeerRole.Claimant, credentials.User[Topics.ClaimUser.Length..])
            : new Peer(PeerRole.Device, credentials.User),
        Refusal.None);

    /// <summary>What happens to a message; by default it is stored at once.</summary>
    public Func<HubCall, CancellationToken, ValueTask> Receive { get; set; } = (call, _) =>
    {
        if (call.Receipt != 0)
            call.Session.Stored([call.Receipt]);
        return ValueTask.CompletedTask;
    };

    /// <summary>What happens when a device is connected.</summary>
    public Action<IDeviceSession> Connected { get; set; } = _ => { };

    public ValueTask<Admission> AdmitAsync(Credentials credentials, CancellationToken cancel) =>
        new(Admit(credentials));

    public ValueTask ConnectedAsync(IDeviceSession session, CancellationToken cancel)
    {
        Note(new HubCall("connected", session));
        Connected(session);
        return ValueTask.CompletedTask;
    }

    public void Disconnected(IDeviceSession session, LinkEnd reason) =>
        Note(new HubCall("disconnected", session, End: reason));

    public ValueTask SubscribedAsync(IDeviceSession session, TopicKind kind, string id, CancellationToken cancel)
    {
        Note(new HubCall("subscribed", session, kind, id));
        return ValueTask.CompletedTask;
    }

    public ValueTask ReceiveAsync(
        IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel)
    {
        HubCall call = new("received", session, kind, id, Convert.ToHexString(payload.Span), receipt);
        Note(call);
        return Receive(call, cancel);
    }

    /// <summary>The next call, whatever it is.</summary>
    public async Task<HubCall> NextAsync() =>
        await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next call of this name; calls of other names before it are passed over.</summary>
    public async Task<HubCall> NextAsync(string what)
    {
        HubCall call;
        do
            call = await NextAsync();
        while (call.What != what);
        return call;
    }

    /// <summary>Whether there is no call that nobody has asked for.</summary>
    public bool IsQuiet => !_calls.Reader.TryPeek(out _);

    private void Note(HubCall call) => _calls.Writer.TryWrite(call);
}
