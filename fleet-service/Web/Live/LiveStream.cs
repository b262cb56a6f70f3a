using System.Text.Json;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;

namespace EdgeFleet.Service.Web;

/// <summary>
/// Server-sent events for pages: which devices, claims and enrolments changed. Only names go out; the page fetches what
/// it shows. Changes are gathered over a short time and told once, so that a fleet of thousands does not flood a phone.
/// </summary>
public sealed class LiveStream(LiveFeed feed, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>How long changes are gathered. A second is live to the eye.</summary>
    public static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A comment is sent where nothing happened for so long: proxies give up idle connections after 30 s to 60 s.
    /// </summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Names in one event; beyond that the page is told to refresh everything. A page shows at most 100 rows, and 200
    /// names of 32 letters are 7 KB.
    /// </summary>
    public const int MaxNames = 200;

    /// <summary>Streams until the browser leaves or the service stops.</summary>
    /// <param name="context">The request.</param>
    /// <param name="device">Only what concerns this device; null: everything.</param>
    public async Task RunAsync(HttpContext context, string? device)
    {
        Func<LiveNotice, bool>? wanted = device == null ? null : notice => notice.Subject == device;
        using LiveSubscription? subscription = feed.Subscribe(wanted);
        if (subscription == null)
        {
            await Faults.Problem(StatusCodes.Status503ServiceUnavailable, "too-many-viewers",
                $"More than {ServiceLimits.MaxLiveSubscribers} pages are open.").WriteAsync(context);
            return;
        }
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // nginx would hold the events back until its buffer is full.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync(response, "retry: 2000\nevent: ready\ndata: {}\n\n", ending.Token);
            await PumpAsync(subscription, response, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The browser left, or the service stops: both are how a stream ends.
        }
    }

    private async Task PumpAsync(LiveSubscription subscription, HttpResponse response, CancellationToken cancel)
    {
        Task<bool>? there = null;
        long missed = 0;
        while (true)
        {
            there ??= subscription.WaitAsync(cancel).AsTask();
            try
            {
                if (!await there.WaitAsync(Heartbeat, time, cancel))
                    return;
            }
            catch (TimeoutException)
            {
                await SendAsync(response, ": still here\n\n", cancel);
                continue;
            }
            there = null;
            await Task.Delay(Gather, time, cancel);
            LiveBatch batch = new();
            while (subscription.TryRead(out LiveNotice notice))
                batch.Add(notice);
            bool lost = subscription.Missed != missed;
            missed = subscription.Missed;
            await SendAsync(response, $"event: change\ndata: {batch.ToJson(lost)}\n\n", cancel);
        }
    }

    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancel)
    {
        await response.WriteAsync(text, cancel);
        await response.Body.FlushAsync(cancel);
    }

    private sealed class LiveBatch
    {
        private readonly SortedDictionary<string, HashSet<string>> _names = new(StringComparer.Ordinal);
        private int _count;

        public void Add(LiveNotice notice)
        {
            string kind = notice.Kind.ToString().ToLowerInvariant();
            if (!_names.TryGetValue(kind, out HashSet<string>? names))
                _names[kind] = names = new HashSet<string>(StringComparer.Ordinal);
            if (names.Add(notice.Subject))
                _count++;
        }

        public string ToJson(bool lost) => JsonSerializer.Serialize(
            new { all = lost || _count > MaxNames, changes = lost || _count > MaxNames ? null : _names });
    }
}
