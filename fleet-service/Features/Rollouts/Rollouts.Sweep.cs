using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Updates;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Rollouts;

public sealed partial class Rollouts
{
    /// <summary>Looks once at every rollout: what nodes said, who is to be asked, whether it may go on.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        foreach (LiveRollout rollout in InOrder().ToList())
        {
            RolloutStep step = new(rollout, _time.GetUtcNow());
            if (rollout.IsActive)
            {
                Start(step);
                Listen(step);
                await SaveAsync(step, null, cancel);
                await LookAsync(rollout, cancel);
                step = new RolloutStep(rollout, _time.GetUtcNow());
                Bound(step);
                if (step.Row.State == RolloutState.Running)
                    Advance(step);
                if (step.Row.State == RolloutState.RollingBack && !rollout.Nodes.Values.Any(n => n.State == NodeState.Returning))
                    step.Move(RolloutEvent.AllReturned, "");
                await SaveAsync(step, null, cancel);
            }
            await SendAsync(rollout, cancel);
            if (!rollout.IsActive && !rollout.Nodes.Values.Any(IsUnsent))
                _active.TryRemove(rollout.Row.Id, out LiveRollout? _);
        }
    }

    private static void Start(RolloutStep step)
    {
        if (step.Row.State == RolloutState.Scheduled && (step.Rollout.Plan.StartAt ?? step.Now) <= step.Now)
            step.Move(RolloutEvent.StartDue);
    }

    /// <summary>Takes what nodes said since, each by its own table.</summary>
    private void Listen(RolloutStep step)
    {
        LiveRollout rollout = step.Rollout;
        foreach (NodeRow node in rollout.Nodes.Values)
        {
            if (node.State is NodeState.Skipped or NodeState.Withdrawn or NodeState.Returned)
                continue;
            if (Transitions.IsOpen(node.State) && Passed(node, rollout) is { } why)
            {
                step.Move(node, NodeEvent.Skip, why);
                continue;
            }
            NodeFacts facts = FactsOf(node.Device);
            if (NodeRules.Judge(node, facts, rollout.Row.Digest, rollout.Plan, step.Now) is not { } judged)
            {
                Renew(step, node);
                continue;
            }
            bool asking = step.Row.State is RolloutState.Running or RolloutState.Paused;
            // Nobody is asked again by a rollout that stopped.
            NodeEvent happened = judged.Event == NodeEvent.Retry && !asking ? NodeEvent.GiveUp : judged.Event;
            step.Move(node, happened, judged.Reason, row => happened switch
            {
                NodeEvent.Retry => Asked(row, rollout, facts, step.Now),
                NodeEvent.GiveUp => row with { SentAt = null },
                NodeEvent.Confirm => row with { UpdatedAt = row.UpdatedAt ?? step.Now, BootsAtUpdate = facts.Boots },
                _ => row,
            });
        }
    }

    /// <summary>Why a node is none of the rollout's any more; null: it is.</summary>
    private string? Passed(NodeRow node, LiveRollout rollout)
    {
        if (_directory.Find(node.Device) is not { Status: not DeviceStatus.Decommissioned })
            return "decommissioned";
        if (node.SentAt == null)
            return null;
        DeviceTarget? target = _targets.Find(node.Device);
        return target?.Digest == rollout.Row.Digest ? null
            : target == null ? "its target was withdrawn by a person" : $"{target.SetBy} asked it for {target.Version}";
    }

    /// <summary>A window that passed without a restart is followed by the next; it is the same try.</summary>
    private void Renew(RolloutStep step, NodeRow node)
    {
        if (node.State is not (NodeState.Asked or NodeState.Working) || node.ApplyUntil > step.Now || node.ApplyUntil == null)
            return;
        (DateTimeOffset? from, DateTimeOffset? until) = Windows.Next(step.Rollout.Plan.Window, SiteOf(node.Device), step.Now);
        step.Put(node with { ApplyFrom = from, ApplyUntil = until, SentAt = null });
    }

    /// <summary>Holds what may not go on whatever its nodes do.</summary>
    private void Bound(RolloutStep step)
    {
        if (step.Row.State is not (RolloutState.Scheduled or RolloutState.Running or RolloutState.Paused))
            return;
        Bundle? bundle = _shelf.Find(step.Row.Digest);
        string? why = bundle is not { IsServed: true } ? "the bundle is no longer trusted"
            : bundle.ExpiresAt <= step.Now ? "the bundle has expired"
            : step.Rollout.Plan.Deadline <= step.Now ? "the deadline passed" : null;
        if (why != null)
            step.Move(RolloutEvent.Hold, why);
    }

    private void Advance(RolloutStep step)
    {
        LiveRollout rollout = step.Rollout;
        int number = rollout.Current;
        if (number == rollout.Groups.Count)
        {
            if (!rollout.Plan.Dynamic)
                step.Move(RolloutEvent.AllGroupsSucceeded);
            else
                Join(step);
            return;
        }
        if (rollout.Groups[number].State == GroupState.Waiting)
            step.Move(number, GroupEvent.Begin);
        GroupPlan plan = rollout.Plan.Group(number);
        GroupRow group = step.Group(number);
        GroupCounts counts = Count(rollout, number);
        if (GroupRules.TooManyFailures(plan, counts, group.Forgiven) is { } failures)
        {
            Fail(step, number, failures);
            return;
        }
        if (group.State == GroupState.Running)
        {
            Ask(step, number, counts);
            if (counts.IsDone)
                step.Move(number, GroupEvent.AllDone);
        }
        else if (group.State == GroupState.Soaking && step.Now - group.SoakFrom >= TimeSpan.FromMinutes(plan.SoakMinutes)
            && rollout.LookedAt >= group.SoakFrom)
        {
            if (GroupRules.TooFewSuccesses(plan, counts, group.Forgiven) is { } few)
                Fail(step, number, few);
            else
                step.Move(number, GroupEvent.Pass);
        }
    }

    private static void Fail(RolloutStep step, int group, string why)
    {
        step.Move(group, GroupEvent.Fail);
        step.Move(RolloutEvent.Hold, $"group {group + 1}: {why}");
    }

    private void Ask(RolloutStep step, int number, GroupCounts counts)
    {
        LiveRollout rollout = step.Rollout;
        RatePlan rate = rollout.Plan.AnyRate;
        GroupRow group = step.Group(number);
        int room = group.RateBase + rate.Allowed(step.Now - group.RateFrom!.Value) - (counts.Nodes - counts.Waiting);
        if (rate.MostAtOnce > 0)
            room = Math.Min(room, rate.MostAtOnce - counts.Open);
        room = Math.Min(room, RolloutLimits.MaxAskedAtOnce);
        foreach (string device in rollout.Members[number])
        {
            if (room <= 0)
                return;
            if (rollout.StateOf(device) != NodeState.Waiting)
                continue;
            NodeRow node = step.Node(device, number);
            room--;
            if (Owners().GetValueOrDefault(device) is var owner && owner != rollout.Row.Id)
                step.Move(node, NodeEvent.Skip, $"rollout {owner} has it");
            else if (_directory.Find(device) is not { Status: not DeviceStatus.Decommissioned })
                step.Move(node, NodeEvent.Skip, "decommissioned");
            else if (FactsOf(device) is var facts && facts.Digest == rollout.Row.Digest && facts.Confirmed)
                step.Move(node, NodeEvent.Confirm, "ran it already", row => row with { UpdatedAt = step.Now, BootsAtUpdate = facts.Boots });
            else
                step.Move(node, NodeEvent.Ask, "", row => Asked(row, rollout, facts, step.Now));
        }
    }

    /// <summary>A try with a number of its own, stored before it is sent.</summary>
    private NodeRow Asked(NodeRow row, LiveRollout rollout, NodeFacts facts, DateTimeOffset now)
    {
        (DateTimeOffset? from, DateTimeOffset? until) = Windows.Next(rollout.Plan.Window, SiteOf(row.Device), now);
        bool first = row.Tries == 0;
        return row with
        {
            Attempt = _targets.NextAttempt(row.Device, rollout.Row.Digest),
            Tries = row.Tries + 1,
            AskedAt = now,
            SentAt = null,
            ApplyFrom = from,
            ApplyUntil = until,
            BeforeDigest = first ? facts.Digest : row.BeforeDigest,
            BeforeVersion = first ? facts.Version : row.BeforeVersion,
            BeforeHeap = first ? facts.FreeHeap : row.BeforeHeap,
        };
    }

    /// <summary>Devices that fit a dynamic rollout since get groups of their own behind the others.</summary>
    private void Join(RolloutStep step)
    {
        LiveRollout rollout = step.Rollout;
        if (step.Now - rollout.JoinedAt < TimeSpan.FromMilliseconds(RolloutLimits.JoinMs))
            return;
        rollout.JoinedAt = step.Now;
        if (_shelf.Find(rollout.Row.Digest) is not { } bundle || _finder.Parse(rollout.Plan.Filter).Value is not { } filter)
            return;
        HashSet<string> known = [.. rollout.Members.SelectMany(m => m)];
        List<Device> late = [.. _finder.Find(filter).Where(d => d.Kind == bundle.Kind && !known.Contains(d.Id) && !Owners().ContainsKey(d.Id))];
        if (late.Count == 0)
            return;
        RolloutPlan rest = rollout.Plan with { Groups = [rollout.Plan.Group(int.MaxValue) with { Percent = 100, Count = null }] };
        if (Grouping.Form(late, rest).Value is not { } groups || rollout.Groups.Count + groups.Count > RolloutLimits.MaxGroups)
            return;
        for (int i = 0; i < groups.Count; i++)
        {
            step.Put(new GroupRow
            {
                Rollout = rollout.Row.Id, Number = rollout.Groups.Count + i, State = GroupState.Waiting, Members = string.Join('\n', groups[i]),
            });
        }
        _owners = null;
    }

    /// <summary>Does what the rows ask for, and notes that it was done. Doing it again changes nothing.</summary>
    private async Task SendAsync(LiveRollout rollout, CancellationToken cancel)
    {
        List<NodeRow> unsent = [.. rollout.Nodes.Values.Where(IsUnsent)];
        if (unsent.Count == 0)
            return;
        RolloutStep step = new(rollout, _time.GetUtcNow());
        foreach (var batch in unsent.Where(n => n.State is NodeState.Asked or NodeState.Working or NodeState.Returning)
            .GroupBy(n => (Digest: n.State == NodeState.Returning ? n.BeforeDigest! : rollout.Row.Digest, n.Attempt, n.ApplyFrom, n.ApplyUntil)))
        {
            TargetRequest request = new(batch.Key.Digest, false, batch.Key.ApplyFrom, batch.Key.ApplyUntil, (uint)batch.Key.Attempt);
            Result<DeviceTarget[]> set = await _targets.SetAsync([.. batch.Select(n => n.Device)], request, ActorOf(rollout), cancel);
            foreach (NodeRow node in batch)
            {
                Result<DeviceTarget[]> one = set.Ok ? set : await _targets.SetAsync([node.Device], request, ActorOf(rollout), cancel);
                if (one.Ok)
                    step.Put(node with { SentAt = step.Now });
                else if (node.State == NodeState.Returning)
                    step.Move(node, NodeEvent.Strand, one.Fault!.Detail);
                else
                    step.Move(node, NodeEvent.GiveUp, one.Fault!.Detail, row => row with { SentAt = step.Now });
            }
        }
        List<NodeRow> over = [.. unsent.Where(n => n.State is NodeState.Withdrawn or NodeState.Failed)];
        string[] ours = [.. over.Select(n => n.Device).Where(d => _targets.Find(d)?.Digest == rollout.Row.Digest && _directory.Find(d) != null)];
        if (ours.Length != 0)
            await _targets.ClearAsync(ours, ActorOf(rollout), cancel);
        foreach (NodeRow node in over)
            step.Put(node with { SentAt = step.Now });
        Stored?.Invoke("sent");
        await SaveAsync(step, null, cancel);
    }

    private static bool IsUnsent(NodeRow node) => node.SentAt == null && (node.State
        is NodeState.Asked or NodeState.Working or NodeState.Returning or NodeState.Withdrawn or NodeState.Failed);

    /// <summary>Lets the gates look, where it is time, and holds the rollout where one says so.</summary>
    private async Task LookAsync(LiveRollout rollout, CancellationToken cancel)
    {
        DateTimeOffset now = _time.GetUtcNow();
        int number = Math.Min(rollout.Current, rollout.Groups.Count - 1);
        bool watched = rollout.Row.State is RolloutState.Running or RolloutState.Paused
            && rollout.Groups[number].State is GroupState.Running or GroupState.Soaking;
        bool due = now - rollout.LookedAt >= TimeSpan.FromMilliseconds(RolloutLimits.GateMs)
            || rollout.Groups[number] is { State: GroupState.Soaking, SoakFrom: { } soak } && rollout.LookedAt < soak;
        if (!watched || !due)
            return;
        RolloutStep step = new(rollout, now);
        string[] silent = [.. rollout.Groups[number].ForgivenGates.Split(' ').Concat(rollout.Plan.AnyGates.Off ?? [])];
        List<string> holding = [];
        foreach (GateVerdict verdict in await _gates.LookAsync(rollout, number, FactsOf, now, cancel))
        {
            bool holds = verdict.Holds && !silent.Contains(verdict.Gate);
            step.Evidence.Add(new EvidenceRow
            {
                Rollout = rollout.Row.Id, Group = number, Gate = verdict.Gate, Holds = holds, At = now,
                Summary = verdict.Summary, Json = System.Text.Json.JsonSerializer.Serialize(verdict.Evidence, StoredJson.Options),
            });
            if (holds)
                holding.Add($"{verdict.Gate}: {verdict.Summary}");
        }
        rollout.LookedAt = now;
        if (holding.Count != 0)
            Fail(step, number, string.Join("; ", holding));
        await SaveAsync(step, null, cancel);
    }

    private static GroupCounts Count(LiveRollout rollout, int number)
    {
        string[] members = rollout.Members[number];
        return GroupCounts.Of(members.Length, members.Select(rollout.StateOf));
    }

    private string SiteOf(string device) => _directory.Find(device)?.Site ?? "";
}
