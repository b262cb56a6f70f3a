using System.Text.Json;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Rollouts;

public sealed partial class Rollouts
{
    /// <summary>What a plan would do now: who is in which group, and who is left out; nothing is stored.</summary>
    public Result<RolloutPreview> Preview(RolloutPlan plan)
    {
        Result<Formed> formed = FormGroups(plan);
        if (formed.Fault is { } fault)
            return fault;
        return new RolloutPreview(
            formed.Value!.Bundle.Version, formed.Value.Groups.Sum(g => g.Length),
            [.. formed.Value.Groups.Select((g, i) => new GroupPreview(i + 1, g.Length, [.. g.Take(10)], plan.Group(i)))],
            formed.Value.OtherKind, formed.Value.OfOthers, Shortest(plan, formed.Value.Groups));
    }

    /// <summary>Makes a rollout; it begins by itself at its start time, or after its approval.</summary>
    public async Task<Result<RolloutView>> CreateAsync(RolloutPlan plan, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        Result<Formed> formed = FormGroups(plan);
        if (formed.Fault is { } fault)
            return fault;
        if (formed.Value!.Groups.Count == 0)
            return Fault.Conflict("rollout-empty", "No device fits that no other rollout has.");
        if (_active.Values.Count(r => r.IsActive) >= RolloutLimits.MaxActive)
            return Fault.Conflict("too-many-rollouts", $"{RolloutLimits.MaxActive} rollouts have not ended.");
        DateTimeOffset now = _time.GetUtcNow();
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        long id = (await db.Set<RolloutRow>().MaxAsync(r => (long?)r.Id, cancel) ?? 0) + 1;
        RolloutRow row = new()
        {
            Id = id, Digest = plan.Digest, Plan = JsonSerializer.Serialize(plan, StoredJson.Options), Reason = "",
            State = plan.RequireApproval ? RolloutState.AwaitingApproval : RolloutState.Scheduled, CreatedAt = now,
            CreatedBy = actor.Name, ChangedAt = now,
        };
        GroupRow[] groups = [.. formed.Value.Groups.Select((g, i) => new GroupRow
        {
            Rollout = id, Number = i, State = GroupState.Waiting, Members = string.Join('\n', g),
        })];
        // Held before it is there: a hold too many is let go by the chores, a missing one would let the bundle be deleted.
        Result<Bundle> held = await _shelf.HoldAsync(plan.Digest, "rollout:" + id, cancel);
        if (held.Fault is { } gone)
            return gone;
        db.Add(row);
        db.AddRange(groups);
        _audit.Add(db, actor, "rollout.create", "rollout:" + id, after: new { plan.Name, plan.Digest, plan.Filter, Groups = groups.Length, Devices = formed.Value.Groups.Sum(g => g.Length) });
        await db.SaveChangesAsync(cancel);
        LiveRollout rollout = new(row, groups, []);
        _active[id] = rollout;
        _owners = null;
        _live.Publish(LiveKind.Rollout, id.ToString());
        Stored?.Invoke("created");
        return View(rollout);
    }

    /// <summary>A second person agrees; never the one who made it.</summary>
    public Task<Result<RolloutView>> ApproveAsync(long id, Actor actor, CancellationToken cancel = default) =>
        OrderAsync(id, actor, RolloutEvent.Approve, "", cancel, step =>
        {
            if (step.Row.CreatedBy == actor.Name)
                return Fault.Conflict("approval-own", "Who made a rollout cannot approve it.");
            step.Approved(actor.Name);
            return null;
        });

    /// <summary>Nobody new is asked until it is resumed; who was asked goes on.</summary>
    public Task<Result<RolloutView>> PauseAsync(long id, string reason, Actor actor, CancellationToken cancel = default) =>
        OrderAsync(id, actor, RolloutEvent.Pause, reason, cancel);

