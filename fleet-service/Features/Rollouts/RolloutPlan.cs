using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>How many nodes a group takes; exactly one of the two. The last group takes the rest, whatever it says.</summary>
/// <param name="Percent">Of all nodes of the rollout, rounded up; 1 to 100.</param>
/// <param name="Count">Nodes; 1 or more.</param>
/// <param name="SuccessPercent">Least share of the group's nodes that must end up with the bundle; 1 to 100.</param>
/// <param name="ErrorPercent">Most failed nodes, as a share of the group; one more holds the rollout at once. 0 to 99.</param>
/// <param name="SoakMinutes">How long the gates go on looking after the last node of the group.</param>
public sealed record GroupPlan(
    int? Percent = null, int? Count = null, int SuccessPercent = 95, int ErrorPercent = 2, int SoakMinutes = 30);

/// <summary>How fast nodes of a group are asked.</summary>
/// <param name="Nodes">Nodes in the first interval; 1 or more.</param>
/// <param name="IntervalMinutes">Length of an interval.</param>
/// <param name="GrowthPercent">Nodes of an interval, as a share of the one before: 100 is constant, 200 doubles.</param>
/// <param name="MostAtOnce">Nodes that may be under way at once; 0: no bound.</param>
public sealed record RatePlan(int Nodes = 100, int IntervalMinutes = 1, int GrowthPercent = 100, int MostAtOnce = 0)
{
    /// <summary>Nodes that may have been asked after a time, from the beginning.</summary>
    public int Allowed(TimeSpan elapsed)
    {
        long intervals = (long)(elapsed.TotalMinutes / IntervalMinutes) + 1;
        if (GrowthPercent == 100)
            return (int)Math.Min(RolloutLimits.MaxDevices, Nodes * Math.Min(intervals, RolloutLimits.MaxDevices));
        double sum = 0, next = Nodes;
        for (long i = 0; i < intervals && sum < RolloutLimits.MaxDevices; i++, next = next * GrowthPercent / 100)
            sum += Math.Floor(next);
        return (int)Math.Min(RolloutLimits.MaxDevices, sum);
    }
}

/// <summary>When nodes may restart into the bundle; they may fetch it at any time.</summary>
/// <param name="Start">Local time of day, such as <c>01:00</c>.</param>
/// <param name="End">Local time of day; before or at <paramref name="Start"/>: on the next day.</param>
/// <param name="TimeZone">IANA name; null: UTC.</param>
/// <param name="SiteTimeZones">IANA names by site, for sites elsewhere.</param>
public sealed record WindowPlan(
    TimeOnly Start, TimeOnly End, string? TimeZone = null, IReadOnlyDictionary<string, string>? SiteTimeZones = null);

/// <summary>Which gates hold the rollout, and by how much. Spans and levels are whole numbers.</summary>
/// <param name="BaselineMinutes">How far back before its update a node's own baseline reaches.</param>
/// <param name="RestartsAllowed">Restarts of an updated node beyond the one into the bundle.</param>
/// <param name="HeapPercent">Least free heap of updated nodes, as a share of what they had before; median.</param>
/// <param name="Pm">Offset of PM that holds, in thousandths of µg/m³.</param>
/// <param name="Temperature">In thousandths of a degree.</param>
/// <param name="Humidity">In thousandths of % RH.</param>
/// <param name="NoisePercent">Change of an accelerometer's noise floor.</param>
/// <param name="FrequencyPermille">Change of a natural frequency.</param>
/// <param name="RatePpm">Change of the sample rate.</param>
/// <param name="Off">Names of gates that shall not hold.</param>
public sealed record GatePlan(
    int BaselineMinutes = 360, int RestartsAllowed = 1, int HeapPercent = 70, int Pm = 3_000, int Temperature = 1_000,
    int Humidity = 5_000, int NoisePercent = 50, int FrequencyPermille = 30, int RatePpm = 2_000,
    IReadOnlyList<string>? Off = null);

