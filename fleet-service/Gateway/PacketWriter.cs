using System.Buffers.Binary;
using System.Text;

namespace EdgeFleet.Service.Gateway;

/// <summary>Writes the packets that we send. Every method gives the number of bytes written.</summary>
internal ref struct PacketWriter
{
    /// <summary>Enough for any packet but PUBLISH, SUBACK and UNSUBACK.</summary>
    public const int SmallBytes = 160;

    /// <summary>Bytes of a PUBACK that says no more than that.</summary>
    public const int PubAckBytes = 4;

    private const int PacketIdBytes = 2;

    private readonly Span<byte> _to;
    private int _at;

    private PacketWriter(Span<byte> to) => _to = to;

    public static int PubAck(Span<byte> to, ushort packetId)
    {
        to[0] = (byte)PacketType.PubAck << 4;
        to[1] = PacketIdBytes;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], packetId);
        return PubAckBytes;
    }

    public static int PingResp(Span<byte> to)
    {
        to[0] = (byte)PacketType.PingResp << 4;
        to[1] = 0;
        return 2;
    }

    /// <summary>The answer to CONNECT in MQTT 3.1.1; there is never an earlier session.</summary>
    public static int ConnAck(Span<byte> to, ReasonCode code)
    {
        to[0] = (byte)PacketType.ConnAck << 4;
        to[1] = 2;
        to[2] = 0;
        to[3] = code.ToConnectReturnCode();
        return 4;
    }

    /// <summary>The answer to CONNECT in MQTT 5, with what we do not do.</summary>
    public static int ConnAckV5(Span<byte> to, in ConnAckProperties properties)
    {
        PacketWriter writer = new(to[2..]);
        writer.Byte(0);
        writer.Byte((byte)properties.Code);
        int lengthAt = writer._at;
        writer.Byte(0);
        if (properties.Code == ReasonCode.Success)
            writer.Capabilities(properties);
        else if (properties.Reason != null)
            writer.Text(Property.ReasonString, properties.Reason);
        writer._to[lengthAt] = (byte)(writer._at - lengthAt - 1);
        to[0] = (byte)PacketType.ConnAck << 4;
        to[1] = (byte)writer._at;
        return 2 + writer._at;
    }

    /// <summary>Our farewell in MQTT 5; in MQTT 3.1.1 there is none.</summary>
    public static int Disconnect(Span<byte> to, ReasonCode code, string? reason)
    {
        PacketWriter writer = new(to[2..]);
        writer.Byte((byte)code);
        if (reason != null)
        {
            int lengthAt = writer._at;
            writer.Byte(0);
            writer.Text(Property.ReasonString, reason);
            writer._to[lengthAt] = (byte)(writer._at - lengthAt - 1);
        }
        to[0] = (byte)PacketType.Disconnect << 4;
        to[1] = (byte)writer._at;
        return 2 + writer._at;
    }

    /// <summary>Bytes that <see cref="SubAck"/> needs for so many codes: header, length, id, properties, codes.</summary>
    public static int SubAckBytes(int codes) => 1 + 4 + PacketIdBytes + 1 + codes;

    /// <summary>The answer to SUBSCRIBE or UNSUBSCRIBE.</summary>
    public static int SubAck(
        Span<byte> to, PacketType type, MqttVersion version, ushort packetId, ReadOnlySpan<byte> codes)
    {
        bool v5 = version == MqttVersion.V5;
        // UNSUBACK of MQTT 3.1.1 has no codes.
        bool bare = type == PacketType.UnsubAck && !v5;
        PacketWriter writer = new(to);
        writer.Byte((byte)((int)type << 4));
        writer.VarInt(PacketIdBytes + (v5 ? 1 : 0) + (bare ? 0 : codes.Length));
        writer.UInt16(packetId);
        if (v5)
            writer.Byte(0);
        if (!bare)
        {
            codes.CopyTo(writer._to[writer._at..]);
            writer._at += codes.Length;
        }
        return writer._at;
    }

    /// <summary>Bytes that <see cref="Publish"/> writes.</summary>
    public static int PublishBytes(MqttVersion version, string topic, int payload, int qos)
    {
        int body = 2 + topic.Length + (qos != 0 ? PacketIdBytes : 0) + (version == MqttVersion.V5 ? 1 : 0) + payload;
        return 1 + VarIntBytes(body) + body;
    }

    /// <summary>A message to the peer.</summary>
    /// <param name="topic">ASCII, as all our topics.</param>
    public static int Publish(
        Span<byte> to, MqttVersion version, string topic, ReadOnlySpan<byte> payload, int qos, ushort packetId)
    {
        int body = 2 + topic.Length + (qos != 0 ? PacketIdBytes : 0) + (version == MqttVersion.V5 ? 1 : 0)
            + payload.Length;
        PacketWriter writer = new(to);
        writer.Byte((byte)(((int)PacketType.Publish << 4) | (qos << 1)));
        writer.VarInt(body);
        writer.UInt16((ushort)topic.Length);
        writer._at += Encoding.ASCII.GetBytes(topic, writer._to[writer._at..]);
        if (qos != 0)
            writer.UInt16(packetId);
        if (version == MqttVersion.V5)
            writer.Byte(0);
        payload.CopyTo(writer._to[writer._at..]);
        return writer._at + payload.Length;
    }

    private void Capabilities(in ConnAckProperties properties)
    {
        if (properties.EndsSession)
            Number(Property.SessionExpiryInterval, 0, 4);
        Number(Property.ReceiveMaximum, (uint)properties.ReceiveMaximum, 2);
        Number(Property.MaximumQos, 1, 1);
        Number(Property.RetainAvailable, 0, 1);
        Number(Property.MaximumPacketSize, (uint)properties.MaximumPacketSize, 4);
        if (properties.AssignedId != null)
            Text(Property.AssignedClientIdentifier, properties.AssignedId);
        Number(Property.SubscriptionIdentifiersAvailable, 0, 1);
        Number(Property.SharedSubscriptionAvailable, 0, 1);
        if (properties.KeepAliveS != 0)
            Number(Property.ServerKeepAlive, (uint)properties.KeepAliveS, 2);
    }

    private void Number(Property id, uint value, int bytes)
    {
        Byte((byte)id);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
            Byte((byte)(value >> shift));
    }

    private void Text(Property id, string ascii)
    {
        Byte((byte)id);
        UInt16((ushort)ascii.Length);
        _at += Encoding.ASCII.GetBytes(ascii, _to[_at..]);
    }

    private void Byte(byte value) => _to[_at++] = value;

    private void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_to[_at..], value);
        _at += 2;
    }

    private void VarInt(int value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }
        Byte((byte)value);
    }

    private static int VarIntBytes(int value)
    {
        int bytes = 1;
        while ((value >>= 7) != 0)
            bytes++;
        return bytes;
    }
}

/// <summary>What a CONNACK of MQTT 5 says.</summary>
internal readonly record struct ConnAckProperties(ReasonCode Code)
{
    /// <summary>Why not, in at most 80 ASCII characters.</summary>
    public string? Reason { get; init; }

    /// <summary>The id of a peer that gave none.</summary>
    public string? AssignedId { get; init; }

    /// <summary>Keep-alive other than the one asked for, in seconds; 0: as asked.</summary>
    public int KeepAliveS { get; init; }

    /// <summary>Whether the peer wished for a session that outlives the connection, and has to be told that it ends.</summary>
    public bool EndsSession { get; init; }

    public int ReceiveMaximum { get; init; }

    public int MaximumPacketSize { get; init; }
}
