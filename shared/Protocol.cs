namespace EdgeFleet.Contracts
{
    /// <summary>
    /// Versions of the wire contract. Keys are only ever added. A reader skips every key that it does not know, and
    /// takes a default for every optional key that is absent, so board and service may be one version apart in either
    /// direction. A key that changes its meaning gets a new number.
    /// </summary>
    public static class Protocol
    {
        /// <summary>What this source speaks.</summary>
        public const int Version = 1;

        /// <summary>
        /// The oldest version that is still read: 0, which is what a message without a version key has. Messages of a
        /// newer version are read by their known keys.
        /// </summary>
        public const int OldestVersion = 0;

        /// <summary>Key 0 of every message map: the sender's protocol version.</summary>
        public const int VersionKey = 0;
    }

    /// <summary>What a node is.</summary>
    public enum NodeKind : byte
    {
        /// <summary>Fine dust and climate.</summary>
        AirBox = 0,

        /// <summary>Vibration of a bridge.</summary>
        Bridge = 1,
    }

    /// <summary>Where the time of a window or event comes from.</summary>
    public enum TimeQuality : byte
    {
        /// <summary>Unix time from SNTP or another reference clock.</summary>
        Synchronised = 0,

        /// <summary>Unix time from the gateway's last message; good to about a second.</summary>
        Gateway = 1,

        /// <summary>
        /// The node had no clock: the time is negative and counts from the moment of sending (RFC 8428 section 4.5.3).
        /// </summary>
        Relative = 2,

        /// <summary>
        /// From a boot that ended before a clock was known: relative, and the time between the boots is missing, so the
        /// window is at least this old.
        /// </summary>
        AtLeast = 3,
    }

    /// <summary>How much an event matters.</summary>
    public enum Severity : byte
    {
        /// <summary>For the record.</summary>
        Info = 0,

        /// <summary>Someone should look today.</summary>
        Warning = 1,

        /// <summary>Someone should look now.</summary>
        Critical = 2,
    }
}
