using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Hosting;
using NodeFault = EdgeFleet.Contracts.Messages.ConfigFault;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>A rule that the node judges by itself, window by window.</summary>
/// <param name="Id">Name of the rule, unique in the configuration: 1 to 32 lower-case letters, digits, hyphens.</param>
/// <param name="Channel">The channel it looks at, such as <c>pm25</c>.</param>
/// <param name="Statistic">Which number of the window.</param>
/// <param name="Direction">Which side of the level is the alarm.</param>
/// <param name="Level">The level, in the channel's unit.</param>
/// <param name="Hysteresis">How far back past the level a value must come to clear, in the channel's unit.</param>
/// <param name="HoldMs">How long the value must stay past the level, in milliseconds; at most a day.</param>
/// <param name="Severity">How much it matters.</param>
public sealed record ThresholdDocument(
    string Id, string Channel, Statistic Statistic, ThresholdDirection Direction, decimal Level,
    decimal Hysteresis = 0, int HoldMs = 0, Severity Severity = Severity.Warning);

/// <summary>When the dust sensor of an Air Box sleeps; it warms up after each sleep, which counts to neither.</summary>
/// <param name="AsleepS">Seconds asleep, up to a day; 0: always awake.</param>
/// <param name="AwakeS">Seconds awake, 10 s to a day.</param>
public sealed record AirDocument(int AsleepS, int AwakeS = 60);

