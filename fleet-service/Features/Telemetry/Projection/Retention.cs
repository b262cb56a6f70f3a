namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Keeps windows for so many days and then their hours: rolls windows up by the hour in which they begin and deletes
/// them, both in one transaction, in steps small enough that new telemetry does not wait. A window that arrives later
/// than that is stored like any other and merged into its hour by the next pass; because the sequence numbers outlive
/// the windows, one that was rolled up already and comes again is a duplicate and counts once.
/// </summary>
public sealed partial class Retention(
    ITelemetryStore store, TelemetryModel model, TelemetryOptions options, TimeProvider time,
    ILogger<Retention> logger) : BackgroundService
{
    private const long DayMs = 24L * 3600 * 1000;

    /// <summary>One pass over all devices; answers how many windows were rolled up.</summary>
    public async Task<long> PassAsync(CancellationToken cancel)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Whole hours only: a half hour rolled up could not be told from one with a gap.
        long rawMs = Floor(nowMs - options.RawDays * DayMs);
        long rollupMs = Floor(nowMs - options.RollupDays * DayMs);
        long rolledUp = 0;
        foreach (DeviceState device in model.Devices)
        {
            int step;
            while ((step = await StepAsync(device.Number, rawMs, cancel)) != 0)
                rolledUp += step;
            await store.DeleteRollupsAsync(device.Number, rollupMs, cancel);
        }
        while (await store.DeleteEventsAsync(
            nowMs - options.EventDays * DayMs, TelemetryLimits.RetentionStepEvents, cancel) != 0)
        {
            // Until nothing is left to delete; each round is a transaction of its own.
        }
        return rolledUp;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TelemetryLimits.RetentionIntervalMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryPassAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping between two steps leaves nothing half done.
        }
    }

    private async Task TryPassAsync(CancellationToken cancel)
    {
        try
        {
            long rolledUp = await PassAsync(cancel);
            if (rolledUp != 0)
                LogPassed(rolledUp, options.RawDays);
        }
        catch (TelemetryStoreException failure)
        {
            LogFailed(failure, failure.Fault);
        }
    }

    private async Task<int> StepAsync(int device, long beforeMs, CancellationToken cancel)
    {
        var hours = new SortedDictionary<long, Dictionary<int, ChannelStatistics>>();
        var places = new List<WindowPlace>();
        await foreach (StoredWindow window in store.ReadWindowsAsync(
            device, WindowPlace.Before(0), beforeMs, TelemetryLimits.RetentionStepWindows, cancel))
        {
            places.Add(WindowPlace.Of(window));
            long hourMs = Floor(window.StartMs);
            if (!hours.TryGetValue(hourMs, out Dictionary<int, ChannelStatistics>? channels))
                hours.Add(hourMs, channels = []);
            foreach (ChannelValue value in WindowCodec.ReadAll(window.Channels))
            {
                ChannelStatistics statistics = channels.GetValueOrDefault(value.Channel);
                statistics.Add(value, window.DurationMs);
                channels[value.Channel] = statistics;
            }
        }
        if (places.Count == 0)
            return 0;
        await MergeStoredAsync(device, hours, cancel);
        HourRollup[] rollups = [.. hours.Select(hour => new HourRollup(device, hour.Key, hour.Value))];
        await store.RollUpAsync(device, rollups, places, cancel);
        return places.Count;
    }

    private async Task MergeStoredAsync(
        int device, SortedDictionary<long, Dictionary<int, ChannelStatistics>> hours, CancellationToken cancel)
    {
        long firstMs = hours.Keys.First();
        long lastMs = hours.Keys.Last();
        await foreach (HourRollup stored in store.ReadRollupsAsync(device, firstMs, lastMs + 1, cancel))
        {
            if (!hours.TryGetValue(stored.HourMs, out Dictionary<int, ChannelStatistics>? channels))
                continue;
            foreach ((int channel, ChannelStatistics before) in stored.Channels)
            {
                ChannelStatistics statistics = channels.GetValueOrDefault(channel);
                statistics.Merge(before);
                channels[channel] = statistics;
            }
        }
    }

    private static long Floor(long timeMs) => timeMs - timeMs % TelemetryLimits.RollupMs;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Windows} windows older than {Days} days became hours.")]
    private partial void LogPassed(long windows, int days);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retention stopped ({Fault}); it goes on with the next pass.")]
    private partial void LogFailed(Exception failure, TelemetryStoreFault fault);
}
