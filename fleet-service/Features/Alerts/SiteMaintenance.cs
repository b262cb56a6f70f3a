using System.Collections.Concurrent;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>A site where people work: its alerts are recorded and nobody is told.</summary>
public sealed record Maintenance(string Site, DateTimeOffset From, DateTimeOffset Until, string Reason, string By);

/// <summary>Until when, and why.</summary>
public sealed record MaintenanceRequest(DateTimeOffset Until, string Reason);

/// <summary>Which sites are in maintenance. What still goes on when it ends is routed then.</summary>
public sealed class SiteMaintenance
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, MaintenanceRow> _sites;

    /// <summary>Reads which sites are in maintenance.</summary>
    public SiteMaintenance(IDbContextFactory<FleetDb> contexts, AuditLog audit, LiveFeed live, TimeProvider time)
    {
        (_contexts, _audit, _live, _time) = (contexts, audit, live, time);
        using FleetDb db = contexts.CreateDbContext();
        _sites = new(db.Set<MaintenanceRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.Site));
    }

    /// <summary>Whether a site is in maintenance now.</summary>
    public bool IsOn(string site) => Find(site) != null;

    /// <summary>A site's maintenance; null: it is in none.</summary>
    public Maintenance? Find(string site) =>
        _sites.TryGetValue(site, out MaintenanceRow? row) && row.Until > _time.GetUtcNow() ? Public(row) : null;

    /// <summary>Sites in maintenance now, by name.</summary>
    public IReadOnlyList<Maintenance> All()
    {
        DateTimeOffset now = _time.GetUtcNow();
        return [.. _sites.Values.Where(r => r.Until > now).OrderBy(r => r.Site, StringComparer.Ordinal).Select(Public)];
    }

    /// <summary>Begins a site's maintenance, or moves its end.</summary>
    public async Task<Result<Maintenance>> SetAsync(
        string site, MaintenanceRequest request, Actor actor, CancellationToken cancel = default)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Fault? fault = new FieldErrors()
            .Text(site, "site", ServiceLimits.MaxName, mandatory: true)
            .Text(request.Reason, "reason", ServiceLimits.MaxNote, mandatory: true)
            .Require(request.Until > now && request.Until <= now.AddDays(AlertLimits.MaxSilenceDays), "until",
                $"In the future, and at most {AlertLimits.MaxSilenceDays} days from now.")
            .Fault;
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        Maintenance? before = Find(site);
        MaintenanceRow row = new()
        {
            Site = site, From = before?.From ?? now, Until = request.Until, Reason = request.Reason.Trim(), By = actor.Name,
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        if (_sites.ContainsKey(site))
            db.Update(row);
        else
            db.Add(row);
        _audit.Add(db, actor, "site.maintenance", site, before, Public(row));
        await db.SaveChangesAsync(cancel);
        _sites[site] = row;
        _live.Publish(LiveKind.Alert, "site:" + site);
        return Public(row);
    }

    /// <summary>Ends a site's maintenance at once.</summary>
    public async Task<Result<Maintenance>> EndAsync(string site, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (Find(site) is not { } before)
            return Fault.NotFound("maintenance", site);
        MaintenanceRow row = _sites[site] with { Until = _time.GetUtcNow() };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(row);
        _audit.Add(db, actor, "site.maintenance-end", site, before);
        await db.SaveChangesAsync(cancel);
        _sites[site] = row;
        _live.Publish(LiveKind.Alert, "site:" + site);
        return Public(row);
    }

    private static Maintenance Public(MaintenanceRow row) => new(row.Site, row.From, row.Until, row.Reason, row.By);
}