    /// <summary>
    /// Goes on. Where the rollout held itself, its group's failures and gates so far are forgiven: only new ones hold it
    /// again.
    /// </summary>
    public Task<Result<RolloutView>> ResumeAsync(long id, string reason, Actor actor, CancellationToken cancel = default) =>
        OrderAsync(id, actor, RolloutEvent.Resume, reason, cancel, step =>
        {
            if (step.Rollout.Plan.Deadline <= step.Now)
                return Fault.Conflict("deadline-passed", "Its deadline passed; make a new rollout.");
            int number = step.Rollout.Current;
            if (number == step.Rollout.Groups.Count)
                return null;
            string reasonHeld = step.Rollout.Row.Reason;
            GroupCounts counts = Count(step.Rollout, number);
            if (step.Move(number, GroupEvent.Forgive))
            {
                GroupRow group = step.Group(number);
                string[] gates = [.. GateNames.All.Where(g => reasonHeld.Contains(g + ": ", StringComparison.Ordinal))];
                step.Put(group with
                {
                    Forgiven = counts.Failed,
                    ForgivenGates = string.Join(' ', group.ForgivenGates.Split(' ', StringSplitOptions.RemoveEmptyEntries).Union(gates)),
                });
            }
            if (step.Group(number).State == GroupState.Running)
                step.Put(step.Group(number) with { RateFrom = step.Now, RateBase = counts.Nodes - counts.Waiting });
            return null;
        });

    /// <summary>Ends it: who has not restarted into the bundle yet gives it up; who has keeps it.</summary>
    public Task<Result<RolloutView>> AbortAsync(long id, string reason, Actor actor, CancellationToken cancel = default) =>
        OrderAsync(id, actor, RolloutEvent.Abort, reason, cancel, step =>
        {
            foreach (NodeRow node in step.Rollout.Nodes.Values.Where(n => Transitions.IsOpen(n.State)))
                step.Move(node, NodeEvent.Withdraw, "aborted", row => row with { SentAt = null });
            return null;
        });

    /// <summary>Asks every node that it reached for the version that the node ran before.</summary>
    public Task<Result<RolloutView>> RollBackAsync(long id, string reason, Actor actor, CancellationToken cancel = default) =>
        OrderAsync(id, actor, RolloutEvent.RollBack, reason, cancel, step =>
        {
            foreach (NodeRow node in step.Rollout.Nodes.Values.ToList())
                Return(step, node);
            return null;
        });

    private void Return(RolloutStep step, NodeRow node)
    {
        if (node.BeforeDigest == step.Row.Digest || node.Tries == 0)
            return;
        Bundle? before = node.BeforeDigest == null ? null : _shelf.Find(node.BeforeDigest);
        bool moved = step.Move(node, NodeEvent.BeginReturn, "", row => row with
        {
            AskedAt = step.Now, SentAt = null, ApplyFrom = null, ApplyUntil = null, Tries = row.Tries + 1,
            Attempt = row.BeforeDigest == null ? 0 : _targets.NextAttempt(row.Device, row.BeforeDigest),
        });
        if (moved && before is not { IsServed: true })
        {
            step.Move(step.Node(node.Device, node.Group), NodeEvent.Strand,
                $"the bundle of {node.BeforeVersion ?? "the version before"} is not on the shelf");
        }
    }

    /// <summary>A person's order, audited with it; what it asks of devices is done at once.</summary>
    private async Task<Result<RolloutView>> OrderAsync(
        long id, Actor actor, RolloutEvent order, string reason, CancellationToken cancel, Func<RolloutStep, Fault?>? also = null)
    {
        if (new FieldErrors().Text(reason, "reason", ServiceLimits.MaxNote).Fault is { } wrong)
            return wrong;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (await LoadAsync(id, cancel) is not { } rollout)
            return Fault.NotFound("rollout", id.ToString());
        RolloutStep step = new(rollout, _time.GetUtcNow());
        RolloutState before = step.Row.State;
        if (!Transitions.Rollout.ContainsKey((before, order)))
            return Fault.Conflict("rollout-state", $"A rollout that is {Say(before)} takes no '{Say(order)}'.");
        if (also?.Invoke(step) is { } fault)
            return fault;
        step.Move(order, reason.Length == 0 ? $"by {actor.Name}" : $"by {actor.Name}: {reason}");
        await SaveAsync(step, db => _audit.Add(
            db, actor, "rollout." + Say(order), Subject(rollout), new { State = before }, new { step.Row.State, Reason = reason }), cancel);
        _active[id] = rollout;
        await SendAsync(rollout, cancel);
        return View(rollout);
    }

