using System.Text.Json;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Devices;

// The documents that follow from the levels.
public sealed partial class DeviceDirectory
{
    /// <summary>A document as it is kept; the same text for the same meaning.</summary>
    internal static string Json(ConfigDocument config) => JsonSerializer.Serialize(
        config.Rules.Count == 0 ? config with { Thresholds = null } : config, StoredJson.Options);

    /// <summary>A device's document as it is kept; null: it never had one.</summary>
    internal string? JsonOf(string id) => _desired.TryGetValue(id, out Desired? desired) ? desired.Json : null;

    /// <summary>
    /// Saves what <paramref name="db"/> holds together with the next versions of these devices' documents; answers whose.
    /// </summary>
    internal async Task<IReadOnlyList<string>> SetEffectiveAsync(
        FleetDb db, List<(Device Device, ConfigDocument Config)> configs, Actor actor, CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        DateTimeOffset now = _time.GetUtcNow();
        List<(string Id, Desired Desired)> made = [];
        foreach ((Device device, ConfigDocument config) in configs)
        {
            _desired.TryGetValue(device.Id, out Desired? old);
            DesiredConfig document = new((old?.Document.Version ?? 0) + 1, config, now, actor.Name);
            Desired desired = new(document, config.ToContract(document.Version).Value!, Json(config));
            db.Entry(RowOf(device.Id, desired)).State = old == null ? EntityState.Added : EntityState.Modified;
            made.Add((device.Id, desired));
        }
        await db.SaveChangesAsync(cancel);
        foreach ((string id, Desired desired) in made)
            _desired[id] = desired;
        return [.. made.Select(m => m.Id)];
    }

    /// <summary>Tells pages and those devices that are connected.</summary>
    internal async Task SendConfigsAsync(IReadOnlyList<string> ids, CancellationToken cancel)
    {
        foreach (string id in ids)
        {
            _live.Publish(LiveKind.Config, id);
            await SendDesiredAsync(id, cancel);
        }
    }

    private static ConfigRow RowOf(string id, Desired desired) => new()
    {
        DeviceId = id,
        Version = desired.Document.Version,
        Json = desired.Json,
        ChangedAt = desired.Document.ChangedAt!.Value,
        ChangedBy = desired.Document.ChangedBy!,
    };
}
