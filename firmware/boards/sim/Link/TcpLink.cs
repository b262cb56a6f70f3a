using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>How <see cref="TcpLink"/> connects.</summary>
/// <param name="Version5">MQTT 5.0 instead of 3.1.1.</param>
/// <param name="Tls">Options for TLS, or null: plain TCP.</param>
/// <param name="KeepAliveS">Keep-alive interval, in seconds.</param>
public sealed record TcpLinkOptions(bool Version5 = false, SslClientAuthenticationOptions? Tls = null, int KeepAliveS = 60);

/// <summary>
/// A node's link over real TCP, speaking real MQTT at QoS 1. Everything runs on the thread pool; the node polls. What
/// waits to be sent or taken is bounded, and whatever the other side sends ends in an event, never in an exception.
/// </summary>
public sealed class TcpLink(TcpLinkOptions options) : ILink, IDisposable
{
    private const int MaxOutgoing = 32;
    private const int MaxEvents = 256;

    private readonly ConcurrentQueue<SimLinkEvent> _events = new();
    private Connection? _connection;
    private int _lastPacketId;

    /// <summary>While set, connections cannot be made: the radio network is gone.</summary>
    public bool Partitioned { get; set; }

    /// <summary>Called on any thread when an event waits.</summary>
    public Action? Wake { get; set; }

    /// <inheritdoc/>
    public LinkResult Connect(LinkAddress address)
    {
        Disconnect();
        var connection = new Connection(this, address);
        _connection = connection;
        _ = Task.Run(connection.RunAsync);
        return LinkResult.Ok;
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        Interlocked.Exchange(ref _connection, null)?.Close(polite: true);
        _events.Clear();
    }

    /// <summary>Breaks the connection as a network does: without a word.</summary>
    public void Drop() => _connection?.Close(polite: false);

    /// <inheritdoc/>
    public LinkResult Subscribe(TopicKind kind, string id)
    {
        string topic = kind == TopicKind.ClaimAnswer ? Topics.For(kind, id) : Topics.DownFilter(id);
        return Send(MqttPackets.Subscribe(NextPacketId(), topic, options.Version5));
    }

    /// <inheritdoc/>
    public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
    {
        messageId = 0;
        if (count > Limits.MaxPayload)
            return LinkResult.TooLong;
        int packetId = NextPacketId();
        var result = Send(MqttPackets.Publish(packetId, Topics.For(kind, id), payload.AsSpan(offset, count), options.Version5));
        messageId = packetId;
        return result;
    }

