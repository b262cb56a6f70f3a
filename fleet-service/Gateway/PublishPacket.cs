namespace EdgeFleet.Service.Gateway;

/// <summary>A message that a peer sends (section 3.3).</summary>
internal readonly ref struct PublishPacket
{
    private const int Retain = 0x01;
    private const int Duplicate = 0x08;

    private PublishPacket(ReadOnlySpan<byte> topic, ushort packetId, int payloadAt)
    {
        Topic = topic;
        PacketId = packetId;
        PayloadAt = payloadAt;
    }

    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>0 for QoS 0.</summary>
    public ushort PacketId { get; }

    /// <summary>Where in the packet's body the payload begins; it goes to the end.</summary>
    public int PayloadAt { get; }

    /// <summary>Reads the packet; otherwise why the connection has to end.</summary>
    public static ReasonCode Read(int flags, ReadOnlySpan<byte> body, MqttVersion version, out PublishPacket packet)
    {
        packet = default;
        int qos = (flags >> 1) & 3;
        if (qos == 3 || (qos == 0 && (flags & Duplicate) != 0))
            return ReasonCode.MalformedPacket;
        PacketReader reader = new(body);
        ReadOnlySpan<byte> topic = reader.Utf8String();
        ushort packetId = qos == 0 ? (ushort)0 : reader.UInt16();
        if (reader.Failed)
            return ReasonCode.MalformedPacket;
        if (version == MqttVersion.V5 && SkipProperties(ref reader) is var fault and not ReasonCode.Success)
            return fault;
        if (qos == 2)
            return ReasonCode.QosNotSupported;
        if ((flags & Retain) != 0)
            return ReasonCode.RetainNotSupported;
        if (qos != 0 && packetId == 0)
            return ReasonCode.ProtocolError;
        if (topic.IsEmpty)
            return version == MqttVersion.V5 ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;
        if (topic.ContainsAny((byte)'+', (byte)'#'))
            return ReasonCode.TopicNameInvalid;
        packet = new PublishPacket(topic, packetId, reader.At);
        return ReasonCode.Success;
    }

    private static ReasonCode SkipProperties(ref PacketReader reader)
    {
        // Almost every packet has none.
        PropertyReader properties = new(ref reader, PropertySets.Publish);
        while (properties.Next())
        {
            if (properties.Id == Property.TopicAlias)
                return ReasonCode.TopicAliasInvalid;
            if (properties.Id == Property.PayloadFormatIndicator && properties.Number > 1)
                return ReasonCode.ProtocolError;
        }
        return properties.Fault;
    }
}