    private async Task<LiveRollout?> LoadAsync(long id, CancellationToken cancel)
    {
        if (_active.TryGetValue(id, out LiveRollout? live))
            return live;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        RolloutRow? row = await db.Set<RolloutRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel);
        return row == null ? null : new LiveRollout(
            row, await db.Set<GroupRow>().AsNoTracking().Where(g => g.Rollout == id).ToListAsync(cancel),
            await db.Set<NodeRow>().AsNoTracking().Where(n => n.Rollout == id).ToListAsync(cancel));
    }

    private Result<Formed> FormGroups(RolloutPlan plan)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (plan.Check(now) is { } fault)
            return fault;
        if (_shelf.Find(plan.Digest) is not { } bundle)
            return Fault.NotFound("bundle", plan.Digest);
        if (!bundle.IsServed)
            return Fault.Conflict("bundle-not-trusted", "The key that signed the bundle was revoked.");
        if (bundle.ExpiresAt <= now)
            return Fault.Conflict("bundle-expired", "The time until which the bundle may be installed is over.");
        IReadOnlyList<Device> wanted;
        if (plan.Devices is { } named)
        {
            if (named.FirstOrDefault(d => _directory.Find(d) == null) is { } unknown)
                return Fault.NotFound("device", unknown);
            wanted = [.. named.Distinct().Select(d => _directory.Find(d)!)];
        }
        else
        {
            Result<DeviceFilter> filter = _finder.Parse(plan.Filter);
            if (filter.Fault is { } unread)
                return unread;
            wanted = _finder.Find(filter.Value!);
        }
        List<Device> fit = new(wanted.Count);
        int kinds = 0, others = 0;
        bool any = _active.Values.Any(r => r.IsActive);
        foreach (Device device in wanted)
        {
            if (device.Kind != bundle.Kind || device.Status == DeviceStatus.Decommissioned)
                kinds++;
            else if (any && Owners().TryGetValue(device.Id, out long owner)
                && (_active[owner].HasAsked(device.Id) || _active[owner].Plan.Priority >= plan.Priority))
                others++;
            else
                fit.Add(device);
        }
        if (fit.Count > RolloutLimits.MaxDevices)
            return Fault.Conflict("too-many-devices", $"A rollout has at most {RolloutLimits.MaxDevices} devices.");
        Result<IReadOnlyList<string[]>> groups = Grouping.Form(fit, plan);
        return groups.Fault is { } apart ? apart : new Formed(bundle, groups.Value!, kinds, others);
    }

    /// <summary>The least time that rate and soak leave it, in minutes.</summary>
    private static long Shortest(RolloutPlan plan, IReadOnlyList<string[]> groups)
    {
        long minutes = 0;
        for (int i = 0; i < groups.Count; i++)
        {
            int interval = 0;
            while (plan.AnyRate.Allowed(TimeSpan.FromMinutes((long)interval * plan.AnyRate.IntervalMinutes)) < groups[i].Length)
                interval++;
            minutes += (long)interval * plan.AnyRate.IntervalMinutes + plan.Group(i).SoakMinutes;
        }
        return minutes;
    }

    private static string Say<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private sealed record Formed(Bundle Bundle, IReadOnlyList<string[]> Groups, int OtherKind, int OfOthers);
}
