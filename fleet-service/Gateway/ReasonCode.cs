namespace EdgeFleet.Service.Gateway;

/// <summary>Versions of the protocol that are spoken, by the level that CONNECT carries.</summary>
internal enum MqttVersion : byte
{
    V311 = 4,
    V5 = 5,
}

/// <summary>Types of packets (MQTT 5 section 2.1.2).</summary>
internal enum PacketType : byte
{
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    Auth = 15,
}

/// <summary>Reason codes (MQTT 5 section 2.4) that we send.</summary>
internal enum ReasonCode : byte
{
    Success = 0x00,
    NoSubscriptionExisted = 0x11,
    Unspecified = 0x80,
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    ImplementationSpecific = 0x83,
    UnsupportedProtocolVersion = 0x84,
    ClientIdentifierNotValid = 0x85,
    BadUserNameOrPassword = 0x86,
    NotAuthorized = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    Banned = 0x8A,
    ServerShuttingDown = 0x8B,
    BadAuthenticationMethod = 0x8C,
    KeepAliveTimeout = 0x8D,
    SessionTakenOver = 0x8E,
    TopicFilterInvalid = 0x8F,
    TopicNameInvalid = 0x90,
    ReceiveMaximumExceeded = 0x93,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
    QuotaExceeded = 0x97,
    AdministrativeAction = 0x98,
    RetainNotSupported = 0x9A,
    QosNotSupported = 0x9B,
    SharedSubscriptionsNotSupported = 0x9E,
    SubscriptionIdentifiersNotSupported = 0xA1,
}

/// <summary>How reason codes of MQTT 5 are said in MQTT 3.1.1.</summary>
internal static class ReasonCodes
{
    /// <summary>The return code of a 3.1.1 CONNACK (section 3.2.2.3).</summary>
    public static byte ToConnectReturnCode(this ReasonCode code) => code switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.ServerUnavailable or ReasonCode.ServerBusy or ReasonCode.ServerShuttingDown => 3,
        ReasonCode.BadUserNameOrPassword => 4,
        _ => 5,
    };

    /// <summary>What a refusal of the service is on the wire.</summary>
    public static ReasonCode ToReasonCode(this Refusal refusal) => refusal switch
    {
        Refusal.None => ReasonCode.Success,
        Refusal.UnknownUser or Refusal.WrongPassword => ReasonCode.BadUserNameOrPassword,
        Refusal.TokenExpired or Refusal.TokenTooLong or Refusal.ClocklessTokenRefused =>
            ReasonCode.BadUserNameOrPassword,
        Refusal.Quarantined => ReasonCode.Banned,
        Refusal.ServiceBusy => ReasonCode.ServerBusy,
        _ => ReasonCode.NotAuthorized,
    };
}
