using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Brings the journal into the telemetry database: step by step, each one transaction with the place in the journal, so
/// that a crash anywhere leaves either all of a step or nothing of it. After a failure it waits, opens the database
/// again and goes on from the place that is stored there, which also settles a commit of unknown outcome.
/// </summary>
public sealed partial class Projector(
    IIngestReader journal, ITelemetryStore store, TelemetryModel model, LiveFeed live, TelemetryMetrics metrics,
    ProjectionProgress progress, TimeProvider time, ILogger<Projector> logger, IWaveformStore? waveforms = null,
    IDeviceReplies? replies = null)
    : BackgroundService
{
    private readonly StepBuilder _builder = new(model, waveforms is not null, replies is not null);
    private readonly Dictionary<string, long> _lastWarningMs = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Opening reads a while: the host need not wait for it.
        await Task.Yield();
        int failures = 0;
        bool opened = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // A step that failed is only known to be over once one succeeds.
                bool failedToOpen = !opened;
                opened = false;
                TelemetrySnapshot snapshot = await store.OpenAsync(stoppingToken);
                opened = true;
                if (failedToOpen)
                    progress.Fault = null;
                model.Load(snapshot.Channels, snapshot.Devices);
                progress.Reach(snapshot.Cursor);
                while (true)
                {
                    await StepAsync(stoppingToken);
                    failures = 0;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                failures++;
                await BackOffAsync(failure, failures, stoppingToken);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancel)
    {
        List<IngestBatch> batches = await TakeAsync(cancel);
        long began = time.GetTimestamp();
        TelemetryStep step = _builder.Build(batches);
        // First: should the step be made again after a crash between the two, these are stored already and stay.
        if (step.Chunks.Count != 0)
            CountKnown(step, waveforms!.Add(step.Chunks));
        if (step.Replies.Count != 0)
            await replies!.TakeAsync(step.Replies, cancel);
        await store.CommitAsync(step, cancel);
        model.Publish(step);
        metrics.Committed(step, time.GetElapsedTime(began));
        Warn(step);
        Announce(step);
        // Whoever waits for the place must not find the fault that is over.
        progress.Fault = null;
        progress.Reach(step.Cursor);
        journal.Prune(step.Cursor);
    }

    /// <summary>Batches for one step: waits for the first, then takes what is there already.</summary>
    private async Task<List<IngestBatch>> TakeAsync(CancellationToken cancel)
    {
        List<IngestBatch> batches = [await journal.ReadAsync(progress.Cursor, cancel)];
        int messages = batches[0].Messages.Count;
        while (messages < TelemetryLimits.MaxMessagesPerStep && journal.Read(batches[^1].Number) is { } next)
        {
            batches.Add(next);
            messages += next.Messages.Count;
        }
        return batches;
    }

    private async Task BackOffAsync(Exception failure, int failures, CancellationToken cancel)
    {
        string name = failure switch
        {
            TelemetryStoreException store => store.Fault.ToString(),
            IngestException journal => journal.Name,
            _ => failure.GetType().Name,
        };
        progress.Fault = $"{name}: {failure.Message}";
        metrics.Failed(name);
        int shift = Math.Min(failures - 1, 16);
        long waitMs = Math.Min((long)TelemetryLimits.FirstRetryMs << shift, TelemetryLimits.MaxRetryMs);
        LogFailed(failure, name, waitMs);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(waitMs), time, cancel);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the loop sees it.
        }
    }

    private void Announce(TelemetryStep step)
    {
        foreach (DeviceState device in step.Devices.Values)
        {
            if (step.Touched.Contains((device.Number, StreamKind.Telemetry)))
                live.Publish(LiveKind.Telemetry, device.Id);
            if (step.Touched.Contains((device.Number, StreamKind.Event)))
                live.Publish(LiveKind.Event, device.Id);
        }
        foreach (string device in step.Chunks.Select(chunk => chunk.Key.Device).Distinct())
            live.Publish(LiveKind.Event, device);
        foreach (DeviceState device in step.Reports)
            live.Publish(LiveKind.State, device.Id);
    }

    private static void CountKnown(TelemetryStep step, bool[] added)
    {
        for (int i = 0; i < added.Length; i++)
        {
            if (!added[i])
                step.Duplicates++;
        }
    }

    private void Warn(TelemetryStep step)
    {
        if (step.Rejected.Count == 0)
            return;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_lastWarningMs.Count > TelemetryLimits.MaxRejected)
            _lastWarningMs.Clear();
        foreach (RejectedPayload rejected in step.Rejected.Values)
        {
            if (_lastWarningMs.TryGetValue(rejected.DeviceId, out long lastMs)
                && nowMs - lastMs < TelemetryLimits.RejectedLogIntervalMs)
                continue;
            _lastWarningMs[rejected.DeviceId] = nowMs;
            LogRejected(rejected.Kind.ToString(), rejected.DeviceId, rejected.Error, rejected.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Telemetry could not be stored ({Fault}); again in {WaitMs} ms.")]
    private partial void LogFailed(Exception failure, string fault, long waitMs);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Kind} payload of device {Device} refused: {Error}, {Count} times in this step.")]
    private partial void LogRejected(string kind, string device, string error, long count);
}
