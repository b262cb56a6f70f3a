namespace EdgeFleet.Boards.Esp32
{
    /// <summary>What the uplink asks of the connection; a publication where there are bytes, else a subscription.</summary>
    internal sealed class LinkRequest
    {
        public string Topic = "";

        public byte[]? Payload;

        /// <summary>The number by which the uplink knows the message.</summary>
        public int MessageId;
    }
}
