using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Every bound of the waveform slice, with its arithmetic.</summary>
public static class WaveformLimits
{
    /// <summary>
    /// Samples of one axis from the first to the last, lost ones included: four times what 64 chunks of 1,024 hold, so
    /// that three quarters may be lost. A chart or a file of all three axes is then at most 3 x 262,144 samples.
    /// </summary>
    public const uint MaxSpan = 4 * Limits.MaxChunks * Limits.MaxChunkSamples;

    /// <summary>
    /// Captures that are kept for one device; the oldest go first. One of 12 s at 125 Hz is some 10 KB: 5,000 are 50 MB.
    /// </summary>
    public const int MaxCapturesPerDevice = 5_000;

    /// <summary>Captures of one page of a list.</summary>
    public const int MaxPage = 500;

    /// <summary>Captures that one retention step deletes, with up to 192 chunks each.</summary>
    public const int RetentionStep = 20;

    /// <summary>Time between two retention passes, in milliseconds: an hour.</summary>
    public const long RetentionIntervalMs = 3600L * 1000;

    /// <summary>How long SQLite itself waits for another process's lock, in seconds.</summary>
    public const int BusyTimeoutSeconds = 1;

    /// <summary>Slowest sample rate that is taken, in millihertz: a sample in ten seconds.</summary>
    public const uint MinRateMilliHz = 100;

    /// <summary>Fastest sample rate that is taken, in millihertz.</summary>
    public const uint MaxRateMilliHz = 100_000_000;
}
