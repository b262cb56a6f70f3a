using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Whose configuration something is; a later one wins over an earlier one.</summary>
public enum ConfigLevel
{
    /// <summary>What nodes do where nobody says anything.</summary>
    BuiltIn,

    /// <summary>Of all devices.</summary>
    Fleet,

    /// <summary>Of a group; of two, that of the higher priority wins, then that of the later name.</summary>
    Group,

    /// <summary>Of one device.</summary>
    Device,
}

/// <summary>
/// What one level says of the configuration; what it leaves out is the level's above. A member is taken as a whole; rules
/// one by one, by their ids.
/// </summary>
/// <param name="WindowMs">Length of a window, in milliseconds; 0: the kind's default.</param>
/// <param name="StateIntervalMs">Interval of state reports, in milliseconds.</param>
/// <param name="Thresholds">Rules; one of the same id above is replaced.</param>
/// <param name="OwnRulesOnly">Whether the rules of the levels above do not count here.</param>
/// <param name="Air">Air Boxes alone take it.</param>
/// <param name="Trigger">Bridges alone take it.</param>
/// <param name="Screening">Bridges alone take it.</param>
/// <param name="Modes">Bridges alone take it.</param>
public sealed record ConfigLayer(
    int? WindowMs = null, int? StateIntervalMs = null, IReadOnlyList<ThresholdDocument>? Thresholds = null,
    bool OwnRulesOnly = false, AirDocument? Air = null, TriggerDocument? Trigger = null,
    ScreeningDocument? Screening = null, ModesDocument? Modes = null)
{
    /// <summary>Ids of rules that nodes themselves use for the drift of natural frequencies.</summary>
    private static readonly string[] Reserved = ["drift-f1", "drift-f2", "drift-f3", "drift-f4"];

    private static readonly string[] BridgeChannels =
    [
        Channels.AccelX, Channels.AccelY, Channels.AccelZ, Channels.VelocityX, Channels.VelocityY, Channels.VelocityZ,
        Channels.FrequencyX, Channels.FrequencyY, Channels.FrequencyZ, Channels.SampleRate, Channels.Mode1, Channels.Mode2,
        Channels.Mode3, Channels.Mode4, Channels.Temperature,
    ];

    private static readonly string[] AirBoxChannels =
    [
        Channels.Pm1, Channels.Pm25, Channels.Pm10, Channels.Pm25Factory, Channels.Particles03, Channels.Particles05,
        Channels.Particles1, Channels.Particles25, Channels.Particles5, Channels.Particles10, Channels.Temperature,
        Channels.Humidity, Channels.Pressure,
    ];

    /// <summary>The rules; empty where there are none.</summary>
    [JsonIgnore]
    public IReadOnlyList<ThresholdDocument> Rules => Thresholds ?? [];

    /// <summary>Whether it says nothing.</summary>
    [JsonIgnore]
    public bool IsEmpty => this with { Thresholds = null } == new ConfigLayer() && Rules.Count == 0;

    /// <summary>A whole configuration as a device's own: nothing above counts.</summary>
    public static ConfigLayer Of(ConfigDocument config) => new(
        config.WindowMs, config.StateIntervalMs, config.Rules, true, config.Air, config.Trigger, config.Screening, config.Modes);

    /// <summary>Whether a kind of node has the channel; a node refuses a configuration with a rule for one that it has not.</summary>
    internal static bool Has(NodeKind kind, string channel) =>
        (kind == NodeKind.Bridge ? BridgeChannels : AirBoxChannels).Contains(channel);

    /// <summary>Why people may not say this; null: they may.</summary>
    /// <param name="thresholds">The rules of a document.</param>
    internal static Fault? CheckRules(IReadOnlyList<ThresholdDocument> thresholds)
    {
        for (int i = 0; i < thresholds.Count; i++)
        {
            if (thresholds[i] is { } rule && Reserved.Contains(rule.Id))
            {
                return new Fault(StatusCodes.Status400BadRequest, "config-threshold-id",
                    $"thresholds[{i}].id: {rule.Id} is a name that nodes give to the drift of a natural frequency.",
                    new Dictionary<string, string[]> { [$"thresholds[{i}].id"] = ["A reserved name."] });
            }
        }
        return null;
    }

    /// <summary>Why this cannot be meant on this level; null: it can.</summary>
    internal Fault? Check(ConfigLevel level)
    {
        if (CheckRules(Rules) is { } reserved)
            return reserved;
        // As the whole of a device's configuration it must hold: what is left out cannot make it wrong.
        if (Apply(new ConfigDocument()).ToContract(1).Fault is { } fault)
            return fault;
        for (int i = 0; i < Rules.Count && level != ConfigLevel.Device; i++)
        {
            string channel = Rules[i].Channel;
            if (!Has(NodeKind.AirBox, channel) && !Has(NodeKind.Bridge, channel))
            {
                return new Fault(StatusCodes.Status400BadRequest, "config-threshold-channel",
                    $"thresholds[{i}].channel: no kind of node is known to have '{channel}', and one that has not would refuse "
                    + "the whole configuration; say it at a device.",
                    new Dictionary<string, string[]> { [$"thresholds[{i}].channel"] = ["A channel that a kind of node has."] });
            }
        }
        return null;
    }

    /// <summary>What a node of this kind can take of it.</summary>
    internal ConfigLayer For(NodeKind kind) => this with
    {
        Thresholds = Thresholds == null ? null : [.. Rules.Where(rule => Has(kind, rule.Channel))],
        Air = kind == NodeKind.AirBox ? Air : null,
        Trigger = kind == NodeKind.Bridge ? Trigger : null,
        Screening = kind == NodeKind.Bridge ? Screening : null,
        Modes = kind == NodeKind.Bridge ? Modes : null,
    };

    /// <summary>The configuration that results where this level comes over what the levels above say.</summary>
    internal ConfigDocument Apply(ConfigDocument above) => new(
        WindowMs ?? above.WindowMs, StateIntervalMs ?? above.StateIntervalMs, Merge(above.Rules), Air ?? above.Air,
        Trigger ?? above.Trigger, Screening ?? above.Screening, Modes ?? above.Modes);

    private IReadOnlyList<ThresholdDocument> Merge(IReadOnlyList<ThresholdDocument> above) =>
        OwnRulesOnly ? Rules : [.. above.Where(rule => !Rules.Any(own => own?.Id == rule?.Id)), .. Rules];
}

