using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>
/// Looks for nodes that do not report: silent ones, ones that send no measurements or no state, each by its own interval,
/// and sites with several silent nodes. It never counts time in which the service itself was away.
/// </summary>
public sealed partial class SilenceWatch(
    DeviceDirectory directory, Presence presence, Reports.Reports reports, AlertBook book, TimeProvider time,
    ILogger<SilenceWatch> logger) : BackgroundService
{
    /// <summary>Key of the alert about a silent node, and of the one about a silent site.</summary>
    public const string OfflineKey = "offline";

    /// <summary>Key of the alert about a node that sends no measurements.</summary>
    public const string StaleKey = "stale:telemetry";

    /// <summary>Key of the alert about a node that does not tell its state.</summary>
    public const string StaleStateKey = "stale:state";

    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>How long a node with this interval may be silent.</summary>
    public static TimeSpan MostSilence(int intervalMs) => TimeSpan.FromMilliseconds(Math.Max(
        AlertLimits.LeastSilenceMs,
        (long)AlertLimits.SilentIntervals * (intervalMs == 0 ? AlertLimits.UnknownIntervalMs : intervalMs)));

    /// <summary>Looks once at every node, and lets go what was held back for a time.</summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        Dictionary<string, DeviceSummary> summaries = reports.Summaries().ToDictionary(s => s.Device);
        List<AlertSignal> signals = [];
        Dictionary<string, SiteSilence> sites = new(StringComparer.Ordinal);
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (Device device in directory.All)
        {
            if (device.Status != DeviceStatus.Active)
                gone.Add(device.Id);
            else if (presence.LastSeenAt(device.Id) != null)
                Look(device, summaries.GetValueOrDefault(device.Id), now, signals, sites);
        }
        await book.ApplyAsync(signals, null, step =>
        {
            foreach (AlertRow row in step.Open.Where(r => r.Device != null && gone.Contains(r.Device)).ToList())
                step.Put(row with { State = AlertState.Cleared, Active = false, Flapping = false, ClearedAt = now }, AlertChange.Cleared, null, "device not active");
            foreach (AlertRow row in step.Open.Where(r => r is { Source: AlertSource.Screening, Active: true }
                && now - r.LastAt > TimeSpan.FromMilliseconds(AlertLimits.MomentaryMs)).ToList())
            {
                (AlertRow after, AlertChange? change) = AlertRules.Clear(row, now);
                step.Put(after, change);
            }
            GroupSites(step, sites, now);
        }, cancel);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(AlertLimits.SweepMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception e) when (StorageFault.Of(e) is { } fault)
                {
                    Postponed(logger, fault.Name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is silent is looked for again after the start.
        }
    }

    private void Look(
        Device device, DeviceSummary summary, DateTimeOffset now, List<AlertSignal> signals,
        Dictionary<string, SiteSilence> sites)
    {
        DateTimeOffset heard = presence.LastSeenAt(device.Id)!.Value;
        TimeSpan most = MostSilence(summary.WindowMs);
        bool offline = !presence.IsOnline(device.Id) && now - Later(heard, _started) > most;
        signals.Add(new AlertSignal(
            device.Id, device.Site, OfflineKey, AlertSource.Offline, Severity.Warning, offline, now,
            Text: offline ? $"silent since {Say(heard)}, longer than {Say(most)}" : null,
            RouteAfter: now.AddMilliseconds(AlertLimits.GroupWaitMs)));
        if (device.Site.Length != 0)
        {
            if (!sites.TryGetValue(device.Site, out SiteSilence? site))
                sites.Add(device.Site, site = new SiteSilence());
            site.Nodes++;
            if (offline)
                site.Offline.Add(device.Id);
        }
        // A silent node is silent about everything; one alert says so.
        Stale(StaleKey, "no measurements", summary.Telemetry, most);
        Stale(StaleStateKey, "no state report", summary.Reported, MostSilence(summary.StateIntervalMs));

        void Stale(string key, string what, DateTimeOffset? last, TimeSpan mostOfIt)
        {
            // Since it is connected, it has had the time to send what it had; before, it could not.
            DateTimeOffset since = Later(Later(last ?? device.CreatedAt, _started), presence.Since(device.Id) ?? _started);
            bool stale = !offline && presence.IsOnline(device.Id) && now - since > mostOfIt;
            if (!stale && !offline && !presence.IsOnline(device.Id))
                return;
            signals.Add(new AlertSignal(
                device.Id, device.Site, key, AlertSource.Stale, Severity.Warning, stale, now,
                Text: stale ? $"{what} since {(last is { } at ? Say(at) : "it connected")}, longer than {Say(mostOfIt)}" : null,
                RouteAfter: now));
        }
    }

    private static void GroupSites(AlertBook.Step step, Dictionary<string, SiteSilence> sites, DateTimeOffset now)
    {
        foreach ((string name, SiteSilence site) in sites)
        {
            (string, string) place = (AlertSignal.SubjectOf(null, name), OfflineKey);
            bool wasOpen = step.Current(place) is { State: AlertState.Open, Active: true };
            int enough = wasOpen ? 2 : Math.Max(2, Math.Min(AlertLimits.SiteOfflineNodes, site.Nodes));
            bool silent = site.Offline.Count >= enough;
            if (!silent && !wasOpen)
                continue;
            step.Take(new AlertSignal(
                null, name, OfflineKey, AlertSource.Site, Severity.Critical, silent, now,
                Text: silent ? $"{site.Offline.Count} of {site.Nodes} nodes silent: {Names(site.Offline)}" : null, RouteAfter: now));
            long? parent = silent ? step.Current(place)!.Id : null;
            foreach (string device in silent ? site.Offline : step.Open
                .Where(r => r.Site == name && r.Key == OfflineKey && r.Device != null).Select(r => r.Device!).ToList())
            {
                if (step.Current((device, OfflineKey)) is { State: AlertState.Open } row && row.Parent != parent)
                    step.Put(row with { Parent = parent }, parent == null ? null : AlertChange.Grouped);
            }
        }
    }

    private static string Names(List<string> devices) => string.Join(", ", devices.Order().Take(10))
        + (devices.Count > 10 ? ", …" : "");

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static string Say(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Say(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for silent nodes postponed: {Fault}")]
    private static partial void Postponed(ILogger logger, string fault);

    private sealed class SiteSilence
    {
        public int Nodes { get; set; }

        public List<string> Offline { get; } = [];
    }
}
