namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Settings under <c>Telemetry:</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Telemetry";

    /// <summary>Days that raw windows are kept, 1 to 3,650; after that hourly rollups remain.</summary>
    public int RawDays { get; set; } = 90;

    /// <summary>Days that hourly rollups are kept, <see cref="RawDays"/> to 36,500: ten years.</summary>
    public int RollupDays { get; set; } = 3650;

    /// <summary>Days that events are kept, 1 to 36,500: five years.</summary>
    public int EventDays { get; set; } = 1826;

    /// <summary>How large the database may become, in megabytes; 0: as large as the disk allows.</summary>
    public int MaxMegabytes { get; set; }

    /// <summary>Names the first setting that is out of its range, or null.</summary>
    public string? Fault()
    {
        if (RawDays is < 1 or > 3650)
            return $"{Section}:{nameof(RawDays)} must be 1 to 3650 days, not {RawDays}.";
        if (RollupDays < RawDays || RollupDays > 36500)
            return $"{Section}:{nameof(RollupDays)} must be {nameof(RawDays)} to 36500 days, not {RollupDays}.";
        if (EventDays is < 1 or > 36500)
            return $"{Section}:{nameof(EventDays)} must be 1 to 36500 days, not {EventDays}.";
        if (MaxMegabytes is not 0 and < 16)
            return $"{Section}:{nameof(MaxMegabytes)} must be 0 or at least 16, not {MaxMegabytes}.";
        return null;
    }
}
