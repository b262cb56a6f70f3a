using System.Text.Json;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>
/// What fleet, groups and devices say of the configuration, and what follows for each device. A device's own document,
/// with its growing version, is made anew whenever something that it follows from changes.
/// </summary>
public sealed partial class ConfigLevels : IGroupWatcher
{
    private const int SampleDevices = 20;

    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly DeviceDirectory _directory;
    private readonly DeviceGroups _groups;
    private readonly DeviceFinder _finder;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile IReadOnlyDictionary<(ConfigLevel Level, string Name), ConfigLevelView> _levels;

    /// <summary>Reads the levels.</summary>
    public ConfigLevels(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, DeviceDirectory directory, DeviceGroups groups,
        DeviceFinder finder, TimeProvider time)
    {
        (_contexts, _audit, _directory, _groups, _finder, _time) = (contexts, audit, directory, groups, finder, time);
        using FleetDb db = contexts.CreateDbContext();
        _levels = db.Set<ConfigLayerRow>().AsNoTracking().AsEnumerable().ToDictionary(
            r => (r.Level, r.Name), r => new ConfigLevelView(r.Level, r.Name, r.Version,
                JsonSerializer.Deserialize<ConfigLayer>(r.Json, StoredJson.Options)!, r.ChangedAt, r.ChangedBy));
    }

    /// <summary>Fleet and groups that say something, in the order in which they win, the weakest first.</summary>
    public IReadOnlyList<ConfigLevelView> Shared() => [.. InOrder(_levels)];

    /// <summary>What a level says; null: there is no such group or device.</summary>
    public ConfigLevelView? Find(ConfigLevel level, string name) =>
        _levels.TryGetValue((level, name), out ConfigLevelView? view) ? view
        : Exists(level, name) ? new ConfigLevelView(level, name, 0, new ConfigLayer(), null, null) : null;

    /// <summary>A device's values and where each comes from; null: there is no such device.</summary>
    public IReadOnlyList<ConfigValue>? Inheritance(string id)
    {
        if (_directory.Find(id) is not { } device)
            return null;
        IReadOnlyDictionary<(ConfigLevel, string), ConfigLevelView> levels = _levels;
        List<(ConfigLevelView View, ConfigLayer Layer)> layers = LayersOf(device, Bind(levels), levels);
        layers.Reverse();
        List<ConfigValue> values = [];
        foreach ((string field, object? value) in ConfigFields.Of(_directory.ConfigOf(id)!.Config))
        {
            var saying = layers.Where(l => ConfigFields.Says(l.Layer, field)).ToList();
            values.Add(saying.Count == 0 ? new ConfigValue(field, value, ConfigLevel.BuiltIn, "", [])
                : new ConfigValue(field, value, saying[0].View.Level,
                    saying[0].View.Level == ConfigLevel.Group ? saying[0].View.Name : "", [.. saying.Skip(1).Select(s => LabelOf(s.View))]));
        }
        return values;
    }