/// <summary>What a person asks for.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Digest">The bundle.</param>
/// <param name="Filter">Which devices; see <see cref="DeviceFilter"/>. Devices of another kind than the bundle's never fit.</param>
/// <param name="Devices">These devices, in place of a filter.</param>
/// <param name="Groups">In order; left out: 1 %, 10 %, the rest.</param>
/// <param name="Dynamic">Whether devices that fit later join as well; only with a filter. Such a rollout ends by a person or its deadline.</param>
/// <param name="OnePerSite">Whether also Air Boxes of one site are never in one group; nodes of one bridge span never are.</param>
/// <param name="NeighbourhoodM">Air Boxes this near are each other's neighbours, in metres.</param>
/// <param name="Priority">Of two rollouts that want a device which neither has asked, the higher has it; then the older. 0 to 100.</param>
/// <param name="StartAt">Null: at once.</param>
/// <param name="Deadline">When it holds itself if it has not finished; null: never.</param>
/// <param name="NodeTimeoutMinutes">How long a try of a node may take, from when it could begin.</param>
/// <param name="Tries">Of a node; 1: no second try.</param>
/// <param name="RequireApproval">Whether an approver other than the maker has to agree.</param>
public sealed record RolloutPlan(
    string Name, string Digest, string? Filter = null, IReadOnlyList<string>? Devices = null,
    IReadOnlyList<GroupPlan>? Groups = null, bool Dynamic = false, bool OnePerSite = false, int NeighbourhoodM = 1_000,
    int Priority = 50, RatePlan? Rate = null, WindowPlan? Window = null, DateTimeOffset? StartAt = null,
    DateTimeOffset? Deadline = null, int NodeTimeoutMinutes = 240, int Tries = 2, bool RequireApproval = false,
    GatePlan? Gates = null)
{
    private static readonly GroupPlan[] UsualGroups =
        [new(Percent: 1, SuccessPercent: 100, ErrorPercent: 0), new(Percent: 10), new(Percent: 100)];

    /// <summary>The groups that hold, the usual ones where none are named.</summary>
    internal IReadOnlyList<GroupPlan> AllGroups => Groups is { Count: > 0 } named ? named : UsualGroups;

    internal RatePlan AnyRate => Rate ?? new RatePlan();

    internal GatePlan AnyGates => Gates ?? new GatePlan();

    /// <summary>What is said of a group by its number; groups that spreading added are held to what the last says.</summary>
    internal GroupPlan Group(int number) => AllGroups[Math.Min(number, AllGroups.Count - 1)];

    /// <summary>Why it cannot be; null where it can. Everything unclear is refused here, so that nothing is guessed later.</summary>
    internal Fault? Check(DateTimeOffset now)
    {
        FieldErrors errors = new FieldErrors()
            .Text(Name, "name", ServiceLimits.MaxName, mandatory: true)
            .Require(Devices is { Count: > 0 } != (Filter != null), "filter", "Either a filter or a list of devices.")
            .Require(!Dynamic || Filter != null, "dynamic", "Only with a filter.")
            .Require(Devices == null || Devices.Count <= RolloutLimits.MaxDevices, "devices", $"At most {RolloutLimits.MaxDevices}.")
            .Require(AllGroups.Count <= RolloutLimits.MaxPlannedGroups, "groups", $"At most {RolloutLimits.MaxPlannedGroups}.")
            .Require(NeighbourhoodM is >= 10 and <= 100_000, "neighbourhoodM", "10 to 100,000 metres.")
            .Require(Priority is >= 0 and <= 100, "priority", "0 to 100.")
            .Require(NodeTimeoutMinutes is >= 1 and <= RolloutLimits.MaxMinutes, "nodeTimeoutMinutes", $"1 to {RolloutLimits.MaxMinutes}.")
            .Require(Tries is >= 1 and <= RolloutLimits.MaxTries, "tries", $"1 to {RolloutLimits.MaxTries}.")
            .Require(Deadline == null || Deadline > now && Deadline > (StartAt ?? now), "deadline", "Later than now and than the start.")
            .Require(AnyRate is { Nodes: >= 1 and <= RolloutLimits.MaxDevices, IntervalMinutes: >= 1 and <= RolloutLimits.MaxMinutes,
                GrowthPercent: >= 100 and <= 1_000, MostAtOnce: >= 0 }, "rate",
                "nodes and intervalMinutes 1 or more, growthPercent 100 to 1,000, mostAtOnce 0 or more.");
        GatePlan gates = AnyGates;
        errors
            .Require(gates.BaselineMinutes is >= 5 and <= 10_080, "gates.baselineMinutes", "5 to 10,080.")
            .Require(gates.RestartsAllowed is >= 0 and <= 100, "gates.restartsAllowed", "0 to 100.")
            .Require(gates.HeapPercent is >= 0 and <= 100, "gates.heapPercent", "0 to 100.")
            .Require(gates is { Pm: > 0, Temperature: > 0, Humidity: > 0, NoisePercent: > 0, FrequencyPermille: > 0, RatePpm: > 0 },
                "gates", "Levels are above 0; name a gate in 'off' to do without it.")
            .Require((gates.Off ?? []).All(GateNames.All.Contains), "gates.off", "Of " + string.Join(", ", GateNames.All) + ".");
        for (int i = 0; i < AllGroups.Count; i++)
            CheckGroup(errors, AllGroups[i], $"groups[{i}]");
        if (Window is { } window)
        {
            errors.Require(window.Start != window.End, "window", "Start and end differ.");
            foreach (string zone in (window.SiteTimeZones?.Values ?? []).Append(window.TimeZone ?? "UTC"))
                errors.Require(TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _), "window.timeZone", $"There is no time zone '{zone}'.");
        }
        return errors.Fault;
    }

    private static void CheckGroup(FieldErrors errors, GroupPlan group, string field) => errors
        .Require(group.Percent == null != (group.Count == null), field, "Either percent or count.")
        .Require(group.Percent is null or (>= 1 and <= 100), field + ".percent", "1 to 100.")
        .Require(group.Count is null or (>= 1 and <= RolloutLimits.MaxDevices), field + ".count", $"1 to {RolloutLimits.MaxDevices}.")
        .Require(group.SuccessPercent is >= 1 and <= 100, field + ".successPercent", "1 to 100.")
        .Require(group.ErrorPercent is >= 0 and <= 99, field + ".errorPercent", "0 to 99.")
        .Require(group.SoakMinutes is >= 0 and <= RolloutLimits.MaxMinutes, field + ".soakMinutes", $"0 to {RolloutLimits.MaxMinutes}.");
}
