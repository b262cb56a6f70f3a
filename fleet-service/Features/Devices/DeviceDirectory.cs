using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>
/// Every device, what people call it, where it is, and the configuration that it is to have. Held in memory (about 1 KB
/// a device), written to the database first.
/// </summary>
public sealed partial class DeviceDirectory
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly Presence _presence;
    private readonly LiveFeed _live;
    private readonly Lazy<IDeviceLink> _link;
    private readonly Lazy<IDesiredPart[]> _parts;
    private readonly Lazy<DeviceFinder> _finder;
    private readonly Lazy<ConfigLevels> _levels;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, Device> _devices;
    private readonly ConcurrentDictionary<string, Desired> _desired;

    /// <summary>Reads the devices.</summary>
    public DeviceDirectory(
        IDbContextFactory<FleetDb> contexts, AuditLog audit, Presence presence, LiveFeed live, Lazy<IDeviceLink> link,
        Lazy<DeviceFinder> finder, Lazy<ConfigLevels> levels, Lazy<IDesiredPart[]> parts, TimeProvider time)
    {
        (_contexts, _audit, _presence, _live, _link, _time) = (contexts, audit, presence, live, link, time);
        (_finder, _levels, _parts) = (finder, levels, parts);
        using FleetDb db = contexts.CreateDbContext();
        _devices = new(db.Set<DeviceRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.Id, r => r.Public()));
        _desired = new(db.Set<ConfigRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.DeviceId, Read));
    }

    /// <summary>All devices, decommissioned ones too, in no order.</summary>
    public IEnumerable<Device> All => _devices.Values;

    /// <summary>One device; null where there is none.</summary>
    public Device? Find(string id) => _devices.GetValueOrDefault(id);

    /// <summary>One device with its presence; null where there is none.</summary>
    public DeviceView? View(string id) => Find(id) is { } device ? View(device) : null;

    /// <summary>Sites that devices belong to, by name.</summary>
    public IReadOnlyList<string> Sites() =>
        [.. _devices.Values.Select(d => d.Site).Where(s => s.Length != 0).Distinct().Order()];

    /// <summary>How many devices are in which state.</summary>
    public DeviceCounts Counts()
    {
        int active = 0, online = 0, quarantined = 0, decommissioned = 0;
        foreach (Device device in _devices.Values)
        {
            active += device.Status == DeviceStatus.Active ? 1 : 0;
            quarantined += device.Status == DeviceStatus.Quarantined ? 1 : 0;
            decommissioned += device.Status == DeviceStatus.Decommissioned ? 1 : 0;
            online += _presence.IsOnline(device.Id) ? 1 : 0;
        }
        return new DeviceCounts(active, online, quarantined, decommissioned);
    }

    /// <summary>A page of the devices that fit, by site, name and id.</summary>
    public DevicePage Search(DeviceQuery query)
    {
        IEnumerable<Device> devices = query.Filter is { } filter ? _finder.Value.Find(filter) : _devices.Values;
        List<Device> found = [.. devices.Where(d => Fits(d, query))];
        found.Sort((a, b) => (a.Site, a.Name, a.Id).CompareTo((b.Site, b.Name, b.Id)));
        return new DevicePage(found.Count, [.. found.Skip(query.Skip).Take(query.Top).Select(View)]);
    }

    /// <summary>Names, assigns or places a device.</summary>
    public async Task<Result<DeviceView>> UpdateAsync(
        string id, DevicePatch patch, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors()
            .Text(patch.Name, "name", ServiceLimits.MaxName)
            .Text(patch.Site, "site", ServiceLimits.MaxName)
            .Require(patch.Latitude is null or (>= -90 and <= 90), "latitude", "-90 to 90 degrees.")
            .Require(patch.Longitude is null or (>= -180 and <= 180), "longitude", "-180 to 180 degrees.")
            .Require(patch.Latitude is null == patch.Longitude is null, "longitude", "Only together with latitude.")
            .Fault;
        Result<IReadOnlyList<string>> tags = Tags.Read(patch.Tags ?? [], "tags");
        if ((fault ?? tags.Fault) is { } wrong)
            return wrong;
        return await ChangeAsync(id, "device.update", actor, d => d with
        {
            // The same list where nothing changes, so that nothing is written.
            Tags = patch.Tags == null || tags.Value!.SequenceEqual(d.Tags) ? d.Tags : tags.Value!,
            Name = string.IsNullOrWhiteSpace(patch.Name) ? d.Name : patch.Name.Trim(),
            Site = patch.Site?.Trim() ?? d.Site,
            Latitude = patch.Latitude ?? d.Latitude,
            Longitude = patch.Longitude ?? d.Longitude,
        }, cancel);
    }

    /// <summary>Keeps a device out until it is let in again, and ends its connection.</summary>
    public Task<Result<DeviceView>> QuarantineAsync(string id, Actor actor, CancellationToken cancel = default) =>
        StatusAsync(id, DeviceStatus.Quarantined, "device.quarantine", actor, cancel);

    /// <summary>Lets a quarantined device in again.</summary>
    public Task<Result<DeviceView>> ReinstateAsync(string id, Actor actor, CancellationToken cancel = default) =>
        StatusAsync(id, DeviceStatus.Active, "device.reinstate", actor, cancel);

    /// <summary>Takes a device down for good; its data stays. The board can be released for a new claim.</summary>
    public Task<Result<DeviceView>> DecommissionAsync(string id, Actor actor, CancellationToken cancel = default) =>
        StatusAsync(id, DeviceStatus.Decommissioned, "device.decommission", actor, cancel);

    /// <summary>The configuration that a device is to have; null where there is no such device.</summary>
    public DesiredConfig? ConfigOf(string id) => _desired.TryGetValue(id, out Desired? desired) ? desired.Document
        : _devices.ContainsKey(id) ? new DesiredConfig(0, new ConfigDocument(), null, null) : null;

    /// <summary>Sets the whole configuration that a device is to have, whatever other levels say, and sends it where the device is connected.</summary>
    /// <param name="id">The device.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="expectedVersion">The version that the caller saw; null: whatever it is.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<DesiredConfig>> SetConfigAsync(
        string id, ConfigDocument config, uint? expectedVersion, Actor actor, CancellationToken cancel = default)
    {
        Result<DesiredConfig> set = await _levels.Value.SetWholeAsync(id, config, expectedVersion, actor, cancel);
        if (set.Ok)
            await SendConfigsAsync([id], cancel);
        return set;
    }

    /// <summary>Sends the desired state; false where the device is not connected and subscribed.</summary>
    public async ValueTask<bool> SendDesiredAsync(string id, CancellationToken cancel = default)
    {
        DesiredState state = new() { TimeMs = _time.GetUtcNow().ToUnixTimeMilliseconds() };
        if (_desired.TryGetValue(id, out Desired? desired))
        {
            state.HasConfig = true;
            state.Config.CopyFrom(desired.Contract);
        }
        foreach (IDesiredPart part in _parts.Value)
            part.Put(id, state);
        byte[] buffer = new byte[Limits.MaxPayload];
        Contracts.Cbor.CborWriter writer = new(buffer);
        state.Write(writer);
        if (writer.Error != ContractError.None)
            throw new InvalidOperationException($"A desired state does not fit a message: {writer.Error}.");
        return await _link.Value.SendAsync(TopicKind.Desired, id, buffer.AsMemory(0, writer.Length), cancel);
    }

    /// <summary>Adds a granted device to what <paramref name="db"/> is about to save.</summary>
    internal void Add(FleetDb db, Device device) => db.Add(RowOf(device));

    /// <summary>A device that was taken down gets another life with the board's next claim.</summary>
    internal void Revive(FleetDb db, Device device)
    {
        EntityEntry<DeviceRow> entry = db.Attach(RowOf(device));
        entry.Property(r => r.Status).IsModified = true;
        entry.Property(r => r.Board).IsModified = true;
    }

    /// <summary>What was added is saved.</summary>
    internal void Added(Device device)
    {
        _devices[device.Id] = device;
        _live.Publish(LiveKind.Device, device.Id);
    }

    private async Task<Result<DeviceView>> StatusAsync(
        string id, DeviceStatus status, string action, Actor actor, CancellationToken cancel)
    {
        if (Find(id)?.Status == DeviceStatus.Decommissioned && status != DeviceStatus.Decommissioned)
            return Fault.Conflict("device-decommissioned", "A decommissioned device comes back by a new claim only.");
        Result<DeviceView> result = await ChangeAsync(id, action, actor, d => d with { Status = status }, cancel);
        if (result.Ok && status != DeviceStatus.Active)
            _link.Value.Disconnect(id, LinkEnd.Revoked);
        return result;
    }

    private async Task<Result<DeviceView>> ChangeAsync(
        string id, string action, Actor actor, Func<Device, Device> change, CancellationToken cancel)
    {
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            if (Find(id) is not { } before)
                return Fault.NotFound("device", id);
            Device after = change(before);
            if (after == before)
                return View(before);
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            db.Update(RowOf(after)).Property(r => r.LastSeenAt).IsModified = false;
            _audit.Add(db, actor, action, id, before, after);
            await db.SaveChangesAsync(cancel);
            _devices[id] = after;
        }
        await _levels.Value.RefreshAsync([id], actor, cancel);
        _live.Publish(LiveKind.Device, id);
        return View(id)!;
    }

    internal async Task<Result<DesiredConfig>> SaveConfigAsync(
        string id, ConfigDocument config, uint? expectedVersion, Actor actor, Action<FleetDb> also, CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_devices.ContainsKey(id))
            return Fault.NotFound("device", id);
        _desired.TryGetValue(id, out Desired? old);
        uint version = old?.Document.Version ?? 0;
        if (expectedVersion is { } expected && expected != version)
        {
            return Fault.Conflict("config-changed",
                $"The configuration is at version {version} by now; read it again before changing it.");
        }
        Result<NodeConfig> contract = config.ToContract(version + 1);
        if (contract.Fault is { } fault)
            return fault;
        Desired desired = new(
            new DesiredConfig(version + 1, config, _time.GetUtcNow(), actor.Name), contract.Value!, Json(config));
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Entry(RowOf(id, desired)).State = old == null ? EntityState.Added : EntityState.Modified;
        also(db);
        _audit.Add(db, actor, "device.configure", id, old?.Document.Config, config);
        await db.SaveChangesAsync(cancel);
        return (_desired[id] = desired).Document;
    }

    private DeviceView View(Device device) => new(
        device, _presence.IsOnline(device.Id), _presence.Since(device.Id), _presence.LastSeenAt(device.Id),
        _desired.TryGetValue(device.Id, out Desired? desired) ? desired.Document.Version : 0);

    private bool Fits(Device device, DeviceQuery query) =>
        // A filter says itself whether decommissioned devices are meant.
        (query.Status == null ? query.Filter != null || device.Status != DeviceStatus.Decommissioned : device.Status == query.Status)
        && (query.Kind == null || device.Kind == query.Kind)
        && (query.Site == null || device.Site == query.Site)
        && (query.Online == null || _presence.IsOnline(device.Id) == query.Online)
        && (string.IsNullOrWhiteSpace(query.Search) || Has(device, query.Search.Trim()));

    internal static bool Has(Device device, string text) =>
        device.Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || device.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        || device.Site.Contains(text, StringComparison.OrdinalIgnoreCase)
        || device.HardwareId.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static DeviceRow RowOf(Device device) => new()
    {
        Id = device.Id,
        Kind = device.Kind,
        HardwareId = device.HardwareId,
        Site = device.Site,
        Name = device.Name,
        Latitude = device.Latitude,
        Longitude = device.Longitude,
        Status = device.Status,
        Board = device.Board,
        CreatedAt = device.CreatedAt,
        Tags = string.Join(' ', device.Tags),
    };

    private static Desired Read(ConfigRow row)
    {
        ConfigDocument config = JsonSerializer.Deserialize<ConfigDocument>(row.Json, StoredJson.Options)!;
        return new Desired(new DesiredConfig(row.Version, config, row.ChangedAt, row.ChangedBy),
            config.ToContract(row.Version).Value!, Json(config));
    }

    private sealed record Desired(DesiredConfig Document, NodeConfig Contract, string Json);
}
