using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>A rollout as it stands in memory: what the database holds, and nothing more.</summary>
internal sealed class LiveRollout
{
    public LiveRollout(RolloutRow row, IEnumerable<GroupRow> groups, IEnumerable<NodeRow> nodes)
    {
        Row = row;
        Plan = JsonSerializer.Deserialize<RolloutPlan>(row.Plan, StoredJson.Options)!;
        Groups = [.. groups.OrderBy(g => g.Number)];
        Members = [.. Groups.Select(g => g.Members.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Nodes = new(nodes.Select(n => KeyValuePair.Create(n.Device, n)), StringComparer.Ordinal);
    }

    public RolloutRow Row { get; set; }

    public RolloutPlan Plan { get; }

    public List<GroupRow> Groups { get; }

    /// <summary>Ids by group, in the order in which they are asked.</summary>
    public List<string[]> Members { get; }

    /// <summary>Nodes that something has happened to.</summary>
    public ConcurrentDictionary<string, NodeRow> Nodes { get; }

    /// <summary>Not kept: after a restart the gates look at once.</summary>
    public DateTimeOffset LookedAt { get; set; }

    /// <summary>Not kept: see <see cref="LookedAt"/>.</summary>
    public DateTimeOffset JoinedAt { get; set; }

    /// <summary>The group that nodes are asked of; past the last where all succeeded.</summary>
    public int Current => Groups.FindIndex(g => g.State != GroupState.Succeeded) is var at && at < 0 ? Groups.Count : at;

    public bool IsActive => Transitions.IsActive(Row.State);

    public NodeState StateOf(string device) => Nodes.TryGetValue(device, out NodeRow? row) ? row.State : NodeState.Waiting;

    /// <summary>Whether the database has been told that the device is its own: others cannot have it any more.</summary>
    public bool HasAsked(string device) => StateOf(device) is not (NodeState.Waiting or NodeState.Skipped);
}

/// <summary>Changes of one rollout that are made together or not at all.</summary>
internal sealed class RolloutStep(LiveRollout rollout, DateTimeOffset now)
{
    private readonly Dictionary<string, NodeRow> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, GroupRow> _groups = [];
    private RolloutRow _row = rollout.Row;

    public LiveRollout Rollout => rollout;

    public DateTimeOffset Now => now;

    public RolloutRow Row => _row;

    public List<EvidenceRow> Evidence { get; } = [];

    public IReadOnlyCollection<NodeRow> Nodes => _nodes.Values;

    public bool IsEmpty => _nodes.Count == 0 && _groups.Count == 0 && _row == rollout.Row && Evidence.Count == 0;

    public GroupRow Group(int number) => _groups.GetValueOrDefault(number) ?? rollout.Groups[number];

    public NodeRow Node(string device, int group) => _nodes.GetValueOrDefault(device) ?? rollout.Nodes.GetValueOrDefault(device)
        ?? new NodeRow { Rollout = rollout.Row.Id, Device = device, Group = group, State = NodeState.Waiting, ChangedAt = now };

    /// <summary>Moves the rollout as its table says; false, and nothing changes, where it says nothing.</summary>
    public bool Move(RolloutEvent happened, string reason = "")
    {
        if (!Transitions.Rollout.TryGetValue((_row.State, happened), out RolloutState next))
            return false;
        _row = _row with
        {
            State = next,
            Reason = reason,
            ChangedAt = now,
            StartedAt = _row.StartedAt ?? (next == RolloutState.Running ? now : null),
            EndedAt = Transitions.IsActive(next) ? null : now,
        };
        return true;
    }

    public void Approved(string by) => _row = _row with { ApprovedAt = now, ApprovedBy = by };

    /// <summary>As the rollout's <see cref="Move(RolloutEvent, string)"/>.</summary>
    public bool Move(int group, GroupEvent happened)
    {
        GroupRow row = Group(group);
        if (!Transitions.Group.TryGetValue((row.State, happened), out GroupState next))
            return false;
        Put(row with
        {
            State = next,
            StartedAt = row.StartedAt ?? now,
            RateFrom = happened == GroupEvent.Begin ? now : row.RateFrom,
            SoakFrom = next == GroupState.Soaking ? now : null,
            EndedAt = next is GroupState.Succeeded or GroupState.Failed ? now : null,
        });
        return true;
    }

    public void Put(GroupRow row) => _groups[row.Number] = row;

    public void Put(NodeRow row) => _nodes[row.Device] = row;

    /// <summary>As the rollout's <see cref="Move(RolloutEvent, string)"/>; <paramref name="with"/> changes more of the row.</summary>
    public bool Move(NodeRow node, NodeEvent happened, string reason = "", Func<NodeRow, NodeRow>? with = null)
    {
        if (!Transitions.Node.TryGetValue((node.State, happened), out NodeState next))
            return false;
        NodeRow moved = node with { State = next, Reason = reason, ChangedAt = now };
        Put(with == null ? moved : with(moved));
        return true;
    }

    public async Task SaveAsync(FleetDb db, CancellationToken cancel)
    {
        if (_row != rollout.Row)
            db.Entry(_row).State = EntityState.Modified;
        foreach (GroupRow group in _groups.Values)
            db.Entry(group).State = group.Number < rollout.Groups.Count ? EntityState.Modified : EntityState.Added;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (NodeRow node in _nodes.Values)
            db.Entry(node).State = rollout.Nodes.ContainsKey(node.Device) ? EntityState.Modified : EntityState.Added;
        db.AddRange(Evidence);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>The database has them: memory follows.</summary>
    public void Saved()
    {
        rollout.Row = _row;
        foreach (GroupRow group in _groups.Values.OrderBy(g => g.Number))
        {
            string[] members = group.Number < rollout.Groups.Count && ReferenceEquals(group.Members, rollout.Groups[group.Number].Members)
                ? rollout.Members[group.Number] : group.Members.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (group.Number < rollout.Groups.Count)
                (rollout.Groups[group.Number], rollout.Members[group.Number]) = (group, members);
            else
            {
                rollout.Groups.Add(group);
                rollout.Members.Add(members);
            }
        }
        foreach (NodeRow node in _nodes.Values)
            rollout.Nodes[node.Device] = node;
    }
}
