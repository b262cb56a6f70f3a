namespace EdgeFleet.Service.Gateway;

/// <summary>Properties of MQTT 5 (section 2.2.2.2), by their identifiers.</summary>
internal enum Property : byte
{
    PayloadFormatIndicator = 0x01,
    MessageExpiryInterval = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiryInterval = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelayInterval = 0x18,
    RequestResponseInformation = 0x19,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    SubscriptionIdentifiersAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>Which properties a peer may put into which packet, as bits by identifier.</summary>
internal static class PropertySets
{
    public static readonly ulong Connect = Of(
        Property.SessionExpiryInterval, Property.ReceiveMaximum, Property.MaximumPacketSize, Property.TopicAliasMaximum,
        Property.RequestResponseInformation, Property.RequestProblemInformation, Property.UserProperty,
        Property.AuthenticationMethod, Property.AuthenticationData);

    public static readonly ulong Will = Of(
        Property.WillDelayInterval, Property.PayloadFormatIndicator, Property.MessageExpiryInterval,
        Property.ContentType, Property.ResponseTopic, Property.CorrelationData, Property.UserProperty);

    public static readonly ulong Publish = Of(
        Property.PayloadFormatIndicator, Property.MessageExpiryInterval, Property.TopicAlias, Property.ResponseTopic,
        Property.CorrelationData, Property.UserProperty, Property.ContentType);

    public static readonly ulong Acknowledgement = Of(Property.ReasonString, Property.UserProperty);

    public static readonly ulong Subscribe = Of(Property.SubscriptionIdentifier, Property.UserProperty);

    public static readonly ulong Unsubscribe = Of(Property.UserProperty);

    public static readonly ulong Disconnect = Of(
        Property.SessionExpiryInterval, Property.ReasonString, Property.UserProperty);

    private static ulong Of(params ReadOnlySpan<Property> properties)
    {
        ulong bits = 0;
        foreach (Property property in properties)
            bits |= 1UL << (int)property;
        return bits;
    }
}

/// <summary>
/// Goes through the properties of a packet one by one. What is not allowed there, comes twice or is cut off ends the
/// walk with <see cref="Fault"/> set.
/// </summary>
internal ref struct PropertyReader
{
    private readonly ulong _allowed;
    private PacketReader _reader;
    private ulong _seen;

    /// <summary>Takes the properties out of the packet, their length first.</summary>
    public PropertyReader(ref PacketReader packet, ulong allowed)
    {
        _allowed = allowed;
        ReadOnlySpan<byte> bytes = packet.Take(packet.VarInt());
        _reader = new PacketReader(bytes);
        Fault = packet.Failed ? ReasonCode.MalformedPacket : ReasonCode.Success;
    }

    /// <summary>Why the walk ended before its end; <see cref="ReasonCode.Success"/> where it did not.</summary>
    public ReasonCode Fault { get; private set; }

    public Property Id { get; private set; }

    /// <summary>Value of a property that is a number.</summary>
    public uint Number { get; private set; }

    public bool Next()
    {
        if (Fault != ReasonCode.Success || _reader.Remaining == 0)
            return false;
        int id = _reader.VarInt();
        if (id > (int)Property.SharedSubscriptionAvailable || !TryValue((Property)id) || _reader.Failed)
        {
            Fault = ReasonCode.MalformedPacket;
            return false;
        }
        Id = (Property)id;
        ulong bit = 1UL << id;
        bool twice = (_seen & bit) != 0 && Id != Property.UserProperty;
        _seen |= bit;
        if ((_allowed & bit) != 0 && !twice)
            return true;
        Fault = ReasonCode.ProtocolError;
        return false;
    }

    private bool TryValue(Property id)
    {
        switch (id)
        {
            case Property.PayloadFormatIndicator:
            case Property.RequestProblemInformation:
            case Property.RequestResponseInformation:
            case Property.MaximumQos:
            case Property.RetainAvailable:
            case Property.SubscriptionIdentifiersAvailable:
            case Property.SharedSubscriptionAvailable:
                Number = _reader.Byte();
                return true;
            case Property.ServerKeepAlive:
            case Property.ReceiveMaximum:
            case Property.TopicAliasMaximum:
            case Property.TopicAlias:
                Number = _reader.UInt16();
                return true;
            case Property.MessageExpiryInterval:
            case Property.SessionExpiryInterval:
            case Property.WillDelayInterval:
            case Property.MaximumPacketSize:
                Number = _reader.UInt32();
                return true;
            case Property.SubscriptionIdentifier:
                Number = (uint)_reader.VarInt();
                return true;
            case Property.ContentType:
            case Property.ResponseTopic:
            case Property.AssignedClientIdentifier:
            case Property.AuthenticationMethod:
            case Property.ReasonString:
                _reader.Utf8String();
                return true;
            case Property.CorrelationData:
            case Property.AuthenticationData:
                _reader.Binary();
                return true;
            case Property.UserProperty:
                _reader.Utf8String();
                _reader.Utf8String();
                return true;
            default:
                return false;
        }
    }
}