    /// <inheritdoc/>
    public bool TryGetEvent(LinkEvent target)
    {
        if (!_events.TryDequeue(out var found))
            return false;
        found.CopyTo(target);
        return true;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => Disconnect();

    private LinkResult Send(byte[] packet) => _connection is { } connection ? connection.Send(packet) : LinkResult.Down;

    private int NextPacketId() => _lastPacketId = _lastPacketId % 65535 + 1;

    private void Raise(Connection from, SimLinkEvent happened)
    {
        // Events of a connection that was given up mean nothing any more.
        if (from != _connection)
            return;
        if (_events.Count >= MaxEvents)
        {
            from.Close(polite: false);
            return;
        }
        _events.Enqueue(happened);
        Wake?.Invoke();
    }

    private sealed class Connection(TcpLink owner, LinkAddress address)
    {
        private readonly string _host = address.Host;
        private readonly int _port = address.Port;
        private readonly byte[] _connect = MqttPackets.Connect(
            address.ClientId, address.User, address.Password, owner.Options.KeepAliveS, owner.Options.Version5);

        private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(MaxOutgoing);
        private readonly CancellationTokenSource _stop = new();
        private bool _polite;
        private bool _accepted;
        private bool _refused;

        public LinkResult Send(byte[] packet)
        {
            if (_stop.IsCancellationRequested)
                return LinkResult.Down;
            return _outgoing.Writer.TryWrite(packet) ? LinkResult.Ok : LinkResult.Busy;
        }

        public void Close(bool polite)
        {
            _polite |= polite;
            try
            {
                _stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
            }
        }

        public async Task RunAsync()
        {
            try
            {
                if (!owner.Partitioned)
                    await TalkAsync();
            }
            catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException
                or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
            {
                // Every way in which a connection ends is the same to the node.
            }
            finally
            {
                if (!_refused)
                    owner.Raise(this, new SimLinkEvent(LinkEventType.Disconnected));
                _stop.Cancel();
            }
        }

        private async Task TalkAsync()
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(_host, _port, _stop.Token);
            await using Stream stream = await OpenAsync(new NetworkStream(socket));
            await stream.WriteAsync(_connect, _stop.Token);
            Task sending = SendAsync(stream);
            try
            {
                await ReceiveAsync(stream);
            }
            finally
            {
                _outgoing.Writer.TryComplete();
                await _stop.CancelAsync();
                await sending;
                if (_polite && _accepted)
                    await stream.WriteAsync(MqttPackets.Disconnect());
            }
        }

        private async Task<Stream> OpenAsync(Stream plain)
        {
            if (owner.Options.Tls is not { } tls)
                return plain;
            var secure = new SslStream(plain);
            await secure.AuthenticateAsClientAsync(tls, _stop.Token);
            return secure;
        }

        private async Task SendAsync(Stream stream)
        {
            var quiet = TimeSpan.FromSeconds(owner.Options.KeepAliveS * 0.75);
            try
            {
                while (true)
                {
                    using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    idle.CancelAfter(quiet);
                    byte[] packet;
                    try
                    {
                        packet = await _outgoing.Reader.ReadAsync(idle.Token);
                    }
                    catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
                    {
                        packet = MqttPackets.Ping();
                    }
                    await stream.WriteAsync(packet, _stop.Token);
                }
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException or ChannelClosedException
                or ObjectDisposedException)
            {
                Close(polite: false);
            }
        }

        private async Task ReceiveAsync(Stream stream)
        {
            var buffer = new byte[Limits.MaxPayload + 256];
            int have = 0;
            while (true)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(have), _stop.Token);
                if (read == 0)
                    return;
                have += read;
                int done = 0;
                while (true)
                {
                    int size = PacketSize(buffer.AsSpan(done, have - done), out int head);
                    if (size < 0 || size > buffer.Length)
                        return;
                    if (size == 0 || size > have - done)
                        break;
                    if (!Handle(buffer[done], buffer.AsSpan(done + head, size - head)))
                        return;
                    done += size;
                }
                buffer.AsSpan(done, have - done).CopyTo(buffer);
                have -= done;
            }
        }

        private static int PacketSize(ReadOnlySpan<byte> bytes, out int head)
        {
            head = 0;
            if (bytes.Length < 2)
                return 0;
            int taken = MqttPackets.ReadVariable(bytes[1..], out int length);
            if (taken <= 0)
                return taken;
            head = 1 + taken;
            return head + length;
        }

        private bool Handle(byte first, ReadOnlySpan<byte> body)
        {
            switch (first >> 4)
            {
                case 2 when !_accepted && body.Length >= 2:
                    return Accepted(body[1]);
                case 3 when _accepted:
                    return Received(first, body);
                case 4 when _accepted && body.Length >= 2:
                    // A version 5 acknowledgement may carry a reason; from 0x80 on the message was not stored.
                    if (body.Length > 2 && body[2] >= 0x80)
                        return false;
                    owner.Raise(this, new SimLinkEvent(LinkEventType.Stored, body[0] << 8 | body[1]));
                    return true;
                case 9 when _accepted && body.Length >= 3:
                    if (body[^1] >= 0x80)
                        return false;
                    owner.Raise(this, new SimLinkEvent(LinkEventType.Subscribed));
                    return true;
                case 13:
                    return true;
                default:
                    return false;
            }
        }

        private bool Accepted(byte reason)
        {
            if (reason == 0)
            {
                _accepted = true;
                owner.Raise(this, new SimLinkEvent(LinkEventType.Connected));
                return true;
            }
            // 3.1.1: 4 bad user name or password, 5 not authorised; 5.0: 0x86 and 0x87.
            if (reason is 4 or 5 or 0x86 or 0x87)
            {
                _refused = true;
                owner.Raise(this, new SimLinkEvent(LinkEventType.NotAuthorised));
            }
            return false;
        }

        private bool Received(byte first, ReadOnlySpan<byte> body)
        {
            if (!MqttPackets.TryReadPublish(first, body, owner.Options.Version5, out string topic, out int packetId, out var payload)
                || payload.Length > Limits.MaxPayload)
                return false;
            if (packetId != 0 && !_outgoing.Writer.TryWrite(MqttPackets.PubAck(packetId)))
                return false;
            if (!Topics.TryParse(topic, out var kind, out _))
                return true;
            owner.Raise(this, new SimLinkEvent(LinkEventType.Message, 0, kind, payload.ToArray()));
            return true;
        }
    }

    private TcpLinkOptions Options => options;
}
