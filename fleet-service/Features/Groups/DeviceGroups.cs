using System.Collections.Concurrent;
using System.Collections.Frozen;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Groups;

/// <summary>Groups of devices: lists, and filters that anybody who fits belongs to. Held in memory, on disk first.</summary>
public sealed class DeviceGroups : IDeviceGroups
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly DeviceDirectory _directory;
    private readonly DeviceFinder _finder;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, Entry> _groups;

    /// <summary>Reads the groups.</summary>
    public DeviceGroups(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, DeviceDirectory directory, DeviceFinder finder,
        IServiceProvider services, TimeProvider time)
    {
        (_contexts, _audit, _directory, _finder, _services, _time) = (contexts, audit, directory, finder, services, time);
        using FleetDb db = contexts.CreateDbContext();
        ILookup<string, string> members = db.Set<GroupMemberRow>().AsNoTracking().AsEnumerable()
            .ToLookup(r => r.Group, r => r.DeviceId);
        _groups = new(db.Set<GroupRow>().AsNoTracking().AsEnumerable()
            .ToDictionary(r => r.Name, r => new Entry(r, Read(r.Filter), members[r.Name].ToFrozenSet())));
    }

    /// <summary>All groups by name.</summary>
    public IReadOnlyList<DeviceGroup> All() =>
        [.. _groups.Values.OrderBy(e => e.Row.Name, StringComparer.Ordinal).Select(Show)];

    /// <summary>One group; null: there is none of that name.</summary>
    public DeviceGroup? Find(string name) => _groups.TryGetValue(name, out Entry? entry) ? Show(entry) : null;

    /// <summary>A group's priority; null: there is none of that name.</summary>
    public int? PriorityOf(string name) => _groups.TryGetValue(name, out Entry? entry) ? entry.Row.Priority : null;

    /// <summary>Whether who is in it changes only when people change something.</summary>
    public bool IsSteady(string name) => !_groups.TryGetValue(name, out Entry? entry)
        || entry.Filter == null || IsSteady(entry.Filter);

    /// <summary>Whether who fits the filter, groups that it names included, changes only when people change something.</summary>
    public bool IsSteady(DeviceFilter filter) => filter.IsSteady && filter.Groups.All(IsSteady);

    /// <inheritdoc/>
    public Func<DeviceFacts, bool>? Bind(string group, FilterScope scope) =>
        !_groups.TryGetValue(group, out Entry? entry) ? null
        : entry.Filter != null ? entry.Filter.Bind(scope)
        // Who was taken down belongs to no list any more, as to no filter.
        : facts => entry.Members.Contains(facts.Device.Id) && facts.Device.Status != DeviceStatus.Decommissioned;

    /// <summary>Makes a group.</summary>
    public async Task<Result<DeviceGroup>> CreateAsync(GroupRequest request, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors()
            .Require(request.Name != null && Tags.IsTag(request.Name), "name", "A name is " + Tags.Form)
            .Text(request.Description, "description", ServiceLimits.MaxNote)
            .Require(request.Priority is >= 0 and <= GroupLimits.MaxPriority, "priority", $"0 to {GroupLimits.MaxPriority}.")
            .Require(request.Filter == null || request.Devices == null, "devices", "Either a filter or a list.")
            .Fault ?? CheckMembers(request.Devices ?? [], "devices");
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_groups.ContainsKey(request.Name!))
            return Fault.Conflict("group-exists", $"There is a group '{request.Name}' already.");
        if (_groups.Count >= GroupLimits.MaxGroups)
            return Fault.Conflict("groups-full", $"There are {GroupLimits.MaxGroups} groups; remove some.");
        Result<DeviceFilter?> filter = Check(request.Name!, request.Filter);
        if (filter.Fault is { } wrong)
            return wrong;
        GroupRow row = new()
        {
            Name = request.Name!,
            Description = request.Description.Trim(),
            Filter = filter.Value?.ToString(),
            Priority = request.Priority,
            ChangedAt = _time.GetUtcNow(),
            ChangedBy = actor.Name,
        };
        FrozenSet<string> members = (request.Devices ?? []).ToFrozenSet();
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        db.AddRange(members.Select(id => new GroupMemberRow { Group = row.Name, DeviceId = id }));
        _audit.Add(db, actor, "group.create", row.Name, null, new { row.Description, row.Filter, row.Priority, Devices = members });
        await db.SaveChangesAsync(cancel);
        return Show(_groups[row.Name] = new Entry(row, filter.Value, members));
    }

    /// <summary>Changes a group.</summary>
    public async Task<Result<DeviceGroup>> ChangeAsync(
        string name, GroupPatch patch, Actor actor, CancellationToken cancel = default)
    {
        IReadOnlyList<string> add = patch.AddDevices ?? [], remove = patch.RemoveDevices ?? [];
        Fault? fault = new FieldErrors()
            .Text(patch.Description, "description", ServiceLimits.MaxNote)
            .Require(patch.Priority is null or (>= 0 and <= GroupLimits.MaxPriority), "priority", $"0 to {GroupLimits.MaxPriority}.")
            .Fault ?? CheckMembers(add, "addDevices");
        if (fault != null)
            return fault;
        Entry after;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            if (!_groups.TryGetValue(name, out Entry? before))
                return Fault.NotFound("group", name);
            bool dynamic = before.Row.Filter != null;
            if (dynamic ? add.Count + remove.Count != 0 : patch.Filter != null)
                return Fault.Conflict("group-kind", $"'{name}' goes by {(dynamic ? "a filter" : "a list")} and stays so.");
            Result<DeviceFilter?> filter = Check(name, patch.Filter ?? before.Row.Filter);
            if (filter.Fault is { } wrong)
                return wrong;
            if (patch.Filter != null && Objection(name, patch.Filter) is { } objection)
                return Fault.Conflict("group-in-use", objection);
            FrozenSet<string> members = before.Members.Except(remove).Union(add).ToFrozenSet();
            if (members.Count > GroupLimits.MaxMembers)
                return Fault.Invalid("addDevices", $"At most {GroupLimits.MaxMembers} devices.");
            GroupRow row = before.Row with
            {
                Description = patch.Description?.Trim() ?? before.Row.Description,
                Filter = filter.Value?.ToString(),
                Priority = patch.Priority ?? before.Row.Priority,
                ChangedAt = _time.GetUtcNow(),
                ChangedBy = actor.Name,
            };
            string[] came = [.. members.Except(before.Members)], went = [.. before.Members.Except(members)];
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            db.Update(row);
            db.AddRange(came.Select(id => new GroupMemberRow { Group = name, DeviceId = id }));
            db.RemoveRange(went.Select(id => new GroupMemberRow { Group = name, DeviceId = id }));
            _audit.Add(db, actor, "group.change", name,
                new { before.Row.Description, before.Row.Filter, before.Row.Priority, Left = went },
                new { row.Description, row.Filter, row.Priority, Came = came });
            await db.SaveChangesAsync(cancel);
            after = _groups[name] = new Entry(row, filter.Value, members);
        }
        await TellAsync(name, cancel);
        return Show(after);
    }

    /// <summary>Removes a group that nothing needs.</summary>
    public async Task<Result<DeviceGroup>> RemoveAsync(string name, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_groups.TryGetValue(name, out Entry? entry))
            return Fault.NotFound("group", name);
        string? user = _groups.Values.FirstOrDefault(e => e.Filter?.Groups.Contains(name) == true)?.Row.Name;
        if ((user != null ? $"The group '{user}' asks for it." : Objection(name, null)) is { } objection)
            return Fault.Conflict("group-in-use", objection);
        DeviceGroup group = Show(entry);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Set<GroupMemberRow>().Where(r => r.Group == name).ExecuteDeleteAsync(cancel);
        await db.Set<GroupRow>().Where(r => r.Name == name).ExecuteDeleteAsync(cancel);
        _audit.Add(db, actor, "group.remove", name, group);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        _groups.TryRemove(name, out Entry? _);
        return group;
    }

    private static DeviceFilter? Read(string? text) =>
        text != null && DeviceFilter.TryParse(text, out DeviceFilter? filter, out _) ? filter : null;

    /// <summary>A filter that can be read, names groups that there are, and never comes back to the group itself.</summary>
    private Result<DeviceFilter?> Check(string name, string? text)
    {
        if (text == null)
            return default(DeviceFilter);
        Result<DeviceFilter> filter = DeviceFilter.Parse(text);
        if (filter.Fault is { } fault)
            return fault;
        HashSet<string> seen = [];
        Stack<string> open = new(filter.Value!.Groups);
        while (open.TryPop(out string? group))
        {
            if (group == name)
                return Fault.Invalid("filter", $"The group '{name}' would ask for itself.");
            if (!_groups.TryGetValue(group, out Entry? entry))
                return Fault.Invalid("filter", $"There is no group '{group}'.");
            if (!seen.Add(group))
                continue;
            foreach (string next in entry.Filter?.Groups ?? [])
                open.Push(next);
        }
        return filter.Value;
    }

    private Fault? CheckMembers(IReadOnlyList<string> devices, string field) =>
        devices.Count > GroupLimits.MaxMembers ? Fault.Invalid(field, $"At most {GroupLimits.MaxMembers} devices.")
        : devices.FirstOrDefault(id => id == null || _directory.Find(id) == null) is { } unknown
            ? Fault.Invalid(field, $"There is no device '{unknown}'.")
        : devices.Contains(null!) ? Fault.Invalid(field, "Ids of devices, not null.") : null;

    // Watchers know groups, so the circle closes at first use.
    private string? Objection(string name, string? filter) => _services.GetServices<IGroupWatcher>()
        .Select(w => w.Objection(name, filter)).FirstOrDefault(o => o != null);

    private async Task TellAsync(string name, CancellationToken cancel)
    {
        foreach (IGroupWatcher watcher in _services.GetServices<IGroupWatcher>())
            await watcher.ChangedAsync(name, cancel);
    }

    private DeviceGroup Show(Entry entry) => new(
        entry.Row.Name, entry.Row.Description, entry.Row.Filter, entry.Row.Priority,
        entry.Filter != null ? _finder.Find(entry.Filter).Count
            : entry.Members.Count(id => _directory.Find(id) is { Status: not DeviceStatus.Decommissioned }),
        entry.Row.ChangedAt, entry.Row.ChangedBy);

    private sealed record Entry(GroupRow Row, DeviceFilter? Filter, FrozenSet<string> Members);
}
