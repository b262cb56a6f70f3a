using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Every bound of the telemetry slice, with its arithmetic.</summary>
public static class TelemetryLimits
{
    /// <summary>
    /// Messages that one transaction applies. At one window a message and some 25 us a window a step holds the writer
    /// for about 50 ms; at 32 windows a message, while nodes catch up, for about a second.
    /// </summary>
    public const int MaxMessagesPerStep = 2048;

    /// <summary>
    /// Runs of consecutive sequence numbers that are kept for one epoch of a stream. A healthy node has one; each outage
    /// longer than its queue adds one. Even 16,000 windows in random order never make more than a quarter as many runs.
    /// 4,096 runs of two numbers are 32 KB of memory, and some 10 KB of the device's row.
    /// </summary>
    public const int MaxRuns = 4096;

    /// <summary>
    /// Streams (kind and epoch) that are kept for one device. An epoch is made when a node's flash is formatted, so 32
    /// leave room for sixteen formats of both queues; beyond them the one unheard of for longest is forgotten.
    /// </summary>
    public const int MaxStreams = 32;

    /// <summary>Channels of one device over its life: four times what one window holds.</summary>
    public const int MaxDeviceChannels = 4 * Limits.MaxChannels;

    /// <summary>Channels, told apart by name and unit, of the whole fleet: names are few, this stops inventions.</summary>
    public const int MaxChannels = 4096;

    /// <summary>Alarms of one device: every rule of a configuration, four configurations deep.</summary>
    public const int MaxAlarms = 4 * Limits.MaxThresholds;

    /// <summary>Epochs of which a device's state reports are no longer taken; see <c>DeviceState.TakeReport</c>.</summary>
    public const int MaxRetiredEpochs = 16;

    /// <summary>
    /// Largest magnitude of a stored number. A decimal fraction reaches 2^63 x 10^18 = 9.2e36; squares of it, times any
    /// count, stay far inside a double.
    /// </summary>
    public const double MaxMagnitude = 1e37;

    /// <summary>How far in the future of its receipt a window may claim to have begun, in milliseconds: a day.</summary>
    public const long MaxAheadMs = 24L * 3600 * 1000;

    /// <summary>Rows of the table of refused payloads; the longest unseen goes first. 10,000 x 200 bytes are 2 MB.</summary>
    public const int MaxRejected = 10_000;

    /// <summary>Bytes of a refused payload that are kept.</summary>
    public const int RejectedPrefixBytes = 64;

    /// <summary>Buckets of one answer: a pixel a bucket on any screen, or a week of minutes.</summary>
    public const int MaxBuckets = 11_000;

    /// <summary>Windows of one page of a range.</summary>
    public const int MaxPage = 10_000;

    /// <summary>Windows of one page where the caller does not say.</summary>
    public const int DefaultPage = 1_000;

    /// <summary>
    /// Windows that one query reads: 90 days at one in four seconds. At about 2 us each that is some 4 seconds of a
    /// core, the longest that one reader may cost.
    /// </summary>
    public const int MaxWindowsRead = 2_000_000;

    /// <summary>Longest range of one query, in milliseconds: ten years.</summary>
    public const long MaxRangeMs = 3653L * 24 * 3600 * 1000;

    /// <summary>Range where the caller gives none: a day.</summary>
    public const long DefaultRangeMs = 24L * 3600 * 1000;

    /// <summary>Events of one page.</summary>
    public const int MaxEventPage = 1_000;

    /// <summary>
    /// Events whose order of storing is kept, for whoever follows them. A row is about 25 bytes: 25 MB; a fleet of 10,000
    /// with 50 events a node and day may be followed two days late.
    /// </summary>
    public const int MaxEventOrder = 1_000_000;

    /// <summary>Gaps of one answer.</summary>
    public const int MaxGaps = 1_000;

    /// <summary>Rollups are of this length, in milliseconds: an hour.</summary>
    public const long RollupMs = 3600L * 1000;

    /// <summary>
    /// Windows that one retention step rolls up and deletes: one device's day at one a minute, rounded up. A step holds
    /// the writer for about 20 ms.
    /// </summary>
    public const int RetentionStepWindows = 1_500;

    /// <summary>Events that one retention step deletes.</summary>
    public const int RetentionStepEvents = 1_000;

    /// <summary>Time between two retention passes, in milliseconds: as long as a rollup.</summary>
    public const long RetentionIntervalMs = RollupMs;

    /// <summary>First wait after a failed step, in milliseconds; it doubles with every further failure.</summary>
    public const int FirstRetryMs = 100;

    /// <summary>Longest wait after a failed step, in milliseconds.</summary>
    public const int MaxRetryMs = 10_000;

    /// <summary>How long SQLite itself waits for another process's lock, in seconds.</summary>
    public const int BusyTimeoutSeconds = 1;

    /// <summary>Least time between two warnings about refused payloads of one device, in milliseconds: a minute.</summary>
    public const long RejectedLogIntervalMs = 60_000;
}
