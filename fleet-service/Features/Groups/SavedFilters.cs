using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Groups;

/// <summary>Filters that people keep under a name, for everybody.</summary>
public sealed class SavedFilters(IDbContextFactory<FleetDb> contexts, AuditLog audit, TimeProvider time)
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>All of them by name.</summary>
    public async Task<IReadOnlyList<SavedFilter>> AllAsync(CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        List<SavedFilterRow> rows = await db.Set<SavedFilterRow>().AsNoTracking().OrderBy(r => r.Name).ToListAsync(cancel);
        return [.. rows.Select(Show)];
    }

    /// <summary>Keeps a filter, in the place of one of the same name.</summary>
    public async Task<Result<SavedFilter>> SaveAsync(
        string name, string? text, Actor actor, CancellationToken cancel = default)
    {
        name = name.Trim();
        Result<DeviceFilter> filter = DeviceFilter.Parse(text);
        Fault? fault = new FieldErrors().Text(name, "name", ServiceLimits.MaxName, mandatory: true).Fault ?? filter.Fault;
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        SavedFilterRow? before = await db.Set<SavedFilterRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Name == name, cancel);
        if (before == null && await db.Set<SavedFilterRow>().CountAsync(cancel) >= GroupLimits.MaxFilters)
            return Fault.Conflict("filters-full", $"There are {GroupLimits.MaxFilters} saved filters; remove some.");
        SavedFilterRow row = new()
        {
            Name = name, Filter = filter.Value!.ToString(), ChangedAt = time.GetUtcNow(), ChangedBy = actor.Name,
        };
        db.Entry(row).State = before == null ? EntityState.Added : EntityState.Modified;
        audit.Add(db, actor, "filter.save", name, before == null ? null : new { before.Filter }, new { row.Filter });
        await db.SaveChangesAsync(cancel);
        return Show(row);
    }

    /// <summary>Forgets a filter.</summary>
    public async Task<Result<SavedFilter>> RemoveAsync(string name, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        if (await db.Set<SavedFilterRow>().SingleOrDefaultAsync(r => r.Name == name, cancel) is not { } row)
            return Fault.NotFound("filter", name);
        db.Remove(row);
        audit.Add(db, actor, "filter.remove", name, new { row.Filter });
        await db.SaveChangesAsync(cancel);
        return Show(row);
    }

    private static SavedFilter Show(SavedFilterRow row) => new(row.Name, row.Filter, row.ChangedAt, row.ChangedBy);
}
