using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>
/// The few MQTT packets that a node sends, in versions 3.1.1 and 5.0. Written apart from the gateway's own code, so that
/// the two prove each other.
/// </summary>
internal static class MqttPackets
{
    public static byte[] Connect(string clientId, string user, string password, int keepAliveS, bool version5)
    {
        var body = new List<byte>(96);
        AddText(body, "MQTT");
        body.Add(version5 ? (byte)5 : (byte)4);
        // User name, password, clean session.
        body.Add(0b1100_0010);
        AddUInt16(body, keepAliveS);
        if (version5)
            body.Add(0);
        AddText(body, clientId);
        AddText(body, user);
        AddText(body, password);
        return Packet(0x10, body);
    }

    public static byte[] Subscribe(int packetId, string topic, bool version5)
    {
        var body = new List<byte>(64);
        AddUInt16(body, packetId);
        if (version5)
            body.Add(0);
        AddText(body, topic);
        body.Add(1);
        return Packet(0x82, body);
    }

    public static byte[] Publish(int packetId, string topic, ReadOnlySpan<byte> payload, bool version5)
    {
        var body = new List<byte>(payload.Length + topic.Length + 8);
        AddText(body, topic);
        AddUInt16(body, packetId);
        if (version5)
            body.Add(0);
        body.AddRange(payload);
        return Packet(0x32, body);
    }

    public static byte[] PubAck(int packetId) => [0x40, 2, (byte)(packetId >> 8), (byte)packetId];

    public static byte[] Ping() => [0xC0, 0];

    public static byte[] Disconnect() => [0xE0, 0];

    /// <summary>Reads a variable byte integer; 0: needs more bytes, -1: malformed; else the bytes it took.</summary>
    public static int ReadVariable(ReadOnlySpan<byte> bytes, out int value)
    {
        value = 0;
        for (int i = 0; i < 4; i++)
        {
            if (i >= bytes.Length)
                return 0;
            value |= (bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
                return i + 1;
        }
        return -1;
    }

    /// <summary>
    /// The length of the packet that begins here, and of its head; false where more bytes are needed to tell, and a size
    /// of -1 where it is malformed.
    /// </summary>
    public static bool TrySize(ReadOnlySpan<byte> bytes, out int head, out int size)
    {
        head = 0;
        size = 0;
        if (bytes.Length < 2)
            return false;
        int taken = ReadVariable(bytes[1..], out int length);
        head = 1 + taken;
        size = taken < 0 ? -1 : head + length;
        return taken != 0;
    }

    /// <summary>Takes an incoming PUBLISH apart; false where it is malformed.</summary>
    public static bool TryReadPublish(
        byte flags, ReadOnlySpan<byte> body, bool version5, out string topic, out int packetId, out ReadOnlySpan<byte> payload)
    {
        topic = "";
        packetId = 0;
        payload = default;
        if (body.Length < 2)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(body);
        body = body[2..];
        if (length > body.Length)
            return false;
        topic = Encoding.UTF8.GetString(body[..length]);
        body = body[length..];
        int quality = (flags >> 1) & 3;
        if (quality > 1)
            return false;
        if (quality == 1)
        {
            if (body.Length < 2)
                return false;
            packetId = BinaryPrimitives.ReadUInt16BigEndian(body);
            body = body[2..];
        }
        if (version5)
        {
            int taken = ReadVariable(body, out int properties);
            if (taken <= 0 || taken + properties > body.Length)
                return false;
            body = body[(taken + properties)..];
        }
        payload = body;
        return true;
    }

    private static byte[] Packet(byte type, List<byte> body)
    {
        var packet = new List<byte>(body.Count + 5) { type };
        int length = body.Count;
        do
        {
            packet.Add((byte)(length > 127 ? length & 127 | 128 : length));
            length >>= 7;
        }
        while (length > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void AddUInt16(List<byte> to, int value)
    {
        to.Add((byte)(value >> 8));
        to.Add((byte)value);
    }

    private static void AddText(List<byte> to, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AddUInt16(to, bytes.Length);
        to.AddRange(bytes);
    }
}
