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

        /// <summary>
        /// The same of slow sensors, whose windows are of a minute unless somebody wants to watch: four cover a step that
        /// takes seconds even then, and leave a board without external memory 10 KB more.
        /// </summary>
        public const int SlowRingSlots = 4;

        /// <summary>Samples taken out of an accelerometer in one go: one FIFO.</summary>
        public const int DrainTriples = 32;

        /// <summary>
        /// Most parts that look at an accelerometer's blocks beside the windows: the trigger, the spectra, and two more.
        /// A block costs each an interface call: 4 x 29 us every 40 ms.
        /// </summary>
        public const int MaxTaps = 4;

        /// <summary>
        /// Samples whose powers are summed in whole numbers before they are folded into the window's moments:
        /// 128 = 2^7 fourth powers of at most <see cref="SectionSwing"/> are less than 2^7 x 2^56 = 2^63. Folding costs
        /// some 80 floating operations, less than one a sample.
        /// </summary>
        public const int SectionSamples = 128;

        /// <summary>
        /// Farthest a sample may lie from its section's first, in counts: 2^14 - 1, 64 milli-g at 3.9 micro-g a count.
        /// </summary>
        public const int SectionSwing = (1 << 14) - 1;

        /// <summary>
        /// Corner of the velocity's high-pass, in thousandths of a hertz: of third order, it takes 1 % away at 1 Hz.
        /// </summary>
        public const int VelocityLowMilliHz = 520;

        /// <summary>Upper end of the velocity's band, in thousandths of a hertz.</summary>
        public const int VelocityHighMilliHz = 80 * 1000;

        /// <summary>Least sample rate at which the upper end is kept by a filter of ours: 80 Hz is four tenths of it.</summary>
        public const int VelocityLowPassRateMilliHz = 200 * 1000;

        /// <summary>
        /// How long the velocity's filter settles after a start or a gap, in milliseconds: its slowest part dies out with
        /// 2 / (2 pi 0.52 Hz) = 0.61 s, and after 9.8 times that 6 x 10^-5 of a step is left.
        /// </summary>
        public const int VelocitySettleMs = 6000;

        /// <summary>
        /// Bits of a velocity, with sign: the squares of a block of 32 = 2^5 are less than 2^5 x 2^54 = 2^59.
        /// </summary>
        public const int VelocityBits = 28;

        /// <summary>A point of the regression of the sensor's clock, each so many milliseconds.</summary>
        public const int ClockPointMs = 1000;

        /// <summary>
        /// Points after which an older one counts for 1/e: five minutes. A slope through points that fade so is what it
        /// was ten minutes ago, in which a housing follows the weather.
        /// </summary>
        public const int ClockMemory = 300;

        /// <summary>
        /// Points before there is an estimate. Drains at 125 Hz are 0 to 8 ms late, 2.3 ms about their mean; a line
        /// through ten points of ten seconds is then good to 2.3 x sqrt(12 / 10) / 10,000 = 0.03 %.
        /// </summary>
        public const int ClockFirstPoints = 10;

        /// <summary>Points after a loss before they say more than what was known before: 20 parts in a million.</summary>
        public const int ClockSurePoints = 60;

        /// <summary>Farthest a sensor's clock may be off, in per cent; beyond it, it is the drains that are wrong.</summary>
        public const int ClockMostOffPercent = 5;

        /// <summary>Most samples in a window of vibration, at which it ends: an hour at 500 kHz, or a rate that is none.</summary>
        public const int MaxVibrationSamples = int.MaxValue - DrainTriples;

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

        /// <summary>
        /// Equal samples of an axis that make a window of it suspicious: a sensor of 20 bits has noise of some 30 counts,
        /// and not even two in a row are often equal.
        /// </summary>
        public const int FrozenSamples = 32;

        /// <summary>Largest count of an accelerometer, 20 bits with sign; -1 - this is the smallest. Beyond, it clips.</summary>
        public const int FullScale = (1 << 19) - 1;

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

        /// <summary>
        /// Samples or butterflies that one step of a spectrum takes. A butterfly is estimated at 100 us on a board, so a
        /// step is some 25 ms; a segment of 2,048 takes 45 steps, 1.8 s where a step comes every
        /// <see cref="FastPollMs"/>, and the next is there after 8 s at 125 Hz.
        /// </summary>
        public const int SpectrumPiece = 256;

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

        /// <summary>
        /// Loads of an image before it is given up, on trial or failing after it: one that a power cut ended, and two more
        /// to tell a crash that always comes from one that does not.
        /// </summary>
        public const int MaxBootAttempts = 3;

        /// <summary>
        /// How long an image on trial may take to prove itself, in milliseconds. The longest delay before connecting
        /// again is <see cref="BackoffMostMs"/>; three of them fit.
        /// </summary>
        public const int TestDeadlineMs = 15 * 60 * 1000;

        /// <summary>
        /// When the launcher ends a trial that the image should have ended itself, in milliseconds: five minutes later, so
        /// that an image that still can has said why.
        /// </summary>
        public const int LauncherDeadlineMs = TestDeadlineMs + 5 * 60 * 1000;

        /// <summary>
        /// Least time between two requests for a block, in milliseconds: a download of 60 KB then takes 16 s of a quiet
        /// line, and leaves it to the telemetry for most of each second.
        /// </summary>
        public const int BlockGapMs = 1000;

        /// <summary>Requests in a row without an answer, without a block, or with a wrong one, before it is told.</summary>
        public const int BlockPatience = 3;

        /// <summary>Least delay after the service was busy or had no block, in milliseconds; a backoff comes on top.</summary>
        public const int BlockBusyMs = 5000;

        /// <summary>Tries of a flash operation of an update, and the delay between them, in milliseconds.</summary>
        public const int UpdateTries = 3;

        /// <summary>See <see cref="UpdateTries"/>.</summary>
        public const int UpdateRetryMs = 10 * 1000;

        /// <summary>
        /// Uptime before a bundle is staged again that the launcher would not run, though it is not known as bad, in
        /// milliseconds: a flash that spoils what it is given then costs 144 boots a day, and ten small files each.
        /// </summary>
        public const int LaunchRetryMs = 10 * 60 * 1000;

        /// <summary>How long a swap waits for the service to know of it, in milliseconds.</summary>
        public const int SwapDelayMs = 10 * 1000;

        /// <summary>
        /// Longest window while an image is on trial, in milliseconds, so that its telemetry can be acknowledged long before
        /// <see cref="TestDeadlineMs"/>, whatever the configuration says.
        /// </summary>
        public const int TrialWindowMs = 60 * 1000;
    }
}