/// <summary>A level and what it says.</summary>
/// <param name="Name">The group or device; empty for the fleet.</param>
/// <param name="Version">Grows with every change of this level; 0: it says nothing yet.</param>
/// <param name="Config">What it says.</param>
public sealed record ConfigLevelView(
    ConfigLevel Level, string Name, uint Version, ConfigLayer Config, DateTimeOffset? ChangedAt, string? ChangedBy);

/// <summary>One value of a device's configuration and where it comes from.</summary>
/// <param name="Field">Such as <c>windowMs</c> or <c>thresholds[pm25-high]</c>.</param>
/// <param name="Value">The value; null: the node's own.</param>
/// <param name="Level">Whose it is.</param>
/// <param name="Name">Which group's; empty for the other levels.</param>
/// <param name="Over">Levels that say something else and lose, the strongest first.</param>
public sealed record ConfigValue(string Field, object? Value, ConfigLevel Level, string Name, IReadOnlyList<string> Over);

/// <summary>What a change of a level does to one device.</summary>
/// <param name="Before">The value; absent: none.</param>
/// <param name="After">The value; absent: none.</param>
public sealed record ConfigDifference(string Field, object? Before, object? After);

/// <summary>A device whose configuration a change of a level changes.</summary>
public sealed record DeviceDifference(string Device, uint Version, IReadOnlyList<ConfigDifference> Differences);

/// <summary>What a change of a level does, or would do.</summary>
/// <param name="Devices">Devices whose configuration changes.</param>
/// <param name="Sample">The first of them, with what changes.</param>
/// <param name="Done">Whether it was done.</param>
/// <param name="Level">The level as it is then.</param>
public sealed record ConfigChange(int Devices, IReadOnlyList<DeviceDifference> Sample, bool Done, ConfigLevelView Level);
