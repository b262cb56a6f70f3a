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
/// <param name="ClientId">The name of the connection; often empty. It is not an identity.</param>
/// <param name="User">The user name, empty where there was none.</param>
/// <param name="Password">The password, empty where there was none.</param>
/// <param name="CertificateThumbprint">
/// SHA-256 of the TLS client certificate in lower-case hexadecimal. The peer has proved that it holds the key; nobody
/// has checked who issued it, so it means something only where this very certificate is known.
/// </param>
/// <param name="RemoteAddress">Without port.</param>
/// <param name="Encrypted">Whether it came over TLS.</param>
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
    /// The messages with these receipts are on disk: the engine may acknowledge them. Called from any thread, in the
    /// order of arrival for one session, and allowed after the connection has ended. Does not block. Receipts of one
    /// session that become durable together are given together, so that they are acknowledged with one write.
    /// </summary>
    void Stored(ReadOnlySpan<ushort> receipts);
}

/// <summary>
/// The port to whatever carries messages to nodes: the embedded MQTT endpoint, an MQTT cluster, a cloud hub. Nothing
/// above it knows MQTT.
/// </summary>
public interface IDeviceLink
{
    /// <summary>Sends a message to a connected node; false where nobody is connected and subscribed.</summary>
    /// <param name="id">The device id, or for <see cref="TopicKind.ClaimAnswer"/> the hardware id.</param>
    /// <returns>False, too, where the node takes no message of this size, or too many wait for it already.</returns>
    ValueTask<bool> SendAsync(TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default);

    bool IsConnected(string deviceId);

    /// <summary>Ends the device's connection, if any.</summary>
    void Disconnect(string deviceId, LinkEnd reason);

    /// <summary>Connections that have been let in.</summary>
    int ConnectionCount { get; }
}

/// <summary>
/// What an engine asks of the service. For one session the calls follow each other: admitted, connected, then
/// subscriptions and messages in the order of arrival, at last disconnected.
/// </summary>
public interface IDeviceHub
{
    /// <summary>Whether a connection is let in; cancelled where the peer takes too long or leaves.</summary>
    ValueTask<Admission> AdmitAsync(Credentials credentials, CancellationToken cancel);

    /// <summary>
    /// The session is let in. Where the same identity was connected before, that session has been told of the take-over
    /// and <see cref="Disconnected"/> was called for it.
    /// </summary>
    ValueTask ConnectedAsync(IDeviceSession session, CancellationToken cancel);

    /// <summary>Called once for every session that <see cref="ConnectedAsync"/> was called for. Does not block.</summary>
    void Disconnected(IDeviceSession session, LinkEnd reason);

    /// <summary>Called once the node has been told that it is subscribed.</summary>
    ValueTask SubscribedAsync(IDeviceSession session, TopicKind kind, string id, CancellationToken cancel);

    /// <summary>
    /// Takes a message; the payload is copied before the call returns. Completes at once as long as there is room, and
    /// later where the store is behind: the engine then stops reading from this session. A receipt other than zero is
    /// given back through <see cref="IDeviceSession.Stored"/> once the message is on disk. Called on a thread that other
    /// connections wait for, so it must not block; claims alone are handed over on a thread of their own.
    /// </summary>
    ValueTask ReceiveAsync(
        IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel);
}