/// <summary>A node's configuration, as REST and pages show it.</summary>
/// <param name="WindowMs">Length of a window, in milliseconds: 1 s to 1 h; 0: the kind's default.</param>
/// <param name="StateIntervalMs">Interval of state reports, in milliseconds: 10 s to a day.</param>
/// <param name="Thresholds">The rules, at most 16.</param>
/// <param name="Air">When the dust sensor sleeps; left out where it never does.</param>
/// <param name="Trigger">When a vibration is captured; left out where the node's own values are to hold.</param>
public sealed record ConfigDocument(
    int WindowMs = 0, int StateIntervalMs = 300_000, IReadOnlyList<ThresholdDocument>? Thresholds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AirDocument? Air = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TriggerDocument? Trigger = null)
{
    /// <summary>The rules; empty where there are none.</summary>
    [JsonIgnore]
    public IReadOnlyList<ThresholdDocument> Rules => Thresholds ?? [];

    /// <summary>The contract's form of it, or which field is refused; the names are those that a node would give.</summary>
    /// <param name="version">The version it gets.</param>
    public Result<NodeConfig> ToContract(uint version)
    {
        NodeConfig config = new() { Version = version, WindowMs = WindowMs, StateIntervalMs = StateIntervalMs };
        if (Rules.Count > Limits.MaxThresholds)
            return Refused(NodeFault.TooManyThresholds, "thresholds", $"At most {Limits.MaxThresholds} rules.");
        for (int i = 0; i < Rules.Count; i++)
        {
            ThresholdDocument rule = Rules[i];
            if (rule is null)
                return Refused(NodeFault.ThresholdId, $"thresholds[{i}]", "A rule, not null.");
            ThresholdRule target = config.Thresholds[i];
            if (!TryDecimal(rule.Level, out target.Level) || !TryDecimal(rule.Hysteresis, out target.Hysteresis))
            {
                return Refused(NodeFault.ThresholdLevel, $"thresholds[{i}].level",
                    "At most 15 digits, from 1e-18 to 1e18.");
            }
            target.Id = rule.Id;
            target.Channel = rule.Channel;
            target.Statistic = rule.Statistic;
            target.Direction = rule.Direction;
            target.HoldMs = rule.HoldMs;
            target.Severity = rule.Severity;
            // Rule by rule, so that the answer can say which one it is.
            config.ThresholdCount = i + 1;
            if (config.Validate() is var fault and not NodeFault.None)
                return Refused(fault, Field(fault, i), Allowed(fault));
        }
        if (Air != null)
        {
            config.HasAir = true;
            config.Air.AsleepS = Air.AsleepS;
            config.Air.AwakeS = Air.AwakeS;
        }
        if (Trigger != null)
        {
            config.HasTrigger = true;
            Trigger.Fill(config.Trigger);
        }
        return config.Validate() is var last and not NodeFault.None
            ? Refused(last, Field(last, 0), Allowed(last))
            : config;
    }

    private static bool TryDecimal(decimal number, out DecimalValue value)
    {
        Span<int> bits = stackalloc int[4];
        // Trailing zeros say nothing; dividing by a one with 28 zeros drops them.
        decimal.GetBits(number / 1.0000000000000000000000000000m, bits);
        int scale = (bits[3] >> 16) & 0xFF;
        ulong low = ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        // 15 digits survive every later sum in 64 bits, and the way through a double unchanged.
        if (bits[2] != 0 || low > 999_999_999_999_999 || scale > 18)
        {
            value = default;
            return false;
        }
        value = new DecimalValue(bits[3] < 0 ? -(long)low : (long)low, -scale);
        return true;
    }

    private static Fault Refused(NodeFault fault, string field, string allowed) => new(
        StatusCodes.Status400BadRequest, "config-" + Kebab(fault.ToString()), $"{field}: {allowed}",
        new Dictionary<string, string[]> { [field] = [allowed] });

    private static string Field(NodeFault fault, int rule) => fault switch
    {
        NodeFault.WindowMs => "windowMs",
        NodeFault.StateIntervalMs => "stateIntervalMs",
        NodeFault.TooManyThresholds => "thresholds",
        NodeFault.ThresholdId => $"thresholds[{rule}].id",
        NodeFault.ThresholdChannel => $"thresholds[{rule}].channel",
        NodeFault.ThresholdStatistic => $"thresholds[{rule}].statistic",
        NodeFault.ThresholdDirection => $"thresholds[{rule}].direction",
        NodeFault.ThresholdLevel => $"thresholds[{rule}].hysteresis",
        NodeFault.ThresholdHold => $"thresholds[{rule}].holdMs",
        NodeFault.ThresholdSeverity => $"thresholds[{rule}].severity",
        NodeFault.AirDutyCycle => "air",
        _ => TriggerDocument.Field(fault) ?? "version",
    };

    private static string Allowed(NodeFault fault) => fault switch
    {
        NodeFault.WindowMs => $"{Limits.MinWindowMs} to {Limits.MaxWindowMs}, or 0 for the kind's default.",
        NodeFault.StateIntervalMs => $"{Limits.MinStateIntervalMs} to {Limits.MaxStateIntervalMs}.",
        NodeFault.ThresholdId => "1 to 32 lower-case letters, digits and hyphens; each id once.",
        NodeFault.ThresholdChannel => "A channel name such as pm25 or az.",
        NodeFault.ThresholdLevel => "0 or more.",
        NodeFault.ThresholdHold => $"0 to {Limits.MaxHoldMs}.",
        NodeFault.AirDutyCycle =>
            $"0 to {Limits.MaxDutyS} seconds asleep, {Limits.MinAwakeS} to {Limits.MaxDutyS} seconds awake.",
        _ when TriggerDocument.Field(fault) is not null => TriggerDocument.Allowed(fault),
        _ => "Not a value that a node knows.",
    };

    private static string Kebab(string name) => string.Concat(
        name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}

/// <summary>The configuration that a device is to have.</summary>
/// <param name="Version">Grows with every change; 0: none was ever set, the node runs its built-in one.</param>
/// <param name="Config">The configuration.</param>
/// <param name="ChangedAt">When it was set.</param>
/// <param name="ChangedBy">By whom.</param>
public sealed record DesiredConfig(uint Version, ConfigDocument Config, DateTimeOffset? ChangedAt, string? ChangedBy);
