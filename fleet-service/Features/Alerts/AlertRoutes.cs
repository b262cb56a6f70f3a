using System.Collections.Concurrent;
using System.Net;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>How people are told.</summary>
public enum RouteKind
{
    /// <summary>A signed POST to an address.</summary>
    Webhook,

    /// <summary>A mail to an address.</summary>
    Email,
}

/// <summary>Who is told of which alerts. The secret of a webhook is shown once, when it is made.</summary>
/// <param name="Target">The webhook's URL, or the mail address.</param>
/// <param name="MinSeverity">At least this grave.</param>
/// <param name="Site">Only of this site; null: of all.</param>
/// <param name="Waiting">Deliveries that wait, also for another attempt.</param>
/// <param name="Failed">Deliveries that were given up and are still kept.</param>
public sealed record AlertRoute(
    string Id, string Name, RouteKind Kind, string Target, Severity MinSeverity, string? Site, bool Enabled,
    DateTimeOffset CreatedAt, string CreatedBy, int Waiting = 0, int Failed = 0, DateTimeOffset? LastDeliveredAt = null,
    string? LastError = null);

/// <summary>A route and its secret, once.</summary>
public sealed record AlertRouteWithSecret(AlertRoute Route, string? Secret);

/// <summary>A route to be made, or as it is to be.</summary>
/// <param name="Secret">Of a webhook; null: one is made, or it stays as it is.</param>
public sealed record AlertRouteRequest(
    string Name, RouteKind Kind, string Target, Severity MinSeverity = Severity.Warning, string? Site = null,
    bool Enabled = true, string? Secret = null);