    /// <summary>Sets what a level says, or says what that would change.</summary>
    /// <param name="level">Fleet, group or device.</param>
    /// <param name="name">The group or device; empty for the fleet.</param>
    /// <param name="layer">What it is to say; null: nothing.</param>
    /// <param name="expectedVersion">The level's version that the caller saw; null: whatever it is.</param>
    /// <param name="apply">Whether to do it.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<ConfigChange>> SetAsync(
        ConfigLevel level, string name, ConfigLayer? layer, uint? expectedVersion, bool apply, Actor actor,
        CancellationToken cancel = default)
    {
        ConfigChange change;
        IReadOnlyList<string> changed = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            if (Find(level, name) is not { } before)
                return Fault.NotFound(level == ConfigLevel.Group ? "group" : "device", name);
            if (layer?.Check(level) is { } fault)
                return fault;
            if (level == ConfigLevel.Group && layer != null && Objection(name, null, "the configuration") is { } objection)
                return Fault.Conflict("group-not-steady", objection);
            if (expectedVersion is { } expected && expected != before.Version)
            {
                return Fault.Conflict("config-changed",
                    $"This level is at version {before.Version} by now; read it again before changing it.");
            }
            ConfigLevelView after = new(
                level, name, before.Version + 1, layer ?? new ConfigLayer(), _time.GetUtcNow(), actor.Name);
            Dictionary<(ConfigLevel, string), ConfigLevelView> levels = new(_levels) { [(level, name)] = after };
            Result<List<(Device Device, ConfigDocument Config)>> effective =
                Effective(level == ConfigLevel.Device ? [_directory.Find(name)!] : _directory.All, levels, false);
            if (effective.Fault is { } wrong)
                return wrong;
            List<(Device Device, ConfigDocument Config)> different = Different(effective.Value!);
            change = new ConfigChange(different.Count, Sample(different), apply, apply ? after : before);
            if (!apply)
                return change;
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            ConfigLayerRow row = RowOf(after);
            db.Entry(row).State = _levels.ContainsKey((level, name)) || before.Version != 0
                ? EntityState.Modified : EntityState.Added;
            _audit.Add(db, actor, level == ConfigLevel.Device ? "device.configure" : "config." + level.ToString().ToLowerInvariant(),
                level == ConfigLevel.Fleet ? "fleet" : name, before.Version == 0 ? null : before.Config, after.Config);
            changed = await _directory.SetEffectiveAsync(db, different, actor, cancel);
            _levels = levels;
        }
        await _directory.SendConfigsAsync(changed, cancel);
        return change;
    }

    /// <summary>Sets a device's whole configuration: nothing above counts for it from then on.</summary>
    internal async Task<Result<DesiredConfig>> SetWholeAsync(
        string id, ConfigDocument config, uint? expectedVersion, Actor actor, CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (ConfigLayer.CheckRules(config.Rules) is { } reserved)
            return reserved;
        bool known = _levels.TryGetValue((ConfigLevel.Device, id), out ConfigLevelView? before);
        ConfigLevelView after = new(
            ConfigLevel.Device, id, (before?.Version ?? 0) + 1, ConfigLayer.Of(config), _time.GetUtcNow(), actor.Name);
        Result<DesiredConfig> saved = await _directory.SaveConfigAsync(id, config, expectedVersion, actor,
            db => db.Entry(RowOf(after)).State = known ? EntityState.Modified : EntityState.Added, cancel);
        if (saved.Ok)
            _levels = new Dictionary<(ConfigLevel, string), ConfigLevelView>(_levels) { [(ConfigLevel.Device, id)] = after };
        return saved;
    }

    /// <summary>
    /// Makes the documents of these devices anew; null: of all. One whose levels together say what no node takes keeps
    /// what it has.
    /// </summary>
    public Task RefreshAsync(IEnumerable<string>? ids, Actor actor, CancellationToken cancel = default) =>
        RefreshAsync(ids, actor, send: true, cancel);

    /// <summary>The same; without <paramref name="send"/> where the caller sends the desired state anyway.</summary>
    internal async Task RefreshAsync(IEnumerable<string>? ids, Actor actor, bool send, CancellationToken cancel)
    {
        if (!_levels.Values.Any(l => l.Level != ConfigLevel.Device && !l.Config.IsEmpty)
            && !_levels.ContainsKey((ConfigLevel.Fleet, "")))
            return;
        IReadOnlyList<string> changed;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            IEnumerable<Device> devices = ids == null ? _directory.All : ids.Select(_directory.Find).OfType<Device>();
            List<(Device Device, ConfigDocument Config)> different = Different(Effective(devices, _levels, true).Value!);
            if (different.Count == 0)
                return;
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            changed = await _directory.SetEffectiveAsync(db, different, actor, cancel);
        }
        if (send)
            await _directory.SendConfigsAsync(changed, cancel);
    }

    /// <inheritdoc/>
    public string? Objection(string group, string? filter) => Objection(group, filter, null);

    /// <inheritdoc/>
    public Task ChangedAsync(string group, CancellationToken cancel) =>
        // Any group may ask for this one.
        _levels.Keys.Any(k => k.Level == ConfigLevel.Group) ? RefreshAsync(null, Actor.System, cancel) : Task.CompletedTask;

    private string? Objection(string group, string? filter, string? planned)
    {
        bool configured = planned != null || _levels.ContainsKey((ConfigLevel.Group, group));
        if (!configured)
            return null;
        if (planned == null && filter == null)
        {
            return _levels[(ConfigLevel.Group, group)].Config.IsEmpty ? null
                : $"The group '{group}' has a configuration; clear it first.";
        }
        bool steady = filter == null ? _groups.IsSteady(group)
            : DeviceFilter.TryParse(filter, out DeviceFilter? read, out _) && _groups.IsSteady(read);
        return steady ? null
            : $"The configuration of '{group}' must not come and go with last_seen, online, fw or a word: who is in it may go by "
                + "id, name, site, hw, board, kind, status, tag and steady groups alone.";
    }

    private bool Exists(ConfigLevel level, string name) => level switch
    {
        ConfigLevel.Fleet => name.Length == 0,
        ConfigLevel.Group => _groups.PriorityOf(name) != null,
        ConfigLevel.Device => _directory.Find(name) != null,
        _ => false,
    };

    private IReadOnlyList<DeviceDifference> Sample(List<(Device Device, ConfigDocument Config)> different) =>
        [.. different.OrderBy(d => d.Device.Id, StringComparer.Ordinal).Take(SampleDevices).Select(d =>
        {
            DesiredConfig now = _directory.ConfigOf(d.Device.Id)!;
            return new DeviceDifference(d.Device.Id, now.Version + 1, ConfigFields.Between(now.Config, d.Config));
        })];

    private static ConfigLayerRow RowOf(ConfigLevelView view) => new()
    {
        Level = view.Level,
        Name = view.Name,
        Version = view.Version,
        Json = JsonSerializer.Serialize(view.Config, StoredJson.Options),
        ChangedAt = view.ChangedAt!.Value,
        ChangedBy = view.ChangedBy!,
    };
}
