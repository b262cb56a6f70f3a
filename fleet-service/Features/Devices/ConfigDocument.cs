using System.Text.Json;
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

/// <summary>A point of a site's own screening line.</summary>
/// <param name="Hz">Frequency, 0 to 1000, to the thousandth.</param>
/// <param name="MmPerS">Peak particle velocity, 0.001 to 1000, to the thousandth.</param>
public sealed record ScreeningPoint(decimal Hz, decimal MmPerS);

/// <summary>
/// Against which line a bridge node holds its peak particle velocities. The standards are for buildings: what passes a line
/// is worth a look, no verdict.
/// </summary>
/// <param name="Profile">Which standard, or the site's own line.</param>
/// <param name="Line">Line (DIN 4150-3: 1 to 3, BS 7385-2: 1 or 2) or category (SBR-A: 1 or 2).</param>
/// <param name="Kind">SBR-A: kind of vibration, factor 1.0, 1.5 or 2.5.</param>
/// <param name="Extent">SBR-A: extent of the measurement, factor 1.0, 1.4 or 1.6.</param>
/// <param name="Sensitive">SBR-A: sensitive structure, factor 1.7.</param>
/// <param name="Severity">How much an event matters.</param>
/// <param name="Points">The site's own line, by ascending frequency, at most 8 points; straight in between.</param>
public sealed record ScreeningDocument(
    ScreeningProfile Profile, int Line = 1, VibrationKind Kind = VibrationKind.Repeated,
    MeasurementExtent Extent = MeasurementExtent.Indicative, bool Sensitive = false,
    Severity Severity = Severity.Warning,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ScreeningPoint>? Points = null)
{
    /// <summary>Fills the contract's form; false where a point has no such form.</summary>
    internal bool TryFill(ScreeningConfig target)
    {
        target.Profile = Profile;
        target.Line = Line;
        target.Kind = Kind;
        target.Extent = Extent;
        target.Sensitive = Sensitive;
        target.Severity = Severity;
        IReadOnlyList<ScreeningPoint> points = Points ?? [];
        if (points.Count > Limits.MaxScreeningPoints)
            return false;
        for (int i = 0; i < points.Count; i++)
        {
            if (points[i] is not { } point || !TryThousandths(point.Hz, out target.MilliHz[i])
                || !TryThousandths(point.MmPerS, out target.MicroMetresPerS[i]))
                return false;
        }
        target.PointCount = points.Count;
        return true;
    }

    private static bool TryThousandths(decimal number, out int thousandths)
    {
        bool fits = number is >= 0 and <= 1000 && number * 1000 == decimal.Truncate(number * 1000);
        thousandths = fits ? (int)(number * 1000) : 0;
        return fits;
    }
}

/// <summary>A node's configuration, as REST and pages show it.</summary>
/// <param name="WindowMs">Length of a window, in milliseconds: 1 s to 1 h; 0: the kind's default.</param>
/// <param name="StateIntervalMs">Interval of state reports, in milliseconds: 10 s to a day.</param>
/// <param name="Thresholds">The rules, at most 16.</param>
/// <param name="Screening">Against which line velocities are held; left out where there is none.</param>
/// <param name="Air">When the dust sensor sleeps; left out where it never does.</param>
/// <param name="Trigger">When a vibration is captured; left out where the node's own values are to hold.</param>
/// <param name="Modes">Which natural frequencies are followed; left out where the node's own values are to hold.</param>
public sealed record ConfigDocument(
    int WindowMs = 0, int StateIntervalMs = 300_000, IReadOnlyList<ThresholdDocument>? Thresholds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AirDocument? Air = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TriggerDocument? Trigger = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ScreeningDocument? Screening = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ModesDocument? Modes = null)
{
    /// <summary>The rules; empty where there are none.</summary>
    [JsonIgnore]
    public IReadOnlyList<ThresholdDocument> Rules => Thresholds ?? [];

    /// <summary>Reads it from a file's text, as REST takes it.</summary>
    /// <exception cref="JsonException">It is none; the message says where.</exception>
    public static ConfigDocument Parse(string json)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        HostingSetup.Configure(options);
        return JsonSerializer.Deserialize<ConfigDocument>(json, options) ?? throw new JsonException("It is null.");
    }

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
        if (Screening != null)
        {
            config.HasScreening = true;
            if (!Screening.TryFill(config.Screening))
                return Refused(NodeFault.ScreeningPoints, "screening.points", Allowed(NodeFault.ScreeningPoints));
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
        if (Modes != null)
        {
            config.HasModes = true;
            Modes.Fill(config.Modes);
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
        NodeFault.ScreeningProfile => "screening.profile",
        NodeFault.ScreeningLine => "screening.line",
        NodeFault.ScreeningFactor => "screening.kind",
        NodeFault.ScreeningPoints => "screening.points",
        NodeFault.AirDutyCycle => "air",
        _ => TriggerDocument.Field(fault) ?? ModesDocument.Field(fault) ?? "version",
    };

    private static string Allowed(NodeFault fault) => fault switch
    {
        NodeFault.WindowMs => $"{Limits.MinWindowMs} to {Limits.MaxWindowMs}, or 0 for the kind's default.",
        NodeFault.StateIntervalMs => $"{Limits.MinStateIntervalMs} to {Limits.MaxStateIntervalMs}.",
        NodeFault.ThresholdId => "1 to 32 lower-case letters, digits and hyphens; each id once.",
        NodeFault.ThresholdChannel => "A channel name such as pm25 or az.",
        NodeFault.ThresholdLevel => "0 or more.",
        NodeFault.ThresholdHold => $"0 to {Limits.MaxHoldMs}.",
        NodeFault.ScreeningLine => "1 to 3 for DIN 4150-3, 1 or 2 for SBR-A and BS 7385-2.",
        NodeFault.ScreeningPoints =>
            $"For the site's own line 1 to {Limits.MaxScreeningPoints} points, by ascending frequency: 0 to 1000 Hz and "
            + "0.001 to 1000 mm/s, to the thousandth; for a standard none.",
        NodeFault.AirDutyCycle =>
            $"0 to {Limits.MaxDutyS} seconds asleep, {Limits.MinAwakeS} to {Limits.MaxDutyS} seconds awake.",
        _ when TriggerDocument.Field(fault) is not null => TriggerDocument.Allowed(fault),
        _ when ModesDocument.Field(fault) is not null => ModesDocument.Allowed(fault),
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
