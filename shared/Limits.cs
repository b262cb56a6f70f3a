namespace EdgeFleet.Contracts
{
    /// <summary>Every bound that board and service must agree on, with its arithmetic.</summary>
    public static class Limits
    {
        /// <summary>
        /// Deepest nesting of arrays, maps and tags in an item that a reader skips because it does not know its key. What
        /// it knows has a fixed depth: 4 in a SenML pack with a decimal fraction, 6 in a desired state.
        /// </summary>
        public const int MaxDepth = 8;

        /// <summary>
        /// Largest payload of one MQTT message, in bytes. A waveform chunk is the largest message of fixed bounds: 4,096
        /// bytes of data and at most 78 of framing; a block answer has as many and 61. Packs of telemetry are filled up
        /// to this size; 6 KiB fits the receive buffer of a board beside its TLS session.
        /// </summary>
        public const int MaxPayload = 6 * 1024;

        /// <summary>Device, enrolment and rule ids, in characters of [a-z0-9-].</summary>
        public const int MaxId = 32;

        /// <summary>Hardware ids: lower-case hexadecimal digits; a MAC address has 12, a chip's unique id up to 32.</summary>
        public const int MinHardwareId = 12;

        /// <summary>See <see cref="MinHardwareId"/>.</summary>
        public const int MaxHardwareId = 32;

        /// <summary>Channel names such as <c>pm25</c> or <c>az</c>, in bytes.</summary>
        public const int MaxChannelName = 24;

        /// <summary>
        /// SenML unit names, in bytes. The longest of RFC 8428 and RFC 8798 has 8 (<c>beat/min</c>); 12 leaves room for
        /// what is registered later.
        /// </summary>
        public const int MaxUnit = 12;

        /// <summary>
        /// SenML name, in characters, after its base name was put before it: <c>ef:</c>, an id, a slash and a channel.
        /// </summary>
        public const int MaxSenmlName = 3 + MaxId + 1 + MaxChannelName;

        /// <summary>Free text in states, events and replies, in UTF-8 bytes.</summary>
        public const int MaxText = 96;

        /// <summary>Version strings, in UTF-8 bytes.</summary>
        public const int MaxVersionText = 32;

        /// <summary>Channels in one window.</summary>
        public const int MaxChannels = 16;

        /// <summary>
        /// One encoded window without its head, in bytes: <see cref="MaxChannels"/> records of at most 106 bytes. Map 1;
        /// name 1 + 2 + 24; unit 1 + 1 + 12; value 1 + 3 of decimal fraction + 9; <c>st</c> 3 + 1, three numbers of 9
        /// and a count, a skewness and a kurtosis of 5; <c>q</c> 2 + 3, for flags below 65,536.
        /// </summary>
        public const int MaxWindowBody = MaxChannels * 106;

        /// <summary>
        /// Smallest kurtosis of a window, in thousandths: no distribution has less than 1, that of two values equally
        /// often.
        /// </summary>
        public const int MinKurtosis = 1000;

        /// <summary>
        /// The head record of a window in a pack, in bytes; the first of a pack takes at most 98. Map 1; base version
        /// 1 + 2; base name 1 + 2 + 36; base time 1 + 3 of decimal fraction + 9; name 8; unit 7; sequence number 1 + 5;
        /// <c>ep</c> 3 + 5; <c>dur</c> 4 + 5; <c>tq</c> 3 + 1.
        /// </summary>
        public const int MaxWindowHead = 98;

        /// <summary>Powers of ten in a decimal fraction, to either side of zero: 10^18 is the last below 2^63.</summary>
        public const int MaxExponent = 18;

        /// <summary>
        /// Most windows in one pack. A node of up to three channels that catches up sends packs of this size; windows of
        /// more channels reach <see cref="MaxPayload"/> before.
        /// </summary>
        public const int MaxWindowsPerPack = 32;

        /// <summary>SenML records in one pack.</summary>
        public const int MaxRecords = MaxWindowsPerPack * (MaxChannels + 1);

        /// <summary>Points of a site's own screening line; the lines of the standards have four at most.</summary>
        public const int MaxScreeningPoints = 8;

        /// <summary>Longest time asleep or awake of a sensor with a duty cycle, in seconds: a day.</summary>
        public const int MaxDutyS = 86400;

        /// <summary>
        /// Shortest time awake, in seconds: a dust sensor renews its values every 2.3 s at the slowest, so four of them.
        /// </summary>
        public const int MinAwakeS = 10;

        /// <summary>Length of a window. Shorter than a second is a waveform, longer than an hour is a climate mean.</summary>
        public const int MinWindowMs = 1000;

        /// <summary>See <see cref="MinWindowMs"/>.</summary>
        public const int MaxWindowMs = 3600 * 1000;

        /// <summary>Interval of state reports, in milliseconds: from 10 seconds to a day.</summary>
        public const int MinStateIntervalMs = 10 * 1000;

        /// <summary>See <see cref="MinStateIntervalMs"/>.</summary>
        public const int MaxStateIntervalMs = 24 * 3600 * 1000;

        /// <summary>Threshold rules that one node holds.</summary>
        public const int MaxThresholds = 16;

        /// <summary>Longest time that a value must stay past its level before it counts, in milliseconds.</summary>
        public const int MaxHoldMs = 24 * 3600 * 1000;

        /// <summary>Device and enrolment keys, in bytes (HMAC-SHA256 keys of full strength).</summary>
        public const int KeyBytes = 32;

        /// <summary>Nonce of a claim, in bytes.</summary>
        public const int ClaimNonceBytes = 16;

        /// <summary>SHA-256 and HMAC-SHA256 values, in bytes.</summary>
        public const int DigestBytes = 32;

        /// <summary>Data of one block answer, in bytes: one flash sector.</summary>
        public const int MaxBlock = 4096;

        /// <summary>
        /// Samples of one waveform chunk. Delta coded, a 20-bit sample takes at most 3 bytes, so 1,024 of them take at
        /// most 3,072 and always fit <see cref="MaxChunkBytes"/>; wider samples may fill a chunk earlier.
        /// </summary>
        public const int MaxChunkSamples = 1024;

        /// <summary>Delta-coded bytes of one waveform chunk; with its framing it fits <see cref="MaxPayload"/>.</summary>
        public const int MaxChunkBytes = 4096;

        /// <summary>Chunks of one captured event and axis: 64 x 1,024 samples are 524 seconds at 125 Hz.</summary>
        public const int MaxChunks = 64;

        /// <summary>Data of one command reply, in bytes.</summary>
        public const int MaxReplyData = 2048;

        /// <summary>Longest life of a password token, in seconds. A day: a lost token is worth little.</summary>
        public const int MaxTokenLifeSeconds = 24 * 3600;

        /// <summary>
        /// Password tokens: ten digits of expiry, a full stop and 43 characters of base64url; 64 with room to spare.
        /// </summary>
        public const int MaxToken = 64;

        /// <summary>
        /// Earliest plausible wall-clock time, 2015-01-01T00:00:00Z, in Unix milliseconds: before any board of this
        /// fleet was made, so a clock that shows it is not set, and early enough to replay recordings as they were made.
        /// </summary>
        public const long MinUtcMs = 1420070400000L;

        /// <summary>Latest plausible wall-clock time, 2100-01-01T00:00:00Z, in Unix milliseconds.</summary>
        public const long MaxUtcMs = 4102444800000L;
    }
}
