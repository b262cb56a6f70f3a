using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>
/// Makes alerts of what nodes report: follows their events in the order in which they were stored, and writes down how
/// far it came in the transaction that writes the alerts, so that each event counts once, whatever breaks in between.
/// </summary>
public sealed partial class EventFollower(
    ITelemetryStore store, TelemetryModel model, DeviceDirectory directory, AlertBook book, LiveFeed live,
    TimeProvider time, ILogger<EventFollower> logger) : BackgroundService
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Takes all events that are there.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        using Hosting.Hold _ = await Hosting.Hold.Async(_gate, cancel);
        int taken;
        do
        {
            List<AlertSignal> signals = [];
            taken = 0;
            long cursor = book.Cursor;
            await foreach (NumberedEvent numbered in store.ReadEventsInOrderAsync(cursor, AlertLimits.EventsPerStep, cancel))
            {
                taken++;
                cursor = numbered.Number;
                if (SignalOf(numbered.Event) is { } signal)
                    signals.Add(signal);
            }
            if (taken != 0)
                await book.ApplyAsync(signals, cursor, null, cancel);
        }
        while (taken == AlertLimits.EventsPerStep);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using LiveSubscription? news = live.Subscribe(notice => notice.Kind == LiveKind.Event);
        Task<bool>? more = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (news?.TryRead(out LiveNotice _) == true)
                {
                    // One look takes what all of them tell of.
                }
                if (model.IsLoaded)
                    await FollowAsync(stoppingToken);
                more ??= news?.WaitAsync(stoppingToken).AsTask();
                using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                // Also without news: those of before the start were told to nobody.
                Task late = Task.Delay(TimeSpan.FromMilliseconds(AlertLimits.SweepMs), time, over.Token);
                if (await Task.WhenAny(more ?? late, late) == more)
                    more = null;
                over.Cancel();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is TelemetryStoreException || StorageFault.Of(e) is not null)
            {
                Postponed(logger, e.Message);
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(AlertLimits.SweepMs), time, stoppingToken));
            }
        }
    }

    private AlertSignal? SignalOf(StoredEvent stored)
    {
        if (model.Find(stored.Device) is not { } state || directory.Find(state.Id) is not { Status: DeviceStatus.Active } device)
            return null;
        (string? key, AlertSource source, bool raised) = stored.Type switch
        {
            EventType.ThresholdRaised or EventType.ThresholdCleared =>
                (stored.AlarmKey, AlertSource.Threshold, stored.Type == EventType.ThresholdRaised),
            EventType.Fault or EventType.FaultCleared =>
                (stored.AlarmKey, AlertSource.Fault, stored.Type == EventType.Fault),
            EventType.Screening => ("screening:" + stored.Channel, AlertSource.Screening, true),
            EventType.Update => (UpdateKey(stored.Text, out bool failed), AlertSource.Update, failed),
            _ => (null, default, false),
        };
        if (key == null || (source == AlertSource.Screening && stored.Severity == Contracts.Severity.Info))
            return null;
        return new AlertSignal(
            device.Id, device.Site, key, source, stored.Severity, raised, DateTimeOffset.FromUnixTimeMilliseconds(stored.TimeMs),
            stored.Channel.Length == 0 ? null : stored.Channel, stored.Value, stored.Level,
            stored.Text.Length == 0 ? null : stored.Text, (stored.Epoch, stored.Sequence));
    }

    /// <summary>An update that failed is an alert until the next one begins or the node has confirmed what it runs.</summary>
    private static string? UpdateKey(string text, out bool failed)
    {
        string state = text.Split(' ', 2)[0];
        failed = state.Equals(nameof(UpdateState.Reverted), StringComparison.OrdinalIgnoreCase)
            || state.Equals(nameof(UpdateState.Rejected), StringComparison.OrdinalIgnoreCase);
        return state.Length == 0 ? null : "update";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Alerts wait for the database: {Fault}")]
    private static partial void Postponed(ILogger logger, string fault);
}
