using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>As whom a connection came in.</summary>
public enum PeerRole
{
    /// <summary>A device with an identity.</summary>
    Device,

    /// <summary>A board that claims one.</summary>
    Claimant,
}

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Role">As whom it came in.</param>
/// <param name="Id">The device id, or for a claimant the enrolment's id.</param>
public sealed record Peer(PeerRole Role, string Id);

/// <summary>What a connection shows of itself before it is let in.</summary>
public sealed record Credentials(
    string ClientId, string User, string Password, string? CertificateThumbprint, string RemoteAddress, bool Encrypted);

/// <summary>Why a connection was not let in.</summary>
public enum Refusal
{
    None,
    UnknownUser,
    WrongPassword,
    TokenExpired,
    TokenTooLong,
    ClocklessTokenRefused,
    Quarantined,
    Decommissioned,
    ServiceBusy,
}

/// <summary>Whether a connection is let in.</summary>
public readonly record struct Admission(Peer? Peer, Refusal Refusal);

/// <summary>Why a connection ended.</summary>
public enum LinkEnd
{
    /// <summary>The node said goodbye.</summary>
    Goodbye,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>Nothing was heard for one and a half keep-alive intervals.</summary>
    KeepAliveTimeout,

    /// <summary>The same identity connected again.</summary>
    TakenOver,

    /// <summary>The node broke the protocol.</summary>
    ProtocolError,

    /// <summary>The node published outside its own tree.</summary>
    ForeignTopic,

    /// <summary>The service ended it: identity changed, quarantined or decommissioned.</summary>
    Revoked,

    /// <summary>The service is stopping.</summary>
    Shutdown,
}

/// <summary>One connection, as an engine shows it to the service.</summary>
public interface IDeviceSession
{
    Peer Peer { get; }

    string RemoteAddress { get; }

    DateTimeOffset ConnectedAt { get; }

    /// <summary>
    /// The message with this receipt is on disk: the engine may acknowledge it. Called from any thread, in the order of
    /// arrival for one session, and allowed after the connection has ended.
    /// </summary>
    void Stored(ushort receipt);
}

/// <summary>
/// The port to whatever carries messages to nodes: the embedded MQTT endpoint, an MQTT cluster, a cloud hub. Nothing
/// above it knows MQTT.
/// </summary>
public interface IDeviceLink
{
    /// <summary>Sends a message to a connected node; false where nobody is connected and subscribed.</summary>
    /// <param name="id">The device id, or for <see cref="TopicKind.ClaimAnswer"/> the hardware id.</param>
    ValueTask<bool> SendAsync(TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default);

    bool IsConnected(string deviceId);

    /// <summary>Ends the device's connection, if any.</summary>
    void Disconnect(string deviceId, LinkEnd reason);

    int ConnectionCount { get; }
}

/// <summary>What an engine asks of the service.</summary>
public interface IDeviceHub
{
    ValueTask<Admission> AdmitAsync(Credentials credentials, CancellationToken cancel);

    ValueTask ConnectedAsync(IDeviceSession session, CancellationToken cancel);

    void Disconnected(IDeviceSession session, LinkEnd reason);

    /// <summary>Called once the node has been told that it is subscribed.</summary>
    ValueTask SubscribedAsync(IDeviceSession session, TopicKind kind, string id, CancellationToken cancel);

    /// <summary>
    /// Takes a message; the payload is copied before the call returns. Completes at once as long as there is room, and
    /// later where the store is behind: the engine then stops reading from this session. A receipt other than zero is
    /// given back through <see cref="IDeviceSession.Stored"/> once the message is on disk.
    /// </summary>
    ValueTask ReceiveAsync(
        IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel);
}
