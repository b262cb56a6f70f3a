namespace EdgeFleet.Service.Gateway;

/// <summary>Filters that a peer asks for or gives up (sections 3.8 and 3.10).</summary>
internal sealed class SubscribePacket
{
    // Options of MQTT 5: two bits of QoS, No Local, Retain As Published, two bits of retain handling, two reserved.
    private const int NoLocal = 0x04;
    private const int ReservedV5 = 0xC0;
    private const int ReservedV311 = 0xFC;

    public ushort PacketId { get; private init; }

    /// <summary>Filters as they came, with the quality of service asked for.</summary>
    public List<(string Filter, int Qos)> Filters { get; } = [];

    /// <summary>Reads a SUBSCRIBE or UNSUBSCRIBE; otherwise why the connection has to end.</summary>
    public static ReasonCode Read(
        PacketType type, int flags, ReadOnlySpan<byte> body, MqttVersion version, out SubscribePacket packet)
    {
        PacketReader reader = new(body);
        packet = new SubscribePacket { PacketId = reader.UInt16() };
        if (flags != 0x02 || reader.Failed)
            return ReasonCode.MalformedPacket;
        if (packet.PacketId == 0)
            return ReasonCode.ProtocolError;
        bool subscribe = type == PacketType.Subscribe;
        if (version == MqttVersion.V5 && ReadProperties(ref reader, subscribe) is var fault and not ReasonCode.Success)
            return fault;
        if (reader.Remaining == 0)
            return ReasonCode.ProtocolError;
        while (reader.Remaining > 0 && !reader.Failed)
        {
            string filter = reader.Text(ushort.MaxValue);
            int options = subscribe ? reader.Byte() : 0;
            ReasonCode code = Check(filter, options, version);
            if (reader.Failed || code == ReasonCode.MalformedPacket)
                return ReasonCode.MalformedPacket;
            if (code != ReasonCode.Success)
                return code;
            packet.Filters.Add((filter, options & 3));
        }
        return reader.Failed ? ReasonCode.MalformedPacket : ReasonCode.Success;
    }

    private static ReasonCode Check(string filter, int options, MqttVersion version)
    {
        int reserved = version == MqttVersion.V5 ? ReservedV5 : ReservedV311;
        if ((options & reserved) != 0 || (options & 3) == 3 || filter.Length == 0)
            return ReasonCode.MalformedPacket;
        bool shared = filter.StartsWith("$share/", StringComparison.Ordinal);
        if (((options >> 4) & 3) == 3 || (shared && (options & NoLocal) != 0))
            return ReasonCode.ProtocolError;
        return ReasonCode.Success;
    }

    private static ReasonCode ReadProperties(ref PacketReader reader, bool subscribe)
    {
        PropertyReader properties = new(
            ref reader, subscribe ? PropertySets.Subscribe : PropertySets.Unsubscribe);
        while (properties.Next())
        {
            if (properties.Id == Property.SubscriptionIdentifier)
            {
                return properties.Number == 0
                    ? ReasonCode.ProtocolError
                    : ReasonCode.SubscriptionIdentifiersNotSupported;
            }
        }
        return properties.Fault;
    }
}
