using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

// What follows from the levels for each device.
public sealed partial class ConfigLevels
{
    /// <summary>The shared levels, the weakest first, each with who is meant.</summary>
    private List<(ConfigLevelView View, Func<Device, bool> Fits)> Bind(
        IReadOnlyDictionary<(ConfigLevel Level, string Name), ConfigLevelView> levels) =>
        [.. InOrder(levels).Select(l => (l, l.Level == ConfigLevel.Fleet ? (_ => true)
            : _finder.Bind(DeviceFilter.Parse($"group:\"{l.Name}\"").Value!)))];

    private IEnumerable<ConfigLevelView> InOrder(
        IReadOnlyDictionary<(ConfigLevel Level, string Name), ConfigLevelView> levels) =>
        levels.Values.Where(l => l.Level != ConfigLevel.Device && !l.Config.IsEmpty)
            .OrderBy(l => l.Level).ThenBy(l => _groups.PriorityOf(l.Name)).ThenBy(l => l.Name, StringComparer.Ordinal);

    /// <summary>
    /// Levels that say something to a device, the weakest first. What people say to one device they say to it whatever it
    /// is; what they say to many, as far as its kind can take it.
    /// </summary>
    private static List<(ConfigLevelView View, ConfigLayer Layer)> LayersOf(
        Device device, IReadOnlyList<(ConfigLevelView View, Func<Device, bool> Fits)> shared,
        IReadOnlyDictionary<(ConfigLevel Level, string Name), ConfigLevelView> levels)
    {
        List<(ConfigLevelView View, ConfigLayer Layer)> layers =
            [.. shared.Where(s => s.Fits(device)).Select(s => (s.View, s.View.Config.For(device.Kind)))];
        if (levels.TryGetValue((ConfigLevel.Device, device.Id), out ConfigLevelView? own))
            layers.Add((own, own.Config));
        layers.RemoveAll(l => l.Layer.IsEmpty);
        return layers;
    }

    private static string LabelOf(ConfigLevelView view) =>
        view.Level == ConfigLevel.Group ? $"group {view.Name}" : view.Level.ToString().ToLowerInvariant();

    /// <summary>
    /// The documents of devices that some level says something to, or once did. A fault where the levels together are
    /// more than a node takes, such as 17 rules.
    /// </summary>
    private Result<List<(Device Device, ConfigDocument Config)>> Effective(
        IEnumerable<Device> devices, IReadOnlyDictionary<(ConfigLevel Level, string Name), ConfigLevelView> levels,
        bool skipFaults)
    {
        List<(ConfigLevelView View, Func<Device, bool> Fits)> shared = Bind(levels);
        // A fleet has a handful of different configurations: each is made and checked once.
        Dictionary<string, (ConfigDocument Config, Fault? Fault)> made = [];
        List<(Device, ConfigDocument)> effective = [];
        foreach (Device device in devices)
        {
            if (device.Status == DeviceStatus.Decommissioned)
                continue;
            List<(ConfigLevelView View, ConfigLayer Layer)> layers = LayersOf(device, shared, levels);
            if (layers.Count == 0 && _directory.ConfigOf(device.Id)!.Version == 0)
                continue;
            string key = device.Kind + "\n" + string.Join('\n', layers.Select(l => $"{l.View.Level}/{l.View.Name}"));
            if (!made.TryGetValue(key, out (ConfigDocument Config, Fault? Fault) config))
            {
                ConfigDocument document = layers.Aggregate(
                    new ConfigDocument(), (above, layer) => layer.Layer.Apply(above));
                made[key] = config = (document, document.ToContract(1).Fault);
            }
            if (config.Fault != null && skipFaults)
                continue;
            if (config.Fault is { } fault)
                return fault with { Detail = $"{device.Id} would get what no node takes: {fault.Detail}" };
            effective.Add((device, config.Config));
        }
        return effective;
    }

    private List<(Device Device, ConfigDocument Config)> Different(List<(Device Device, ConfigDocument Config)> effective)
    {
        Dictionary<ConfigDocument, string> texts = new(ReferenceEqualityComparer.Instance);
        return [.. effective.Where(e =>
        {
            if (!texts.TryGetValue(e.Config, out string? text))
                texts[e.Config] = text = DeviceDirectory.Json(e.Config);
            return _directory.JsonOf(e.Device.Id) != text;
        })];
    }
}
