using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>One connection of a <see cref="TcpLink"/>, from the first packet to the last event.</summary>
internal sealed class TcpConnection(TcpLinkOptions options, LinkAddress address, Action wake)
{
    /// <summary>Packets that may wait to be sent: a node has four messages under way, the rest is acknowledgements.</summary>
    private const int MaxOutgoing = 32;

    /// <summary>Messages that may wait for their acknowledgement.</summary>
    private const int MaxUnacknowledged = 32;

    /// <summary>Events that may wait for the node; then nothing more is read, and TCP holds the gateway back.</summary>
    private const int MaxEvents = 64;

    /// <summary>The longest packet that is taken: a payload, a topic and what stands around them.</summary>
    private const int MaxPacket = Limits.MaxPayload + 256;

    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private readonly string _host = address.Host;
    private readonly int _port = address.Port;
    private readonly byte[] _hello = MqttPackets.Connect(
        address.ClientId, address.User, address.Password, options.KeepAliveS, options.Version5);

    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(MaxOutgoing);
    private readonly ConcurrentQueue<SimLinkEvent> _events = new();
    private readonly SemaphoreSlim _room = new(MaxEvents);
    private readonly ConcurrentDictionary<int, bool> _unacknowledged = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _polite;
    private volatile bool _accepted;
    private volatile bool _heard;

    public bool HasEvents => !_events.IsEmpty;

    /// <param name="reachable">Whether there is a network at all.</param>
    public void Start(bool reachable) => _ = Task.Run(() => RunAsync(reachable));

    public void Close(bool politely)
    {
        if (politely)
            _polite = true;
        _stop.Cancel();
    }

    public LinkResult Publish(int packetId, byte[] packet)
    {
        if (_unacknowledged.Count >= MaxUnacknowledged)
            return LinkResult.Busy;
        _unacknowledged[packetId] = true;
        LinkResult result = Send(packet);
        if (result != LinkResult.Ok)
            _unacknowledged.TryRemove(packetId, out _);
        return result;
    }

    public LinkResult Send(byte[] packet)
    {
        if (_stop.IsCancellationRequested)
            return LinkResult.Down;
        return _outgoing.Writer.TryWrite(packet) ? LinkResult.Ok : LinkResult.Busy;
    }

    public bool TryTake(out SimLinkEvent found)
    {
        if (!_events.TryDequeue(out found))
            return false;
        _room.Release();
        return true;
    }

    private async Task RunAsync(bool reachable)
    {
        SimLinkEvent end = new(LinkEventType.Disconnected);
        try
        {
            if (reachable && await TalkAsync() == Ending.Refused)
                end = new SimLinkEvent(LinkEventType.NotAuthorised);
        }
        catch (Exception)
        {
            // Every way in which a connection can fail is the same to the node, a name that is no address included.
        }
        await _stop.CancelAsync();
        _events.Enqueue(end);
        wake();
    }

