using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>
/// Sends what waits, in order for each route, and again with growing waits where it is not taken. The queue is in the
/// database: what was queued and not taken is sent after a restart. A crash between sending and writing it down sends
/// it twice, under the same delivery number.
/// </summary>
public sealed partial class DeliveryQueue(
    IDbContextFactory<FleetDb> contexts, AlertRoutes routes, WebhookSender webhooks, MailSender mails, TimeProvider time,
    ILogger<DeliveryQueue> logger) : BackgroundService, IHousekeeping
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Sends all that is due; answers how many were taken.</summary>
    public async Task<int> SendDueAsync(CancellationToken cancel)
    {
        using Hosting.Hold _ = await Hosting.Hold.Async(_gate, cancel);
        int taken = 0;
        // A route that fails once waits for the next round: the others must not wait behind it.
        HashSet<string> failed = [];
        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            List<DeliveryRow> due = await db.Set<DeliveryRow>().AsNoTracking()
                .Where(d => d.State == DeliveryState.Waiting && d.NextAt <= now && !failed.Contains(d.RouteId))
                .OrderBy(d => d.Id).Take(AlertLimits.DeliveriesPerRound).ToListAsync(cancel);
            if (due.Count == 0)
                return taken;
            foreach (DeliveryRow delivery in due)
            {
                if (failed.Contains(delivery.RouteId))
                    continue;
                string? error = await SendAsync(delivery, cancel);
                taken += error == null ? 1 : 0;
                if (error != null)
                    failed.Add(delivery.RouteId);
                db.Update(After(delivery, error));
                await db.SaveChangesAsync(cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        DateTimeOffset old = time.GetUtcNow().AddDays(-AlertLimits.KeepDeliveryDays);
        await db.Set<DeliveryRow>().Where(d => d.State != DeliveryState.Waiting && d.DoneAt < old)
            .OrderBy(d => d.Id).Take(AlertLimits.TidyRows).ExecuteDeleteAsync(cancel);
        int waiting = await db.Set<DeliveryRow>().CountAsync(d => d.State == DeliveryState.Waiting, cancel);
        if (waiting > AlertLimits.MaxWaiting)
        {
            DateTimeOffset now = time.GetUtcNow();
            await db.Set<DeliveryRow>().Where(d => d.State == DeliveryState.Waiting).OrderBy(d => d.Id)
                .Take(waiting - AlertLimits.MaxWaiting)
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.State, DeliveryState.Failed)
                    .SetProperty(d => d.DoneAt, now).SetProperty(d => d.Error, "too many wait"), cancel);
        }
        DateTimeOffset forgotten = time.GetUtcNow().AddDays(-AlertLimits.KeepDays);
        await db.Set<AlertRow>().Where(a => a.State == AlertState.Cleared && a.ClearedAt < forgotten)
            .OrderBy(a => a.Id).Take(AlertLimits.TidyRows).ExecuteDeleteAsync(cancel);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Task more = routes.MoreWaits;
                await SendDueAsync(stoppingToken);
                using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(more, Task.Delay(TimeSpan.FromMilliseconds(AlertLimits.FirstRetryMs), time, over.Token));
                over.Cancel();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (StorageFault.Of(e) is { } fault)
            {
                Postponed(logger, fault.Name);
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(AlertLimits.FirstRetryMs), time, stoppingToken));
            }
        }
    }

    private async Task<string?> SendAsync(DeliveryRow delivery, CancellationToken cancel)
    {
        if (routes.Row(delivery.RouteId) is not { } route)
            return "the route is gone";
        string? error = route.Kind == RouteKind.Webhook
            ? await webhooks.SendAsync(route.Target, routes.SecretOf(route), delivery.Id, delivery.Body, time.GetUtcNow(), cancel)
            : await mails.SendAsync(route.Target, delivery.Id, delivery.Body, cancel);
        if (error != null)
            NotTaken(logger, route.Name, delivery.Id, delivery.Attempts + 1, error);
        return error;
    }

    private DeliveryRow After(DeliveryRow delivery, string? error)
    {
        DateTimeOffset now = time.GetUtcNow();
        int attempts = delivery.Attempts + 1;
        if (error == null)
            return delivery with { State = DeliveryState.Delivered, Attempts = attempts, DoneAt = now, Error = null };
        string shown = error.Length <= ServiceLimits.MaxNote ? error : error[..ServiceLimits.MaxNote];
        if (attempts >= AlertLimits.MaxAttempts)
            return delivery with { State = DeliveryState.Failed, Attempts = attempts, DoneAt = now, Error = shown };
        long waitMs = Math.Min((long)AlertLimits.FirstRetryMs << Math.Min(attempts - 1, 16), AlertLimits.MaxRetryMs);
        return delivery with { Attempts = attempts, NextAt = now.AddMilliseconds(waitMs), Error = shown };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Route {Route} did not take delivery {Delivery} (attempt {Attempt}): {Error}")]
    private static partial void NotTaken(ILogger logger, string route, long delivery, int attempt, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries of alerts postponed: {Fault}")]
    private static partial void Postponed(ILogger logger, string fault);
}
