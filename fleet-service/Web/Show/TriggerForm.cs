using System.Globalization;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Service.Web;

/// <summary>A vibration trigger as it is typed: times in seconds, levels as ratios.</summary>
public sealed class TriggerForm
{
    /// <summary>Whether these values are to hold rather than the node's own.</summary>
    public bool Given { get; set; }

    public string? Sta { get; set; }

    public string? Lta { get; set; }

    public string? On { get; set; }

    public string? Off { get; set; }

    public string? MinDuration { get; set; }

    public string? Cooldown { get; set; }

    public int Needed { get; set; }

    public string? Axes { get; set; }

    public string? Pre { get; set; }

    public string? Post { get; set; }

    public string? Low { get; set; }

    public string? High { get; set; }

    /// <summary>The form of a trigger; null: the node's own values, which the form then shows.</summary>
    public static TriggerForm Of(TriggerDocument? trigger)
    {
        TriggerDocument shown = trigger ?? new TriggerDocument();
        return new TriggerForm
        {
            Given = trigger is not null,
            Sta = ConfigForm.Seconds(shown.StaMs),
            Lta = ConfigForm.Seconds(shown.LtaMs),
            On = Text(shown.On),
            Off = Text(shown.Off),
            MinDuration = ConfigForm.Seconds(shown.MinDurationMs),
            Cooldown = ConfigForm.Seconds(shown.CooldownMs),
            Needed = shown.Needed,
            Axes = shown.Axes,
            Pre = ConfigForm.Seconds(shown.PreMs),
            Post = ConfigForm.Seconds(shown.PostMs),
            Low = Text(shown.LowHz),
            High = Text(shown.HighHz),
        };
    }

    /// <summary>The trigger; null where the node's own values are to hold. What is wrong goes to the problems.</summary>
    public TriggerDocument? Read(IDictionary<string, string> problems)
    {
        if (!Given)
            return null;
        int before = problems.Count;
        TriggerDocument trigger = new(
            ConfigForm.Milliseconds(Sta, "trigger.staMs", 20, 60_000, problems),
            ConfigForm.Milliseconds(Lta, "trigger.ltaMs", 21, 600_000, problems),
            ConfigForm.Number(On, "trigger.on", problems),
            ConfigForm.Number(Off, "trigger.off", problems),
            ConfigForm.Milliseconds(MinDuration, "trigger.minDurationMs", 0, 60_000, problems),
            ConfigForm.Milliseconds(Cooldown, "trigger.cooldownMs", 0, 3_600_000, problems),
            Needed,
            (Axes ?? "").Trim(),
            ConfigForm.Milliseconds(Pre, "trigger.preMs", 0, 60_000, problems),
            ConfigForm.Milliseconds(Post, "trigger.postMs", 100, 300_000, problems),
            ConfigForm.Number(Low, "trigger.lowHz", problems),
            ConfigForm.Number(High, "trigger.highHz", problems));
        if (problems.Count != before)
            return null;
        // What no single field says: the node's own words for it.
        NodeConfig config = new() { HasTrigger = true };
        trigger.Fill(config.Trigger);
        ConfigFault fault = config.Validate();
        if (TriggerDocument.Field(fault) is { } field)
            problems[field] = TriggerDocument.Allowed(fault);
        return trigger;
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
