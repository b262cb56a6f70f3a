using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Ports
{
    /// <summary>Where and as whom to connect.</summary>
    public sealed class LinkAddress
    {
        /// <summary>Host name or address of the gateway.</summary>
        public string Host = "";

        /// <summary>TCP port of the gateway.</summary>
        public int Port;

        /// <summary>MQTT client id: the device id, or when claiming <c>claim-</c> and the hardware id.</summary>
        public string ClientId = "";

        /// <summary>The device id, or when claiming <c>claim/</c> and the enrolment's id.</summary>
        public string User = "";

        /// <summary>See <see cref="AccessToken"/>.</summary>
        public string Password = "";
    }

    /// <summary>How a call on a port ended.</summary>
    public enum LinkResult : byte
    {
        /// <summary>Begun; an event tells how it ended.</summary>
        Ok = 0,

        /// <summary>Too much is under way; try again at a later step.</summary>
        Busy = 1,

        /// <summary>There is no connection.</summary>
        Down = 2,

        /// <summary>The payload is longer than <see cref="Limits.MaxPayload"/>.</summary>
        TooLong = 3,
    }

    /// <summary>What a link tells.</summary>
    public enum LinkEventType : byte
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>The gateway accepted the connection.</summary>
        Connected = 1,

        /// <summary>The gateway refused user name or password.</summary>
        NotAuthorised = 2,

        /// <summary>The connection could not be made, or broke. No acknowledgement from before will come any more.</summary>
        Disconnected = 3,

        /// <summary>The gateway granted a subscription.</summary>
        Subscribed = 4,

        /// <summary>The gateway has stored the message <see cref="LinkEvent.MessageId"/>.</summary>
        Stored = 5,

        /// <summary>A message came in.</summary>
        Message = 6,
    }

    /// <summary>One event; owned by the caller and filled by the link.</summary>
    public sealed class LinkEvent
    {
        /// <summary>The message's bytes; only the first <see cref="PayloadLength"/> count.</summary>
        public readonly byte[] Payload = new byte[Limits.MaxPayload];

        /// <summary>What happened.</summary>
        public LinkEventType Type;

        /// <summary>The id that <see cref="ILink.Publish"/> gave.</summary>
        public int MessageId;

        /// <summary>What the message is.</summary>
        public TopicKind Topic;

        /// <summary>Bytes of <see cref="Payload"/>.</summary>
        public int PayloadLength;
    }

    /// <summary>
    /// The connection to the gateway: MQTT on a board, MQTT or memory in the simulator. Nothing blocks and nothing
    /// throws: calls begin something, and <see cref="TryGetEvent"/> tells how it ended.
    /// </summary>
    public interface ILink
    {
        /// <summary>Begins to connect; <see cref="LinkEventType.Connected"/>, NotAuthorised or Disconnected follows.</summary>
        LinkResult Connect(LinkAddress address);

        /// <summary>Closes the connection, if any. No event follows, and events from before are gone.</summary>
        void Disconnect();

        /// <summary>
        /// Subscribes to what the gateway sends for <paramref name="id"/>: <see cref="TopicKind.ClaimAnswer"/> for a
        /// hardware id, or with <see cref="TopicKind.Desired"/> all down topics of a device id.
        /// </summary>
        LinkResult Subscribe(TopicKind kind, string id);

        /// <summary>
        /// Sends a message at QoS 1. The bytes are copied or sent before the call returns;
        /// <see cref="LinkEventType.Stored"/> with <paramref name="messageId"/> follows.
        /// </summary>
        LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId);

        /// <summary>Takes the oldest event; false when there is none.</summary>
        bool TryGetEvent(LinkEvent target);
    }
}
