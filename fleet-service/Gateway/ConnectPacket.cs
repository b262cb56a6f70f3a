using System.Text;

namespace EdgeFleet.Service.Gateway;

/// <summary>What a peer says first (MQTT 3.1.1 and MQTT 5, section 3.1).</summary>
internal sealed class ConnectPacket
{
    private const int WillFlag = 0x04;
    private const int WillRetain = 0x20;
    private const int PasswordFlag = 0x40;
    private const int UserFlag = 0x80;

    /// <summary>How the answer has to be written; for a version that we do not speak, the nearest that we do.</summary>
    public MqttVersion Version { get; private set; } = MqttVersion.V311;

    public string ClientId { get; private set; } = "";

    public string User { get; private set; } = "";

    public string Password { get; private set; } = "";

    public bool CleanStart { get; private set; }

    /// <summary>In seconds; 0: none.</summary>
    public int KeepAliveS { get; private set; }

    /// <summary>Messages that the peer takes before it has acknowledged the first.</summary>
    public int ReceiveMaximum { get; private set; } = ushort.MaxValue;

    /// <summary>Largest packet that the peer takes.</summary>
    public uint MaximumPacketSize { get; private set; } = uint.MaxValue;

    /// <summary>In seconds; sessions of ours never outlive their connection.</summary>
    public uint SessionExpiryS { get; private set; }

    /// <summary>Whether the peer wants to be told in words what went wrong.</summary>
    public bool WantsProblems { get; private set; } = true;

    /// <summary>
    /// Reads the packet as far as it can be understood. <see cref="ReasonCode.Success"/> where it asks for nothing that
    /// we do not do; otherwise what to answer, or null where the protocol says to close without an answer.
    /// </summary>
    public ReasonCode? Read(int flags, ReadOnlySpan<byte> body)
    {
        PacketReader reader = new(body);
        ReadOnlySpan<byte> name = reader.Utf8String();
        byte level = reader.Byte();
        // MQTT 3.1 had another name; both names deserve an answer, other protocols none.
        if (reader.Failed || flags != 0 || !(name.SequenceEqual("MQTT"u8) || name.SequenceEqual("MQIsdp"u8)))
            return null;
        if (level is not ((byte)MqttVersion.V311 or (byte)MqttVersion.V5) || name.Length != 4)
        {
            Version = level > (byte)MqttVersion.V5 ? MqttVersion.V5 : MqttVersion.V311;
            return ReasonCode.UnsupportedProtocolVersion;
        }
        Version = (MqttVersion)level;
        ReasonCode code = ReadFields(ref reader);
        bool malformed = code is ReasonCode.MalformedPacket or ReasonCode.ProtocolError;
        return malformed && Version == MqttVersion.V311 ? null : code;
    }

    private ReasonCode ReadFields(ref PacketReader reader)
    {
        int flags = reader.Byte();
        KeepAliveS = reader.UInt16();
        CleanStart = (flags & 0x02) != 0;
        ReasonCode refused = ReasonCode.Success;
        if (Version == MqttVersion.V5)
        {
            refused = ReadProperties(ref reader);
            if (refused is ReasonCode.MalformedPacket or ReasonCode.ProtocolError)
                return refused;
        }
        ClientId = reader.Text(GatewayLimits.MaxName);
        bool will = (flags & WillFlag) != 0;
        int willQos = (flags >> 3) & 3;
        if ((flags & 1) != 0 || willQos == 3 || (!will && (willQos != 0 || (flags & WillRetain) != 0)))
            return ReasonCode.MalformedPacket;
        if (will && !SkipWill(ref reader))
            return ReasonCode.MalformedPacket;
        if ((flags & UserFlag) != 0)
            User = reader.Text(GatewayLimits.MaxName);
        if ((flags & PasswordFlag) != 0)
        {
            // MQTT 3.1.1 section 3.1.2.9: no password without a user name.
            if (Version == MqttVersion.V311 && (flags & UserFlag) == 0)
                return ReasonCode.MalformedPacket;
            ReadPassword(ref reader);
        }
        if (!reader.AtEnd)
            return ReasonCode.MalformedPacket;
        if (refused != ReasonCode.Success)
            return refused;
        if (will)
            return WillRefusal(willQos, (flags & WillRetain) != 0);
        return Version == MqttVersion.V311 && ClientId.Length == 0 && !CleanStart
            ? ReasonCode.ClientIdentifierNotValid
            : ReasonCode.Success;
    }

    private ReasonCode ReadProperties(ref PacketReader reader)
    {
        bool method = false;
        bool data = false;
        PropertyReader properties = new(ref reader, PropertySets.Connect);
        while (properties.Next())
        {
            uint number = properties.Number;
            switch (properties.Id)
            {
                case Property.SessionExpiryInterval:
                    SessionExpiryS = number;
                    break;
                case Property.ReceiveMaximum:
                    ReceiveMaximum = (int)number;
                    break;
                case Property.MaximumPacketSize:
                    MaximumPacketSize = number;
                    break;
                case Property.RequestProblemInformation or Property.RequestResponseInformation when number > 1:
                    return ReasonCode.ProtocolError;
                case Property.RequestProblemInformation:
                    WantsProblems = number == 1;
                    break;
                case Property.AuthenticationMethod:
                    method = true;
                    break;
                case Property.AuthenticationData:
                    data = true;
                    break;
            }
        }
        if (properties.Fault != ReasonCode.Success)
            return properties.Fault;
        if (ReceiveMaximum == 0 || MaximumPacketSize == 0 || (data && !method))
            return ReasonCode.ProtocolError;
        return method ? ReasonCode.BadAuthenticationMethod : ReasonCode.Success;
    }

    private bool SkipWill(ref PacketReader reader)
    {
        if (Version == MqttVersion.V5)
        {
            PropertyReader properties = new(ref reader, PropertySets.Will);
            while (properties.Next())
            {
                // Wills are refused; their properties need only be in order.
            }
            if (properties.Fault != ReasonCode.Success)
                return false;
        }
        reader.Utf8String();
        reader.Binary();
        return !reader.Failed;
    }

    private void ReadPassword(ref PacketReader reader)
    {
        ReadOnlySpan<byte> password = reader.Binary();
        // Ours are ASCII; bytes that are not UTF-8 become something that is no password of ours.
        if (password.Length <= GatewayLimits.MaxName)
            Password = Encoding.UTF8.GetString(password);
        else
            reader.Take(int.MaxValue);
    }

    private static ReasonCode WillRefusal(int qos, bool retain)
    {
        if (retain)
            return ReasonCode.RetainNotSupported;
        return qos == 2 ? ReasonCode.QosNotSupported : ReasonCode.ImplementationSpecific;
    }
}
