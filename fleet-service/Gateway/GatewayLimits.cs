using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>Every bound of the MQTT endpoint, with its arithmetic.</summary>
public static class GatewayLimits
{
    /// <summary>
    /// Largest packet that a peer may send, its fixed header included: the largest payload, the longest topic
    /// (<c>ef/</c>, 32 characters of id, <c>/up/telemetry</c>: 49) and a kilobyte for properties of MQTT 5.
    /// </summary>
    public const int MaxPacketBytes = Limits.MaxPayload + 2048;

    /// <summary>
    /// Messages of MQTT 5 that may wait for their acknowledgement at once (Receive Maximum). A node has one; a gateway
    /// in front of nodes may have more. Senders of MQTT 3.1.1 are held back by the transport alone.
    /// </summary>
    public const int ReceiveMaximum = 256;

    /// <summary>Messages that we send to a node before it has acknowledged the first: a node has few buffers.</summary>
    public const int SendMaximum = 8;

    /// <summary>Messages that wait behind <see cref="SendMaximum"/>; 8 more of 6 KiB are 48 KiB for the slowest.</summary>
    public const int SendQueue = 8;

    /// <summary>How long a connection may take until it is let in, TLS handshake not included, in milliseconds.</summary>
    public const int ConnectTimeoutMs = 10_000;

    /// <summary>How long a TLS handshake may take, in milliseconds: a board needs two seconds for RSA.</summary>
    public const int HandshakeTimeoutMs = 20_000;

    /// <summary>
    /// Keep-alive in seconds that an MQTT 5 peer is told to use when it asked for none: without one a connection that
    /// was cut off silently would be kept for ever.
    /// </summary>
    public const int DefaultKeepAliveS = 1200;

    /// <summary>How long a peer may leave what we send unread, in milliseconds.</summary>
    public const int StallTimeoutMs = 60_000;

    /// <summary>How long a connection that is being closed may take to end by itself, in milliseconds.</summary>
    public const int LingerMs = 2_000;

    /// <summary>How often deadlines are looked at, in milliseconds. A deadline is met at most this much late.</summary>
    public const int SweepMs = 500;

    /// <summary>
    /// Connections at once. At 8 KB each 16,000 take 128 MB; one process has about 19,900 open files on a machine
    /// as it comes, and pages and databases need some.
    /// </summary>
    public const int MaxConnections = 16_000;

    /// <summary>Connections that the operating system holds until we accept them: 10,000 nodes after a power cut.</summary>
    public const int Backlog = 8192;

    /// <summary>Filters of one session; a node needs one.</summary>
    public const int MaxFilters = 8;

    /// <summary>Client ids, user names and passwords, in bytes: a password is at most 64, a name 38.</summary>
    public const int MaxName = 256;

    /// <summary>Unsent bytes of one connection at which we stop reading from it.</summary>
    public const int PauseSendBytes = 64 * 1024;
}
