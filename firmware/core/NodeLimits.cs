namespace EdgeFleet.Firmware
{
    /// <summary>Every bound of the node that the service need not know, with its arithmetic.</summary>
    public static class NodeLimits
    {
        /// <summary>Bytes of one segment file of a queue: one flash sector.</summary>
        public const int SegmentBytes = 4096;

        /// <summary>Most segments of one queue: 64 x 4 KiB fill the 256 KiB of the smallest board.</summary>
        public const int MaxSegments = 64;

        /// <summary>
        /// Closed windows between sampler and uplink. An uplink step that writes flash takes at most seconds; sixteen
        /// windows of one second, the shortest there are, cover it.
        /// </summary>
        public const int RingSlots = 16;

        /// <summary>Samples taken out of an accelerometer in one go: one FIFO.</summary>
        public const int DrainTriples = 32;

        /// <summary>
        /// Most parts that look at an accelerometer's blocks beside the windows: the trigger, the spectra, and two more.
        /// A block costs each an interface call: 4 x 29 us every 40 ms.
        /// </summary>
        public const int MaxTaps = 4;

        /// <summary>
        /// Most samples in a window of vibration: 20-bit samples are less than 2^20 apart, their squares less than 2^40,
        /// and 2^23 of those are the first that a long cannot hold. An hour, the longest window, has 7,200,000 at
        /// 2,000 Hz; at 4,000 Hz windows end after 2,097 s.
        /// </summary>
        public const int MaxVibrationSamples = (1 << 23) - 1;

        /// <summary>
        /// Widest range of a slow channel, in the sensor's steps; values beyond it count as out of range. An hour of
        /// one reading a second sums up 3,600 squares of 2^25 at most: 4.1 x 10^18, and a long holds 9.2 x 10^18. The
        /// widest sensor, a barometer in pascals and hundredths, has 1.1 x 10^7.
        /// </summary>
        public const int MaxScalarSpan = 1 << 25;

        /// <summary>How often slow sensors are asked, in milliseconds.</summary>
        public const int SlowPollMs = 1000;

        /// <summary>How often an accelerometer is drained, in milliseconds; see its driver.</summary>
        public const int FastPollMs = 40;

        /// <summary>Equal readings of a slow channel in a row that make it suspicious: ten minutes at one a second.</summary>
        public const int FrozenReadings = 600;

        /// <summary>Longest time for a connection to be accepted, in milliseconds.</summary>
        public const int ConnectTimeoutMs = 30 * 1000;

        /// <summary>Longest time for a subscription or an acknowledgement, in milliseconds.</summary>
        public const int AnswerTimeoutMs = 30 * 1000;

        /// <summary>
        /// How long the backlog waits for the desired state, in milliseconds, so that the time it brings can be used.
        /// </summary>
        public const int DesiredWaitMs = 10 * 1000;

        /// <summary>First delay before connecting again, in milliseconds; doubles with every failure.</summary>
        public const int BackoffFirstMs = 1000;

        /// <summary>Longest delay before connecting again: ten thousand nodes then come back at 33 a second.</summary>
        public const int BackoffMostMs = 5 * 60 * 1000;

        /// <summary>
        /// Failures that still count once a message was stored: the next delay is at most 1 s * 2^4 = 16 s, in which ten
        /// thousand nodes come back at 625 a second.
        /// </summary>
        public const int BackoffEasedFailures = 4;

        /// <summary>Least delay after the gateway refused the password, or the claim, in milliseconds.</summary>
        public const int RefusedDelayMs = 60 * 1000;

        /// <summary>Least delay after a claim that waits for an operator, in milliseconds.</summary>
        public const int PendingDelayMs = 5 * 1000;

        /// <summary>How long a connection must have worked for the delays to begin small again, in milliseconds.</summary>
        public const int StableMs = 60 * 1000;

        /// <summary>How long to leave a port alone that has too much under way, in milliseconds.</summary>
        public const int BusyDelayMs = 200;

        /// <summary>
        /// Captures that are under way at a time, from the first sample to the last one on flash. Writing one takes
        /// seconds, and the next may come as soon as the first is full: two, and two more for commands.
        /// </summary>
        public const int CaptureSlots = 4;

        /// <summary>Losses inside one capture; it ends with the next one, since it could not say where that was.</summary>
        public const int CaptureGaps = 8;

        /// <summary>
        /// Samples of one chunk. A sample of 20 bits takes three bytes at most, so two chunks of 625 and their framing,
        /// 2 x (24 + 54 + 1,875), fit into the 4,044 bytes of a segment; of the noise of a quiet bridge, at two bytes,
        /// three do. At 125 Hz a chunk is five seconds.
        /// </summary>
        public const int ChunkSamples = 625;

        /// <summary>
        /// Most samples of one axis in a capture: a loss ends a chunk early, so this many are left for whole ones.
        /// </summary>
        public const int MaxCaptureSamples = (Contracts.Limits.MaxChunks - CaptureGaps) * ChunkSamples;

        /// <summary>
        /// Of the history, this much may be one capture, in quarters; the rest is the time the uplink has to write it
        /// down before it is overwritten: 8 s of 4,096 samples at 125 Hz.
        /// </summary>
        public const int CaptureQuarters = 3;

        /// <summary>Most messages that wait for their acknowledgement at a time.</summary>
        public const int MaxInFlight = 4;

        /// <summary>Commands of which a node remembers how far they came: those that may still come twice.</summary>
        public const int KnownCommands = 8;

        /// <summary>Replies that wait: two for each command that may be under way, one for each that comes again.</summary>
        public const int MaxReplies = 8;

        /// <summary>How long a reboot waits for its reply to be stored, in milliseconds.</summary>
        public const int RebootDelayMs = 10 * 1000;

        /// <summary>Life of a password token, in seconds: an hour, well below what the service takes.</summary>
        public const int TokenLifeS = 3600;
    }
}
