using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeFleet.Firmware;

namespace EdgeFleet.FleetSim;

/// <summary>
/// What goes wrong in a simulation: chances and rates, all drawn from the simulation's seed. A plan is one of the named
/// ones or a JSON file with these members.
/// </summary>
public sealed record FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static readonly FaultPlan None = new();

    /// <summary>A poor radio network: losses, delays, short outages.</summary>
    public static readonly FaultPlan Rough = new()
    {
        LossPercent = 2,
        DuplicatePercent = 1,
        ReorderPercent = 1,
        DelayMs = 400,
        PartitionsPerDay = 12,
        PartitionMinutes = 5,
        PowerCutsPerDay = 1,
    };

    /// <summary>Everything at once, far beyond what a city does.</summary>
    public static readonly FaultPlan Storm = new()
    {
        LossPercent = 10,
        DuplicatePercent = 5,
        ReorderPercent = 5,
        DelayMs = 3000,
        PartitionsPerDay = 48,
        PartitionMinutes = 15,
        PowerCutsPerDay = 24,
        FlashKib = 8,
    };

    private const int SegmentKib = NodeLimits.SegmentBytes / 1024;
    private const int MostSegments = NodeLimits.MaxSegments;

    /// <summary>Messages, acknowledgements included, that never arrive, in percent.</summary>
    public double LossPercent { get; init; }

    /// <summary>Messages that arrive twice, in percent.</summary>
    public double DuplicatePercent { get; init; }

    /// <summary>Messages that arrive after a later one, in percent.</summary>
    public double ReorderPercent { get; init; }

    /// <summary>Mean delay of a message, in milliseconds; exponentially distributed.</summary>
    public double DelayMs { get; init; }

    /// <summary>Network outages of a node a day.</summary>
    public double PartitionsPerDay { get; init; }

    /// <summary>Mean length of an outage, in minutes; exponentially distributed.</summary>
    public double PartitionMinutes { get; init; } = 5;

    /// <summary>Power cuts of a node a day, each in the middle of a flash operation where one is near.</summary>
    public double PowerCutsPerDay { get; init; }

    /// <summary>Flash that a node keeps its windows in, in KiB, 8 to 256; 0: as much as the firmware takes. A small one fills up.</summary>
    public double FlashKib { get; init; }

    /// <summary>Whether anything goes wrong at all.</summary>
    [JsonIgnore]
    public bool IsNone => this with { PartitionMinutes = None.PartitionMinutes } == None;

    /// <summary>Segments of flash for windows, or null: as many as the firmware takes.</summary>
    [JsonIgnore]
    public int? WindowSegments => FlashKib > 0 ? (int)FlashKib / SegmentKib : null;

    /// <summary>What of the plan can go wrong over TCP, which itself neither loses nor repeats: outages and power cuts.</summary>
    public FaultPlan OverTcp() => this with { LossPercent = 0, DuplicatePercent = 0, ReorderPercent = 0, DelayMs = 0 };

    /// <summary>Whether the plan needs a link that can lose or reorder messages; TCP does neither.</summary>
    [JsonIgnore]
    public bool NeedsMemoryLink => LossPercent > 0 || DuplicatePercent > 0 || ReorderPercent > 0 || DelayMs > 0;

    /// <summary>A named plan, or the one in a file; an error says what is wrong with it.</summary>
    public static bool TryLoad(string nameOrFile, out FaultPlan plan, out string error)
    {
        plan = None;
        error = "";
        switch (nameOrFile)
        {
            case "none":
                return true;
            case "rough":
                plan = Rough;
                return true;
            case "storm":
                plan = Storm;
                return true;
        }
        try
        {
            if (new FileInfo(nameOrFile) is { Exists: true, Length: > 64 * 1024 })
            {
                error = $"Fault plan '{nameOrFile}' is larger than 64 KiB; a plan has a few lines.";
                return false;
            }
            using var file = File.OpenRead(nameOrFile);
            plan = JsonSerializer.Deserialize<FaultPlan>(file, FileFormat)
                ?? throw new JsonException("the file holds null");
            error = plan.Check() is { } wrong ? $"Fault plan '{nameOrFile}': {wrong}." : "";
            return error.Length == 0;
        }
        catch (JsonException problem)
        {
            error = $"Fault plan '{nameOrFile}' is not valid: {problem.Message}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            error = $"There is no fault plan 'none', 'rough' or 'storm' of that name, and no such file: {problem.Message}";
        }
        return false;
    }

    private static readonly JsonSerializerOptions FileFormat = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private string? Check()
    {
        (string name, double value, double most)[] members =
        [
            ("lossPercent", LossPercent, 50),
            ("duplicatePercent", DuplicatePercent, 50),
            ("reorderPercent", ReorderPercent, 50),
            ("delayMs", DelayMs, 60_000),
            ("partitionsPerDay", PartitionsPerDay, 1440),
            ("partitionMinutes", PartitionMinutes, 1440),
            ("powerCutsPerDay", PowerCutsPerDay, 1440),
            ("flashKib", FlashKib, MostSegments * SegmentKib),
        ];
        foreach (var (name, value, most) in members)
        {
            if (!(value >= 0 && value <= most))
                return $"{name} is {value}; 0 to {most} is allowed";
        }
        if (FlashKib is > 0 and < 2 * SegmentKib)
            return $"flashKib is {FlashKib}; the least is {2 * SegmentKib}, or 0 for as much as the firmware takes";
        return null;
    }
}
