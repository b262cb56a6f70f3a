using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Deletes captures that are older than the settings keep them, in steps that chunks need not wait for.</summary>
public sealed partial class WaveformRetention(
    IWaveformStore store, WaveformOptions options, TimeProvider time, ILogger<WaveformRetention> logger)
    : BackgroundService
{
    private const long DayMs = 24L * 3600 * 1000;

    /// <summary>One pass; answers how many captures were deleted.</summary>
    public int Pass(CancellationToken cancel)
    {
        long beforeMs = time.GetUtcNow().ToUnixTimeMilliseconds() - (options.Days * DayMs);
        int deleted = 0;
        int step;
        while (!cancel.IsCancellationRequested
            && (step = store.DeleteBefore(beforeMs, WaveformLimits.RetentionStep)) != 0)
            deleted += step;
        return deleted;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(WaveformLimits.RetentionIntervalMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                TryPass(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping between two steps leaves nothing half done.
        }
    }

    private void TryPass(CancellationToken cancel)
    {
        try
        {
            int deleted = Pass(cancel);
            if (deleted != 0)
                LogPassed(deleted, options.Days);
        }
        catch (TelemetryStoreException failure)
        {
            LogFailed(failure, failure.Fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Captures} captures older than {Days} days were deleted.")]
    private partial void LogPassed(int captures, int days);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Captures were not deleted ({Fault}); the next pass tries again.")]
    private partial void LogFailed(Exception failure, TelemetryStoreFault fault);
}
