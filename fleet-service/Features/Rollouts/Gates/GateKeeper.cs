using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Fetches what is stored about a rollout's nodes and their neighbours, and asks the gates.</summary>
public sealed class GateKeeper(
    DeviceDirectory directory, Reports.Reports reports, TelemetryQueries telemetry, TimeProvider time)
{
    private static readonly IGate[] Gates =
        [new ErrorRateGate(), new SilenceGate(), new RestartGate(), new ChannelGate(), new DriftGate(), new HeapGate()];

    private readonly DateTimeOffset _started = time.GetUtcNow();

    internal async Task<IReadOnlyList<GateVerdict>> LookAsync(
        LiveRollout rollout, int group, Func<string, NodeFacts> factsOf, DateTimeOffset now, CancellationToken cancel)
    {
        GatePlan plan = rollout.Plan.AnyGates;
        NodeRow[] updated = [.. rollout.Nodes.Values.Where(n => n.State == NodeState.Updated && n.Tries > 0)
            .OrderByDescending(n => n.Group == group).ThenBy(n => n.Device, StringComparer.Ordinal).Take(RolloutLimits.MaxJudged)];
        int tried = 0, failed = 0;
        for (int i = 0; i <= group; i++)
        {
            foreach (string device in rollout.Members[i])
            {
                NodeState state = rollout.StateOf(device);
                tried += state == NodeState.Skipped ? 0 : 1;
                failed += state == NodeState.Failed ? 1 : 0;
            }
        }
        failed -= rollout.Groups.Sum(g => g.Forgiven);
        NodeKind kind = updated.Length == 0 ? default : directory.Find(updated[0].Device)?.Kind ?? default;
        List<GateNode> nodes = [], neighbours = [];
        DateTimeOffset from = updated.Length == 0 ? now : updated.Min(n => n.UpdatedAt!.Value).AddMinutes(-plan.BaselineMinutes);
        foreach (NodeRow row in updated)
            nodes.Add(await NodeAsync(row.Device, factsOf, from, now, row, cancel));
        foreach (string device in updated.Length == 0 ? [] : Neighbours(rollout, kind, [.. nodes.Select(n => n.Site)], from))
            neighbours.Add(await NodeAsync(device, factsOf, from, now, null, cancel));
        GateScene scene = new(plan, kind, nodes, neighbours, tried, Math.Max(0, failed), rollout.Plan.Group(group).ErrorPercent, _started, now);
        return [.. Gates.Select(g => g.Judge(scene))];
    }

    /// <summary>Nodes whose version has not changed lately, those of the same sites first.</summary>
    private IEnumerable<string> Neighbours(LiveRollout rollout, NodeKind kind, HashSet<string> sites, DateTimeOffset from) =>
        directory.All.Where(d => d.Kind == kind && d.Status == DeviceStatus.Active && Unchanged(rollout, d.Id, from))
            .OrderByDescending(d => sites.Contains(d.Site)).ThenBy(d => d.Id, StringComparer.Ordinal)
            .Take(RolloutLimits.MaxNeighbours).Select(d => d.Id);

    private static bool Unchanged(LiveRollout rollout, string device, DateTimeOffset from) =>
        !rollout.Nodes.TryGetValue(device, out NodeRow? row) || row.State == NodeState.Skipped
        || row.State == NodeState.Updated && (row.UpdatedAt < from || row.Tries == 0);

    private async Task<GateNode> NodeAsync(
        string device, Func<string, NodeFacts> factsOf, DateTimeOffset from, DateTimeOffset now, NodeRow? row, CancellationToken cancel)
    {
        Dictionary<string, List<SeriesWindow>> channels = new(StringComparer.Ordinal);
        TimeRange range = new(from.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + 1);
        // The newest ones, where there are more than may be read: what is after the update decides.
        int window = Math.Max(1_000, reports.Summary(device)?.WindowMs ?? 0);
        long most = (long)RolloutLimits.MaxWindowsOfNode * window;
        if (range.ToMs - range.FromMs > most && row?.UpdatedAt is { } at)
            range = range with { FromMs = Math.Max(range.FromMs, at.ToUnixTimeMilliseconds() - most / 2) };
        Result<WindowPage> page = await telemetry.WindowsAsync(device, null, range, null, RolloutLimits.MaxWindowsOfNode, cancel);
        foreach (WindowAnswer answer in page.Value?.Windows ?? [])
        {
            foreach (ChannelAnswer channel in answer.Channels)
            {
                if (!channels.TryGetValue(channel.Channel, out List<SeriesWindow>? series))
                    channels.Add(channel.Channel, series = []);
                bool suspect = channel.Quality.Contains(QualityNames.Frozen) || channel.Quality.Contains(QualityNames.SensorError);
                series.Add(new SeriesWindow(
                    answer.Start.ToUnixTimeMilliseconds(), channel.Mean ?? 0, channel.Sd ?? 0, channel.Mean == null ? 0 : channel.Count, suspect));
            }
        }
        return new GateNode(
            device, directory.Find(device)?.Site ?? "", factsOf(device), reports.Summary(device)?.Telemetry, row?.UpdatedAt,
            row?.BootsAtUpdate ?? 0, row?.BeforeHeap ?? 0,
            channels.ToDictionary(c => c.Key, c => new ChannelSeries(c.Value), StringComparer.Ordinal));
    }
}
