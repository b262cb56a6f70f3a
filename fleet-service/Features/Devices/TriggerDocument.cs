using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>When a bridge node takes a vibration for an event, and how much of it is captured; see the node's STA/LTA.</summary>
/// <param name="StaMs">Length of the short mean, in milliseconds: 20 to 60,000.</param>
/// <param name="LtaMs">Length of the long mean, in milliseconds: more than the short one, to 600,000.</param>
/// <param name="On">Ratio above which an axis becomes active: 1.001 to 1,000.</param>
/// <param name="Off">Ratio below which it is active no more: 0.1 to the one above.</param>
/// <param name="MinDurationMs">How long enough axes must be active, in milliseconds: up to 60,000.</param>
/// <param name="CooldownMs">How long after an event no other counts, in milliseconds: up to an hour.</param>
/// <param name="Needed">Axes that must be active at once; 0: the trigger is off.</param>
/// <param name="Axes">Axes that count: letters of <c>xyz</c>.</param>
/// <param name="PreMs">Captured before the event's begin, in milliseconds: up to 60,000.</param>
/// <param name="PostMs">Captured from its begin on, in milliseconds: 100 to 300,000, as far as the node's memory goes.</param>
/// <param name="LowHz">Lower corner of the band-pass, in hertz: from 0.01.</param>
/// <param name="HighHz">Upper corner, in hertz: below half of the node's sample rate.</param>
public sealed record TriggerDocument(
    int StaMs = 500, int LtaMs = 30_000, decimal On = 4, decimal Off = 1.5m, int MinDurationMs = 100, int CooldownMs = 30_000,
    int Needed = 1, string Axes = "xyz", int PreMs = 4000, int PostMs = 8000, decimal LowHz = 1, decimal HighHz = 25)
{
    /// <summary>Fills in the contract's form; what cannot be said there becomes a value that is refused.</summary>
    public void Fill(TriggerConfig config)
    {
        config.StaMs = StaMs;
        config.LtaMs = LtaMs;
        config.OnMilli = Milli(On);
        config.OffMilli = Milli(Off);
        config.MinDurationMs = MinDurationMs;
        config.CooldownMs = CooldownMs;
        config.Needed = Needed;
        config.AxisMask = Mask(Axes);
        config.PreMs = PreMs;
        config.PostMs = PostMs;
        config.LowMilliHz = Milli(LowHz);
        config.HighMilliHz = Milli(HighHz);
    }

    /// <summary>The field that a fault is about; null where it is not about a trigger.</summary>
    public static string? Field(ConfigFault fault) => fault switch
    {
        ConfigFault.TriggerMeans => "trigger.ltaMs",
        ConfigFault.TriggerLevels => "trigger.on",
        ConfigFault.TriggerDurations => "trigger.minDurationMs",
        ConfigFault.TriggerAxes => "trigger.axes",
        ConfigFault.TriggerCapture => "trigger.postMs",
        ConfigFault.TriggerBand => "trigger.highHz",
        _ => null,
    };

    /// <summary>What is allowed there.</summary>
    public static string Allowed(ConfigFault fault) => fault switch
    {
        ConfigFault.TriggerMeans => "The short mean 20 to 60000 ms, the long one longer than it, to 600000 ms.",
        ConfigFault.TriggerLevels => "On above 1 to 1000, off 0.1 to on, three digits after the point.",
        ConfigFault.TriggerDurations => "The least duration 0 to 60000 ms, the cooldown 0 to 3600000 ms.",
        ConfigFault.TriggerAxes => "One or more of x, y and z, and no more needed than there are.",
        ConfigFault.TriggerCapture => "0 to 60000 ms before, and 100 to 300000 ms from the begin on.",
        _ => "From 0.01 Hz, the upper corner above the lower one.",
    };

    // Digits beyond the third are no value that a node knows; -1 is in no range.
    private static int Milli(decimal number) =>
        Math.Abs(number) <= 1_000_000 && number * 1000 == decimal.Truncate(number * 1000) ? (int)(number * 1000) : -1;

    private static int Mask(string axes)
    {
        int mask = 0;
        foreach (char axis in axes ?? "")
        {
            int bit = axis is >= 'x' and <= 'z' ? 1 << (axis - 'x') : 0;
            if (bit == 0 || (mask & bit) != 0)
                return 0;
            mask |= bit;
        }
        return mask;
    }
}
