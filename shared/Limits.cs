namespace EdgeFleet.Contracts
{
    /// <summary>Every bound that board and service must agree on, with its arithmetic.</summary>
    public static class Limits
    {
        /// <summary>Deepest nesting of arrays, maps and tags. SenML with a decimal fraction needs 4; 8 leaves room.</summary>
        public const int MaxDepth = 8;

        /// <summary>
        /// Largest payload of one MQTT message, in bytes. A block answer is the largest we make: 4,096 bytes of data
        /// and at most 64 of framing; 6 KiB fits the receive buffer of a board beside its TLS session.
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

        /// <summary>SenML unit names, in bytes. The longest in the registries has 12 (<c>dBW/m2/sr/Hz</c>).</summary>
        public const int MaxUnit = 12;

        /// <summary>SenML name after its base name was put before it: <c>ef:</c>, an id, a slash and a channel.</summary>
        public const int MaxSenmlName = 3 + MaxId + 1 + MaxChannelName;

        /// <summary>Free text in states, events and replies, in UTF-8 bytes.</summary>
        public const int MaxText = 96;

        /// <summary>Version strings, in UTF-8 bytes.</summary>
        public const int MaxVersionText = 32;

        /// <summary>Channels in one window.</summary>
        public const int MaxChannels = 16;

        /// <summary>
        /// One encoded window without its head, in bytes: 16 channels of at most 72 bytes (name 26, unit 14, value
        /// with exponent 13, four statistics) is the worst case that a node of ours produces.
        /// </summary>
        public const int MaxWindowBody = 1152;

        /// <summary>The head record of a window in a pack, in bytes.</summary>
        public const int MaxWindowHead = 112;

        /// <summary>Windows in one pack; a node that catches up sends packs of this size.</summary>
        public const int MaxWindowsPerPack = 32;

        /// <summary>SenML records in one pack.</summary>
        public const int MaxRecords = MaxWindowsPerPack * (MaxChannels + 1);

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
        /// Samples of one waveform chunk. Delta coded, a 20-bit sample takes at most 3 bytes: 1,024 samples stay
        /// below 3,072 bytes and so below <see cref="MaxPayload"/>.
        /// </summary>
        public const int MaxChunkSamples = 1024;

        /// <summary>Delta-coded bytes of one waveform chunk; see <see cref="MaxChunkSamples"/>.</summary>
        public const int MaxChunkBytes = 4096;

        /// <summary>Chunks of one captured event and axis: 64 x 1,024 samples are 8 minutes at 125 Hz.</summary>
        public const int MaxChunks = 64;

        /// <summary>Data of one command reply, in bytes.</summary>
        public const int MaxReplyData = 2048;

        /// <summary>Longest life of a password token, in seconds. A day: a lost token is worth little.</summary>
        public const int MaxTokenLifeSeconds = 24 * 3600;

        /// <summary>
        /// Password tokens: ten digits of expiry, a full stop and 43 characters of base64url; 64 with room to spare.
        /// </summary>
        public const int MaxToken = 64;

        /// <summary>Earliest plausible wall-clock time, 2025-01-01T00:00:00Z, in Unix milliseconds.</summary>
        public const long MinUtcMs = 1735689600000L;

        /// <summary>Latest plausible wall-clock time, 2100-01-01T00:00:00Z, in Unix milliseconds.</summary>
        public const long MaxUtcMs = 4102444800000L;
    }
}
