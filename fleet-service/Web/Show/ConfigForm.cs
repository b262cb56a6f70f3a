using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Service.Web;

/// <summary>A rule as it is typed.</summary>
public sealed class RuleForm
{
    public string? Id { get; set; }

    public string? Channel { get; set; }

    public Statistic Statistic { get; set; }

    public ThresholdDirection Direction { get; set; }

    public string? Level { get; set; }

    public string? Hysteresis { get; set; }

    /// <summary>Hold time, in seconds.</summary>
    public string? Hold { get; set; }

    public Severity Severity { get; set; } = Severity.Warning;
}

/// <summary>
/// A configuration as it is typed: text, because a number that somebody mistyped must come back as it was, and because
/// the server's language must not decide what a decimal point is.
/// </summary>
public sealed class ConfigForm
{
    /// <summary>Length of a window, in seconds; empty: the kind's default.</summary>
    public string? Window { get; set; }

    /// <summary>Interval of state reports, in seconds.</summary>
    public string? StateInterval { get; set; }

    /// <summary>How long the dust sensor sleeps, in seconds; empty: never.</summary>
    public string? Asleep { get; set; }

    /// <summary>How long it is awake in between, in seconds.</summary>
    public string? Awake { get; set; }

    /// <summary>When a vibration is captured.</summary>
    public TriggerForm Trigger { get; set; } = new();

    /// <summary>Which natural frequencies are followed.</summary>
    public ModesForm Modes { get; set; } = new();

    /// <summary>Against which line velocities are held.</summary>
    public ScreeningForm Screening { get; set; } = new();

    public List<RuleForm> Rules { get; set; } = [];

    /// <summary>The version that was changed.</summary>
    public uint Version { get; set; }

    /// <summary>The form of a configuration.</summary>
    public static ConfigForm Of(DesiredConfig desired) => new()
    {
        Window = desired.Config.WindowMs == 0 ? "" : Seconds(desired.Config.WindowMs),
        StateInterval = Seconds(desired.Config.StateIntervalMs),
        Asleep = desired.Config.Air?.AsleepS.ToString(CultureInfo.InvariantCulture),
        Awake = desired.Config.Air?.AwakeS.ToString(CultureInfo.InvariantCulture),
        Trigger = TriggerForm.Of(desired.Config.Trigger),
        Modes = ModesForm.Of(desired.Config.Modes),
        Screening = ScreeningForm.Of(desired.Config.Screening),
        Version = desired.Version,
        Rules = [.. desired.Config.Rules.Select(rule => new RuleForm
        {
            Id = rule.Id,
            Channel = rule.Channel,
            Statistic = rule.Statistic,
            Direction = rule.Direction,
            Level = rule.Level.ToString(CultureInfo.InvariantCulture),
            Hysteresis = rule.Hysteresis.ToString(CultureInfo.InvariantCulture),
            Hold = Seconds(rule.HoldMs),
            Severity = rule.Severity,
        })],
    };

    /// <summary>
    /// The configuration; null where a field is refused. All fields are judged at once, and in the units that are typed:
    /// who mends a form wants to see every fault the first time. Fields have the names that REST gives them.
    /// </summary>
    public ConfigDocument? Read(IDictionary<string, string> problems)
    {
        int window = string.IsNullOrWhiteSpace(Window)
            ? 0 : Milliseconds(Window, "windowMs", Limits.MinWindowMs, Limits.MaxWindowMs, problems);
        int interval = Milliseconds(
            StateInterval, "stateIntervalMs", Limits.MinStateIntervalMs, Limits.MaxStateIntervalMs, problems);
        List<ThresholdDocument> rules = [];
        for (int i = 0; i < Rules.Count; i++)
        {
            RuleForm rule = Rules[i];
            string at = $"thresholds[{i}].";
            if (!Names.IsId(rule.Id?.Trim()))
                problems[at + "id"] = "1 to 32 lower-case letters, digits and hyphens.";
            else if (rules.Exists(other => other.Id == rule.Id!.Trim()))
                problems[at + "id"] = "Another rule has this name.";
            rules.Add(new ThresholdDocument(
                rule.Id?.Trim() ?? "", rule.Channel ?? "", rule.Statistic, rule.Direction,
                Number(rule.Level, at + "level", problems),
                string.IsNullOrWhiteSpace(rule.Hysteresis) ? 0 : Number(rule.Hysteresis, at + "hysteresis", problems),
                string.IsNullOrWhiteSpace(rule.Hold) ? 0 : Milliseconds(rule.Hold, at + "holdMs", 0, Limits.MaxHoldMs, problems),
                rule.Severity));
            if (rules[i].Hysteresis < 0)
                problems[at + "hysteresis"] = "0 or more.";
        }
        AirDocument? air = null;
        if (!string.IsNullOrWhiteSpace(Asleep))
        {
            air = new AirDocument(
                WholeSeconds(Asleep, "air.asleepS", 0, Limits.MaxDutyS, problems),
                WholeSeconds(
                    string.IsNullOrWhiteSpace(Awake) ? "60" : Awake, "air.awakeS", Limits.MinAwakeS, Limits.MaxDutyS, problems));
        }
        TriggerDocument? trigger = Trigger.Read(problems);
        ModesDocument? modes = Modes.Read(problems);
        ScreeningDocument? screening = Screening.Read(problems);
        return problems.Count == 0 ? new ConfigDocument(window, interval, rules, air, trigger, screening, modes) : null;
    }

    internal static string Seconds(int milliseconds) => (milliseconds / 1000m).ToString(CultureInfo.InvariantCulture);

    internal static decimal Number(string? text, string field, IDictionary<string, string> problems)
    {
        // A decimal comma is as good as a point; thousands are not parted.
        if (decimal.TryParse((text ?? "").Trim().Replace(',', '.').Replace('−', '-'), NumberStyles.Float,
            CultureInfo.InvariantCulture, out decimal number))
            return number;
        problems[field] = "A number, such as 35.5.";
        return 0;
    }

    private static int WholeSeconds(
        string? text, string field, int least, int most, IDictionary<string, string> problems)
    {
        decimal seconds = Number(text, field, problems);
        if (problems.ContainsKey(field))
            return 0;
        if (seconds >= least && seconds <= most && seconds == decimal.Truncate(seconds))
            return (int)seconds;
        problems[field] = $"{least} to {most} whole seconds.";
        return 0;
    }

    internal static int Milliseconds(
        string? text, string field, int least, int most, IDictionary<string, string> problems)
    {
        decimal seconds = Number(text, field, problems);
        if (problems.ContainsKey(field))
            return 0;
        if (seconds < least / 1000m || seconds > most / 1000m)
            problems[field] = $"{Seconds(least)} to {Seconds(most)} seconds.";
        else if (seconds * 1000 != decimal.Truncate(seconds * 1000))
            problems[field] = "At most three digits after the point.";
        else
            return (int)(seconds * 1000);
        return 0;
    }
}