/// <summary>Routes of alerts, held in memory and written to the database first.</summary>
public sealed class AlertRoutes
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly KeyVault _vault;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, AlertRouteRow> _routes;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads the routes.</summary>
    public AlertRoutes(IDbContextFactory<FleetDb> contexts, KeyVault vault, AuditLog audit, TimeProvider time)
    {
        (_contexts, _vault, _audit, _time) = (contexts, vault, audit, time);
        using FleetDb db = contexts.CreateDbContext();
        _routes = new(db.Set<AlertRouteRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.Id));
    }

    /// <summary>Every route, by name, and how its deliveries are doing.</summary>
    public async Task<IReadOnlyList<AlertRoute>> AllAsync(CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        List<AlertRoute> all = [];
        foreach (AlertRouteRow row in _routes.Values.OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Id))
            all.Add(await WithDeliveriesAsync(db, row, cancel));
        return all;
    }

    /// <summary>One route; null where there is none.</summary>
    public async Task<AlertRoute?> FindAsync(string id, CancellationToken cancel = default)
    {
        if (!_routes.TryGetValue(id, out AlertRouteRow? row))
            return null;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        return await WithDeliveriesAsync(db, row, cancel);
    }

    /// <summary>Makes a route; the answer shows the secret of a webhook for the only time.</summary>
    public async Task<Result<AlertRouteWithSecret>> AddAsync(
        AlertRouteRequest request, Actor actor, CancellationToken cancel = default)
    {
        if (Check(request) is { } fault)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_routes.Count >= AlertLimits.MaxRoutes)
            return Fault.Conflict("too-many-alert-routes", $"There are {AlertLimits.MaxRoutes} routes already.");
        string? secret = request.Kind == RouteKind.Webhook
            ? request.Secret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) : null;
        AlertRouteRow row = RowOf(request) with
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)),
            Secret = secret == null ? null : _vault.ProtectRoute(Encoding.UTF8.GetBytes(secret)),
            CreatedAt = _time.GetUtcNow(),
            CreatedBy = actor.Name,
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "alert-route.add", row.Id, null, Public(row));
        await db.SaveChangesAsync(cancel);
        _routes[row.Id] = row;
        return new AlertRouteWithSecret(Public(row), secret);
    }

    /// <summary>Changes a route; its kind stays.</summary>
    public async Task<Result<AlertRoute>> UpdateAsync(
        string id, AlertRouteRequest request, Actor actor, CancellationToken cancel = default)
    {
        if (Check(request) is { } fault)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_routes.TryGetValue(id, out AlertRouteRow? before))
            return Fault.NotFound("alert-route", id);
        if (before.Kind != request.Kind)
            return Fault.Invalid("kind", "A route keeps its kind; make another one.");
        AlertRouteRow row = RowOf(request) with
        {
            Id = id, CreatedAt = before.CreatedAt, CreatedBy = before.CreatedBy,
            Secret = request.Secret == null ? before.Secret : _vault.ProtectRoute(Encoding.UTF8.GetBytes(request.Secret)),
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(row);
        _audit.Add(db, actor, "alert-route.update", id, Public(before), Public(row));
        await db.SaveChangesAsync(cancel);
        _routes[id] = row;
        return await WithDeliveriesAsync(db, row, cancel);
    }

    /// <summary>Removes a route and what waits for it.</summary>
    public async Task<Result<AlertRoute>> DeleteAsync(string id, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_routes.TryGetValue(id, out AlertRouteRow? row))
            return Fault.NotFound("alert-route", id);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Set<DeliveryRow>().Where(d => d.RouteId == id).ExecuteDeleteAsync(cancel);
        db.Remove(row);
        _audit.Add(db, actor, "alert-route.delete", id, Public(row));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        _routes.TryRemove(id, out AlertRouteRow? _);
        return Public(row);
    }

    /// <summary>Queues a message that says that it is a test.</summary>
    public async Task<Result<AlertRoute>> TestAsync(string id, Actor actor, CancellationToken cancel = default)
    {
        if (!_routes.TryGetValue(id, out AlertRouteRow? row))
            return Fault.NotFound("alert-route", id);
        DateTimeOffset now = _time.GetUtcNow();
        Alert alert = new(0, null, row.Site ?? "", "test", AlertSource.Site, (Severity)row.MinSeverity, AlertState.Open, true,
            false, now, now, null, 1, null, null, null, $"Test of the route '{row.Name}', asked for by {actor.Name}.",
            null, null, null, null, false, null, true);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(DeliveryOf(row, alert, "test", now));
        _audit.Add(db, actor, "alert-route.test", id);
        await db.SaveChangesAsync(cancel);
        Wake();
        return await WithDeliveriesAsync(db, row, cancel);
    }

    /// <summary>What is to be sent of an alert, one for each route that it fits.</summary>
    internal IReadOnlyList<DeliveryRow> DeliveriesOf(Alert alert, string what, DateTimeOffset now) =>
        [.. _routes.Values.Where(r => r.Enabled && (int)alert.Severity >= r.MinSeverity && (r.Site == null || r.Site == alert.Site))
            .OrderBy(r => r.Id).Select(r => DeliveryOf(r, alert, what, now))];

    internal string NameOf(string id) => _routes.TryGetValue(id, out AlertRouteRow? row) ? row.Name : id;

    internal AlertRouteRow? Row(string id) => _routes.GetValueOrDefault(id);

    internal byte[] SecretOf(AlertRouteRow row) => _vault.OpenRoute(row.Secret!);

    /// <summary>Completes when something more waits to be sent; take it before looking, so that nothing is missed.</summary>
    internal Task MoreWaits => Volatile.Read(ref _more).Task;

    /// <summary>Says that something waits to be sent.</summary>
    internal void Wake() => Interlocked.Exchange(
        ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Whether an address is this machine: only there nothing on the way can read along.</summary>
    internal static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static Fault? Check(AlertRouteRequest request) => new FieldErrors()
        .Text(request.Name, "name", ServiceLimits.MaxName, mandatory: true)
        .Text(request.Site, "site", ServiceLimits.MaxName)
        .Text(request.Target, "target", AlertLimits.MaxTarget, mandatory: true)
        .Require(request.Kind != RouteKind.Webhook || IsSafe(request.Target), "target",
            "An https address without a password in it; http for this machine only.")
        .Require(request.Kind != RouteKind.Email || MailAddress.TryCreate(request.Target, out _), "target", "A mail address.")
        .Require(request.Secret == null || request.Kind == RouteKind.Webhook, "secret", "Only a webhook has one.")
        .Require(request.Secret == null || request.Secret.Length is >= AlertLimits.MinSecret and <= AlertLimits.MaxSecret, "secret",
            $"{AlertLimits.MinSecret} to {AlertLimits.MaxSecret} characters.")
        .Fault;

    private static bool IsSafe(string target) => Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsLoopback(uri.Host)));

    private static AlertRouteRow RowOf(AlertRouteRequest request) => new()
    {
        Id = "",
        Name = request.Name.Trim(),
        Kind = request.Kind,
        Target = request.Target.Trim(),
        MinSeverity = (int)request.MinSeverity,
        Site = string.IsNullOrWhiteSpace(request.Site) ? null : request.Site.Trim(),
        Enabled = request.Enabled,
        CreatedBy = "",
    };

    private static DeliveryRow DeliveryOf(AlertRouteRow route, Alert alert, string what, DateTimeOffset now) => new()
    {
        RouteId = route.Id,
        AlertId = alert.Id,
        Body = JsonSerializer.Serialize(new AlertMessage(what, now, alert), StoredJson.Options),
        State = DeliveryState.Waiting,
        QueuedAt = now,
        NextAt = now,
    };

    private static async Task<AlertRoute> WithDeliveriesAsync(FleetDb db, AlertRouteRow row, CancellationToken cancel)
    {
        IQueryable<DeliveryRow> deliveries = db.Set<DeliveryRow>().AsNoTracking().Where(d => d.RouteId == row.Id);
        DeliveryRow? last = await deliveries.Where(d => d.Error != null).OrderByDescending(d => d.Id).FirstOrDefaultAsync(cancel);
        return Public(row) with
        {
            Waiting = await deliveries.CountAsync(d => d.State == DeliveryState.Waiting, cancel),
            Failed = await deliveries.CountAsync(d => d.State == DeliveryState.Failed, cancel),
            LastDeliveredAt = await deliveries.Where(d => d.State == DeliveryState.Delivered).MaxAsync(d => d.DoneAt, cancel),
            LastError = last?.Error,
        };
    }

    private static AlertRoute Public(AlertRouteRow row) => new(
        row.Id, row.Name, row.Kind, row.Target, (Severity)row.MinSeverity, row.Site, row.Enabled, row.CreatedAt, row.CreatedBy);
}
