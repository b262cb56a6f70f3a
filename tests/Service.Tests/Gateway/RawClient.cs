using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeFleet.Service.Tests.Gateway;

/// <summary>A packet as it came.</summary>
internal sealed record Packet(byte Head, byte[] Body)
{
    public int Type => Head >> 4;

    public int PacketId => (Body[0] << 8) | Body[1];
}

/// <summary>A client that sends any bytes it is told to, and knows of MQTT no more than where a packet ends.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;

    private RawClient(Socket socket, Stream? stream = null)
    {
        _socket = socket;
        _stream = stream ?? new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<RawClient> OpenAsync(int port, Func<Stream, Task<Stream>>? wrap = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(socket, wrap == null ? null : await wrap(new NetworkStream(socket, ownsSocket: true)));
    }

    /// <summary>Sends packets with one write.</summary>
    public async Task SendAsync(params byte[][] packets) =>
        await _stream.WriteAsync(packets.SelectMany(p => p).ToArray());

    /// <summary>Sends without waiting for anybody to read; gives the bytes that were taken.</summary>
    public int SendSome(byte[] bytes)
    {
        _socket.Blocking = false;
        try
        {
            return _socket.Send(bytes);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return 0;
        }
        finally
        {
            _socket.Blocking = true;
        }
    }

    /// <summary>The next packet; null at the end of the connection.</summary>
    public async Task<Packet?> TryReadAsync()
    {
        byte[] one = new byte[1];
        using CancellationTokenSource patience = new(ScriptedHub.Patience);
        try
        {
            if (await _stream.ReadAsync(one, patience.Token) == 0)
                return null;
            byte head = one[0];
            int remaining = 0;
            int shift = 0;
            do
            {
                await _stream.ReadExactlyAsync(one, patience.Token);
                remaining |= (one[0] & 0x7f) << shift;
                shift += 7;
            }
            while (one[0] >= 0x80);
            byte[] body = new byte[remaining];
            await _stream.ReadExactlyAsync(body, patience.Token);
            return new Packet(head, body);
        }
        catch (IOException)
        {
            // Reset instead of closed: the same to a client.
            return null;
        }
    }

    public async Task<Packet> ReadAsync() =>
        await TryReadAsync() ?? throw new InvalidOperationException("The connection was closed.");

    /// <summary>Reads the end of the connection, and nothing before it.</summary>
    public async Task ReadEndAsync()
    {
        Packet? packet = await TryReadAsync();
        Assert.True(packet == null, packet == null ? "" : $"A packet of type {packet.Type} came instead of the end.");
    }

    /// <summary>Reads the farewell of MQTT 5 with this code, or in 3.1.1 nothing; then the end.</summary>
    public async Task ReadFarewellAsync(byte version, byte code)
    {
        if (version == 5)
        {
            Packet packet = await ReadAsync();
            Assert.Equal(0xE0, packet.Head);
            Assert.Equal($"0x{code:X2}", $"0x{packet.Body[0]:X2}");
        }
        await ReadEndAsync();
    }

    /// <summary>Ends the own direction; what the other side says can still be read.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side was quicker.
        }
    }

    /// <summary>Breaks the connection without a word.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}

/// <summary>Makes packets, good ones by default.</summary>
internal static class Packets
{
    public static readonly byte[] Ping = [0xC0, 0];

    public static readonly byte[] Goodbye = [0xE0, 0];

    public static byte[] Connect(
        byte version, string clientId = "c", string? user = "airbox-1", string? password = "p", int keepAliveS = 0,
        int flags = 0x02, byte[]? properties = null, byte[]? will = null, string protocol = "MQTT")
    {
        flags |= (user != null ? 0x80 : 0) | (password != null ? 0x40 : 0);
        return Make(0x10,
        [
            .. Text(protocol), version, (byte)flags, (byte)(keepAliveS >> 8), (byte)keepAliveS,
            .. Properties(version, properties), .. Text(clientId), .. will ?? [],
            .. user != null ? Text(user) : [], .. password != null ? Text(password) : [],
        ]);
    }

    public static byte[] Publish(
        byte version, string topic, byte[] payload, ushort packetId = 0, int flags = -1, byte[]? properties = null)
    {
        if (flags < 0)
            flags = packetId != 0 ? 0x02 : 0;
        byte[] id = (flags & 0x06) != 0 ? [(byte)(packetId >> 8), (byte)packetId] : [];
        return Make((byte)(0x30 | flags), [.. Text(topic), .. id, .. Properties(version, properties), .. payload]);
    }

    public static byte[] Subscribe(byte version, ushort packetId, params (string Filter, int Options)[] filters) =>
        Make(0x82, [(byte)(packetId >> 8), (byte)packetId, .. Properties(version, null),
            .. filters.SelectMany(f => (byte[])[.. Text(f.Filter), (byte)f.Options])]);

    public static byte[] Unsubscribe(byte version, ushort packetId, params string[] filters) =>
        Make(0xA2, [(byte)(packetId >> 8), (byte)packetId, .. Properties(version, null),
            .. filters.SelectMany(Text)]);

    public static byte[] PubAck(ushort packetId) => [0x40, 2, (byte)(packetId >> 8), (byte)packetId];

    public static byte[] Make(byte head, byte[] body)
    {
        List<byte> packet = [head];
        int length = body.Length;
        do
        {
            packet.Add((byte)((length & 0x7f) | (length >= 0x80 ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        return [.. packet, .. body];
    }

    public static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private static byte[] Properties(byte version, byte[]? properties) =>
        version == 5 ? [(byte)(properties?.Length ?? 0), .. properties ?? []] : [];
}