    private async Task<Ending> TalkAsync()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (options.LocalAddress is { } local)
            socket.Bind(new IPEndPoint(local.MapToIPv6(), 0));
        await socket.ConnectAsync(_host, _port, _stop.Token);
        await using Stream stream = await OpenAsync(new NetworkStream(socket));
        await stream.WriteAsync(_hello, _stop.Token);
        Task sending = SendAsync(stream);
        try
        {
            return await ReceiveAsync(stream);
        }
        finally
        {
            await _stop.CancelAsync();
            await sending;
            if (_polite && _accepted)
                await SayGoodbyeAsync(stream);
            else
                socket.LingerState = new LingerOption(true, 0);
        }
    }

    private async Task<Stream> OpenAsync(Stream plain)
    {
        if (options.Tls is not { } tls)
            return plain;
        SslStream secure = new(plain);
        await secure.AuthenticateAsClientAsync(tls, _stop.Token);
        return secure;
    }

    private static async Task SayGoodbyeAsync(Stream stream)
    {
        using CancellationTokenSource enough = new(GoodbyeTime);
        await stream.WriteAsync(MqttPackets.Disconnect(), enough.Token);
    }

    // Sends what waits; in quiet times a ping, and where nothing at all was heard since the last one, ends it.
    private async Task SendAsync(Stream stream)
    {
        TimeSpan quiet = TimeSpan.FromSeconds(options.KeepAliveS * 0.5);
        bool pinged = false;
        try
        {
            while (true)
            {
                if (!_outgoing.Reader.TryRead(out byte[]? packet))
                {
                    using CancellationTokenSource idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    idle.CancelAfter(quiet);
                    try
                    {
                        packet = await _outgoing.Reader.ReadAsync(idle.Token);
                    }
                    catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
                    {
                        if (pinged && !_heard)
                            break;
                        pinged = true;
                        _heard = false;
                        packet = MqttPackets.Ping();
                    }
                }
                await stream.WriteAsync(packet, _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side sees the same end, and tells.
        }
        await _stop.CancelAsync();
    }

    private async Task<Ending> ReceiveAsync(Stream stream)
    {
        byte[] buffer = new byte[MaxPacket];
        int have = 0;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(have), _stop.Token);
            if (read == 0)
                return Ending.Broken;
            _heard = true;
            have += read;
            int done = 0;
            while (MqttPackets.TrySize(buffer.AsSpan(done, have - done), out int head, out int size))
            {
                if (size < 0 || size > MaxPacket)
                    return Ending.Broken;
                if (size > have - done)
                    break;
                Ending ending = Handle(
                    buffer[done], buffer.AsSpan(done + head, size - head), out SimLinkEvent happened, out byte[]? answer);
                if (ending != Ending.None)
                    return ending;
                if (happened.Type != LinkEventType.None)
                    await RaiseAsync(happened);
                // Only now that the node has it, and however many came at once: while there is no room nothing is read.
                if (answer != null)
                    await _outgoing.Writer.WriteAsync(answer, _stop.Token);
                done += size;
            }
            buffer.AsSpan(done, have - done).CopyTo(buffer);
            have -= done;
        }
    }

    private async ValueTask RaiseAsync(SimLinkEvent happened)
    {
        await _room.WaitAsync(_stop.Token);
        _events.Enqueue(happened);
        wake();
    }

    private Ending Handle(byte first, ReadOnlySpan<byte> body, out SimLinkEvent happened, out byte[]? answer)
    {
        happened = default;
        answer = null;
        switch (first)
        {
            case 0x20 when !_accepted && body.Length >= 2:
                return Answered(body[1], ref happened);
            case >= 0x30 and < 0x40 when _accepted:
                return Received(first, body, ref happened, ref answer) ? Ending.None : Ending.Broken;
            case 0x40 when _accepted && body.Length >= 2:
                // A version 5 acknowledgement may carry a reason; from 0x80 on the message was not stored.
                if (body.Length > 2 && body[2] >= 0x80)
                    return Ending.Broken;
                int packetId = (body[0] << 8) | body[1];
                if (_unacknowledged.TryRemove(packetId, out _))
                    happened = new SimLinkEvent(LinkEventType.Stored, packetId);
                return Ending.None;
            case 0x90 when _accepted && body.Length >= 3:
                if (body[^1] >= 0x80)
                    return Ending.Broken;
                happened = new SimLinkEvent(LinkEventType.Subscribed);
                return Ending.None;
            case 0xD0 when _accepted && body.Length == 0:
                return Ending.None;
            default:
                return Ending.Broken;
        }
    }

    private Ending Answered(byte reason, ref SimLinkEvent happened)
    {
        if (reason == 0)
        {
            _accepted = true;
            happened = new SimLinkEvent(LinkEventType.Connected);
            return Ending.None;
        }
        // 3.1.1: 4 bad user name or password, 5 not authorised; 5.0: 0x86 and 0x87.
        return reason is 4 or 5 or 0x86 or 0x87 ? Ending.Refused : Ending.Broken;
    }

    private bool Received(byte first, ReadOnlySpan<byte> body, ref SimLinkEvent happened, ref byte[]? answer)
    {
        if (!MqttPackets.TryReadPublish(
            first, body, options.Version5, out string topic, out int packetId, out ReadOnlySpan<byte> payload) ||
            payload.Length > Limits.MaxPayload)
            return false;
        if (packetId != 0)
            answer = MqttPackets.PubAck(packetId);
        if (Topics.TryParse(topic, out TopicKind kind, out _))
            happened = new SimLinkEvent(LinkEventType.Message, 0, kind, payload.ToArray());
        return true;
    }

    private enum Ending
    {
        None,

        /// <summary>The gateway does not let this user in.</summary>
        Refused,

        /// <summary>Closed, or not MQTT.</summary>
        Broken,
    }
}
