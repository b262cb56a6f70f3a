using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Names of the gates, as plans and evidence have them.</summary>
public static class GateNames
{
    public const string ErrorRate = "error-rate";
    public const string Silence = "silence";
    public const string Restarts = "restarts";
    public const string Drift = "drift";
    public const string Channels = "channels";
    public const string Heap = "heap";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ErrorRate, Silence, Restarts, Drift, Channels, Heap];
}

/// <summary>What a gate says.</summary>
/// <param name="Summary">For people, with numbers and units.</param>
/// <param name="Evidence">What it saw; stored.</param>
public sealed record GateVerdict(string Gate, bool Holds, string Summary, object Evidence);

/// <summary>Looks past "installed": whether nodes that took a bundle are as well as they were.</summary>
public interface IGate
{
    /// <summary>Its judgement of what is stored; the same scene gives the same verdict.</summary>
    GateVerdict Judge(GateScene scene);
}

/// <summary>What gates judge from.</summary>
/// <param name="Updated">Nodes that run the bundle, those of the current group first.</param>
/// <param name="Neighbours">Nodes whose version did not change in the time that is looked at.</param>
/// <param name="Tried">Nodes of the groups that have begun.</param>
/// <param name="Failed">Of these.</param>
/// <param name="ErrorPercent">Most nodes, as a share, that a gate may find fault with; the current group's.</param>
/// <param name="Since">Since when the service has listened without a break.</param>
public sealed record GateScene(
    GatePlan Plan, NodeKind Kind, IReadOnlyList<GateNode> Updated, IReadOnlyList<GateNode> Neighbours, int Tried, int Failed,
    int ErrorPercent, DateTimeOffset Since, DateTimeOffset Now)
{
    /// <summary>Whether so many of the updated nodes are more than allowed.</summary>
    public bool IsTooMany(int nodes) => nodes > 0 && (long)nodes * 100 > (long)ErrorPercent * Updated.Count;
}

/// <summary>A node as gates see it.</summary>
/// <param name="Telemetry">When its last measurements came.</param>
/// <param name="UpdatedAt">Null: of a neighbour.</param>
public sealed record GateNode(
    string Device, string Site, NodeFacts Facts, DateTimeOffset? Telemetry, DateTimeOffset? UpdatedAt, long BootsAtUpdate,
    long BeforeHeap, IReadOnlyDictionary<string, ChannelSeries> Channels);

/// <summary>One window of a channel.</summary>
/// <param name="StartMs">Unix milliseconds.</param>
/// <param name="Count">0: no value.</param>
/// <param name="Suspect">Whether the node itself calls it frozen or wrong.</param>
public readonly record struct SeriesWindow(long StartMs, double Mean, double Sd, int Count, bool Suspect)
{
    /// <summary>Whether it says something about the world.</summary>
    public bool IsGood => Count > 0 && !Suspect;
}

/// <summary>Windows of a channel in order of time.</summary>
public sealed class ChannelSeries(IReadOnlyList<SeriesWindow> windows)
{
    public IReadOnlyList<SeriesWindow> Windows => windows;

    /// <summary>The windows that begin in a time, its end not included.</summary>
    public IEnumerable<SeriesWindow> Between(DateTimeOffset from, DateTimeOffset to)
    {
        long fromMs = from.ToUnixTimeMilliseconds(), toMs = to.ToUnixTimeMilliseconds();
        return windows.Where(w => w.StartMs >= fromMs && w.StartMs < toMs);
    }
}
