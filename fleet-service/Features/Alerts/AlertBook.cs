using System.Collections.Concurrent;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>
/// Every alert: one for each subject and key, with its history. Open ones are held in memory; all are written to the
/// database first, together with what is to be routed.
/// </summary>
public sealed partial class AlertBook
{
    private const string EventCursor = "events";

    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly SiteMaintenance _maintenance;
    private readonly AlertRoutes _routes;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Open alerts, and those that ended so lately that they may be opened again.</summary>
    private readonly ConcurrentDictionary<(string Subject, string Key), AlertRow> _recent;
    private readonly ConcurrentDictionary<(string Subject, string Key), AlertSilenceRow> _silences;
    private long _lastId;
    private long _cursor;

    /// <summary>Reads open alerts and silences.</summary>
    public AlertBook(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, SiteMaintenance maintenance, AlertRoutes routes,
        LiveFeed live, TimeProvider time)
    {
        (_contexts, _audit, _maintenance, _routes, _live, _time) = (contexts, audit, maintenance, routes, live, time);
        using FleetDb db = contexts.CreateDbContext();
        DateTimeOffset since = time.GetUtcNow().AddMilliseconds(-AlertLimits.FlapWindowMs);
        _recent = new();
        foreach (AlertRow row in db.Set<AlertRow>().AsNoTracking()
            .Where(r => r.State == AlertState.Open || r.ClearedAt >= since).OrderBy(r => r.Id))
            _recent[(row.Subject, row.Key)] = row;
        _silences = new(db.Set<AlertSilenceRow>().AsNoTracking().AsEnumerable().ToDictionary(r => (r.Subject, r.Key)));
        _lastId = db.Set<AlertRow>().Max(r => (long?)r.Id) ?? 0;
        _cursor = db.Set<AlertCursorRow>().Where(r => r.Name == EventCursor).Select(r => (long?)r.Number).FirstOrDefault() ?? 0;
    }

    /// <summary>Number of the last event of a node that was taken.</summary>
    internal long Cursor => Interlocked.Read(ref _cursor);

    /// <summary>How many are open.</summary>
    public AlertCounts Counts()
    {
        int open = 0, fresh = 0, critical = 0, warning = 0;
        foreach (AlertRow row in OpenRows())
        {
            open++;
            if (row.Parent != null || row.AcknowledgedAt != null || SilencedUntil(row) != null)
                continue;
            fresh++;
            critical += row.Severity == (int)Severity.Critical ? 1 : 0;
            warning += row.Severity == (int)Severity.Warning ? 1 : 0;
        }
        return new AlertCounts(open, fresh, critical, warning);
    }

    /// <summary>Open alerts of a node, or of all.</summary>
    public IReadOnlyList<Alert> Open(string? device = null) =>
        [.. Order(OpenRows().Where(row => device == null || row.Device == device)).Select(Public)];

    /// <summary>A page of alerts.</summary>
    public async Task<AlertPage> SearchAsync(AlertQuery query, CancellationToken cancel = default)
    {
        if (query.State == AlertState.Open)
        {
            List<AlertRow> open = [.. Order(OpenRows().Where(row => Fits(row, query)))];
            return new AlertPage(open.Count, [.. open.Skip(query.Skip).Take(query.Top).Select(Public)]);
        }
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        IQueryable<AlertRow> rows = db.Set<AlertRow>().AsNoTracking();
        if (query.State == AlertState.Cleared)
            rows = rows.Where(r => r.State == AlertState.Cleared);
        if (query.Severity is { } severity)
        {
            int least = (int)severity;
            rows = rows.Where(r => r.Severity >= least);
        }
        if (query.Source is { } source)
            rows = rows.Where(r => r.Source == source);
        if (query.Site is { } site)
            rows = rows.Where(r => r.Site == site);
        if (query.Device is { } device)
            rows = rows.Where(r => r.Device == device);
        if (query.Acknowledged is { } acknowledged)
            rows = rows.Where(r => r.AcknowledgedAt != null == acknowledged);
        if (!query.Grouped)
            rows = rows.Where(r => r.Parent == null);
        int total = await rows.CountAsync(cancel);
        List<AlertRow> page = await rows.OrderByDescending(r => r.RaisedAt).ThenByDescending(r => r.Id)
            .Skip(query.Skip).Take(query.Top).ToListAsync(cancel);
        return new AlertPage(total, [.. page.Select(Public)]);
    }

    /// <summary>One alert and its history; null where there is none.</summary>
    public async Task<AlertDetail?> FindAsync(long id, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        if (await db.Set<AlertRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel) is not { } row)
            return null;
        List<AlertHistoryEntry> history = await db.Set<AlertHistoryRow>().AsNoTracking().Where(r => r.AlertId == id)
            .OrderBy(r => r.Id).Select(r => new AlertHistoryEntry(r.At, r.Change, r.By, r.Note)).ToListAsync(cancel);
        return new AlertDetail(Public(row), history);
    }

    /// <summary>Steps of the history of a node's alerts before a time, the newest first.</summary>
    internal async Task<IReadOnlyList<(AlertHistoryEntry Entry, Alert Alert)>> HistoryOfAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        var found = await db.Set<AlertHistoryRow>().AsNoTracking()
            .Join(db.Set<AlertRow>().AsNoTracking(), h => h.AlertId, a => a.Id, (h, a) => new { History = h, Alert = a })
            .Where(r => r.Alert.Device == device && r.History.At < before)
            .OrderByDescending(r => r.History.At).ThenByDescending(r => r.History.Id).Take(limit).ToListAsync(cancel);
        return [.. found.Select(r =>
            (new AlertHistoryEntry(r.History.At, r.History.Change, r.History.By, r.History.Note), Public(r.Alert)))];
    }

    private IEnumerable<AlertRow> OpenRows() =>
        _recent.Select(pair => pair.Value).Where(row => row.State == AlertState.Open);

    private static IEnumerable<AlertRow> Order(IEnumerable<AlertRow> rows) =>
        rows.OrderByDescending(row => row.Severity).ThenByDescending(row => row.RaisedAt).ThenByDescending(row => row.Id);

    private bool Fits(AlertRow row, AlertQuery query) =>
        (query.Severity == null || row.Severity >= (int)query.Severity)
        && (query.Source == null || row.Source == query.Source)
        && (query.Site == null || row.Site == query.Site)
        && (query.Device == null || row.Device == query.Device)
        && (query.Acknowledged == null || row.AcknowledgedAt != null == query.Acknowledged)
        && (query.Silenced == null || SilencedUntil(row) != null == query.Silenced)
        && (query.Grouped || row.Parent == null);

    private DateTimeOffset? SilencedUntil(AlertRow row) =>
        _silences.TryGetValue((row.Subject, row.Key), out AlertSilenceRow? silence) && silence.Until > _time.GetUtcNow()
            ? silence.Until : null;

    private Alert Public(AlertRow row) => new(
        row.Id, row.Device, row.Site, row.Key, row.Source, (Severity)row.Severity, row.State, row.Active, row.Flapping,
        row.RaisedAt, row.LastAt, row.ClearedAt, row.Count, row.Channel, row.Value, row.Level, row.Text,
        row.AcknowledgedAt, row.AcknowledgedBy, row.Note, SilencedUntil(row), _maintenance.IsOn(row.Site), row.Parent,
        row.Routed);
}
