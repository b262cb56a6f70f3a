using System.Security.Claims;
using System.Text.Json;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Audit;

/// <summary>Who did something.</summary>
/// <param name="Kind"><c>user</c>, <c>token</c>, <c>device</c> or <c>system</c>.</param>
/// <param name="Name">The user's, token's or device's name.</param>
public sealed record Actor(string Kind, string Name)
{
    /// <summary>The service itself, or the program that hosts it.</summary>
    public static Actor System { get; } = new("system", "edgefleet");

    /// <summary>Who makes a request.</summary>
    public static Actor Of(ClaimsPrincipal principal) =>
        new(principal.FindFirstValue("ef:kind") ?? "user", principal.Identity?.Name ?? "nobody");
}

/// <summary>One change.</summary>
public sealed record AuditEntry(
    long Id, DateTimeOffset At, string ActorKind, string Actor, string Action, string Subject, string? Before,
    string? After);

/// <summary>A page of changes, the newest first.</summary>
public sealed record AuditPage(int Total, IReadOnlyList<AuditEntry> Items);

/// <summary>The record of every change: written in the same transaction as the change itself.</summary>
public sealed class AuditLog(IDbContextFactory<FleetDb> contexts, TimeProvider time) : IHousekeeping
{
    /// <summary>Adds an entry to what <paramref name="db"/> is about to save. Never give it a secret.</summary>
    /// <param name="db">The context that saves the change.</param>
    /// <param name="actor">Who.</param>
    /// <param name="action">What, such as <c>device.quarantine</c>.</param>
    /// <param name="subject">Of what: the device, enrolment, user….</param>
    /// <param name="before">What it was, written as JSON; null: it was not there.</param>
    /// <param name="after">What it is now; null: it is gone.</param>
    public void Add(
        FleetDb db, Actor actor, string action, string subject, object? before = null, object? after = null) =>
        db.Add(new AuditRow
        {
            At = time.GetUtcNow(),
            ActorKind = actor.Kind,
            Actor = actor.Name,
            Action = action,
            Subject = subject,
            Before = Short(before),
            After = Short(after),
        });

    /// <summary>Changes, the newest first.</summary>
    /// <param name="subject">Only of this subject.</param>
    /// <param name="actor">Only by this actor.</param>
    /// <param name="action">Only actions that begin so, such as <c>device.</c>.</param>
    /// <param name="before">Only earlier than this.</param>
    /// <param name="skip">Entries to pass over.</param>
    /// <param name="top">Entries to give, at most <see cref="ServiceLimits.MaxPage"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<AuditPage> SearchAsync(
        string? subject = null, string? actor = null, string? action = null, DateTimeOffset? before = null, int skip = 0,
        int top = ServiceLimits.DefaultPage, CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        IQueryable<AuditRow> rows = db.Set<AuditRow>().AsNoTracking();
        if (subject != null)
            rows = rows.Where(r => r.Subject == subject);
        if (actor != null)
            rows = rows.Where(r => r.Actor == actor);
        if (action != null)
            rows = rows.Where(r => r.Action.StartsWith(action));
        if (before is { } end)
            rows = rows.Where(r => r.At < end);
        int total = await rows.CountAsync(cancel);
        List<AuditEntry> items = await rows.OrderByDescending(r => r.Id).Skip(skip).Take(top)
            .Select(r => new AuditEntry(
                r.Id, r.At, r.ActorKind, r.Actor, r.Action, r.Subject, r.Before, r.After))
            .ToListAsync(cancel);
        return new AuditPage(total, items);
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        long newest = await db.Set<AuditRow>().MaxAsync(r => (long?)r.Id, cancel) ?? 0;
        long oldest = await db.Set<AuditRow>().MinAsync(r => (long?)r.Id, cancel) ?? 0;
        long keepFrom = newest - ServiceLimits.MaxAuditEntries + 1;
        if (oldest < keepFrom)
            await db.Set<AuditRow>().Where(r => r.Id < keepFrom).ExecuteDeleteAsync(cancel);
    }

    private static string? Short(object? value)
    {
        if (value == null)
            return null;
        string json = JsonSerializer.Serialize(value, StoredJson.Options);
        return json.Length <= ServiceLimits.MaxAuditJson ? json : json[..ServiceLimits.MaxAuditJson];
    }
}

internal sealed class AuditRow
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public required string ActorKind { get; set; }

    public required string Actor { get; set; }

    public required string Action { get; set; }

    public required string Subject { get; set; }

    public string? Before { get; set; }

    public string? After { get; set; }

    internal sealed class Table : IEntityTypeConfiguration<AuditRow>
    {
        public void Configure(EntityTypeBuilder<AuditRow> builder)
        {
            builder.ToTable("audit");
            builder.HasIndex(r => r.Subject);
        }
    }
}
