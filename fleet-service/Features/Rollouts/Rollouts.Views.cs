using System.Text.Json;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>A group before it is made.</summary>
/// <param name="Number">From 1.</param>
/// <param name="First">The first ten ids.</param>
public sealed record GroupPreview(int Number, int Nodes, IReadOnlyList<string> First, GroupPlan Plan);

/// <summary>What a plan would do.</summary>
/// <param name="OtherKind">Devices that the filter means and the bundle does not.</param>
/// <param name="OfOtherRollouts">Devices that another rollout has.</param>
/// <param name="LeastMinutes">What rates and soaks take, if every node took no time.</param>
public sealed record RolloutPreview(
    string Version, int Nodes, IReadOnlyList<GroupPreview> Groups, int OtherKind, int OfOtherRollouts, long LeastMinutes);

/// <summary>A group and how far it is.</summary>
/// <param name="Number">From 1.</param>
public sealed record GroupView(
    int Number, GroupState State, GroupCounts Counts, GroupPlan Plan, DateTimeOffset? StartedAt, DateTimeOffset? SoakFrom,
    DateTimeOffset? EndedAt);

/// <summary>A rollout and how far it is.</summary>
/// <param name="Reason">Why it is in its state.</param>
public sealed record RolloutView(
    long Id, string Name, string Digest, string? Version, RolloutState State, string Reason, DateTimeOffset CreatedAt,
    string CreatedBy, DateTimeOffset? ApprovedAt, string? ApprovedBy, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    GroupCounts Counts, IReadOnlyList<GroupView> Groups, RolloutPlan Plan);

/// <summary>A node of a rollout.</summary>
/// <param name="Group">From 1.</param>
/// <param name="Before">The version that it ran when it was asked.</param>
public sealed record RolloutNode(
    string Device, int Group, NodeState State, string Reason, int Tries, DateTimeOffset? AskedAt, DateTimeOffset? UpdatedAt,
    string? Before, DateTimeOffset ChangedAt);

/// <summary>A page of nodes.</summary>
public sealed record RolloutNodePage(int Total, IReadOnlyList<RolloutNode> Items);

/// <summary>What a gate saw.</summary>
/// <param name="Group">From 1.</param>
public sealed record GateEvidence(
    long Id, int Group, string Gate, bool Holds, DateTimeOffset At, string Summary, JsonElement Evidence);

public sealed partial class Rollouts
{
    /// <summary>Rollouts, the newest first.</summary>
    public async Task<IReadOnlyList<RolloutView>> AllAsync(bool active, int skip, int top, CancellationToken cancel = default)
    {
        if (active)
            return [.. _active.Values.Where(r => r.IsActive).OrderByDescending(r => r.Row.Id).Skip(skip).Take(top).Select(View)];
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        List<long> ids = await db.Set<RolloutRow>().OrderByDescending(r => r.Id).Skip(skip).Take(top).Select(r => r.Id).ToListAsync(cancel);
        List<RolloutView> views = [];
        foreach (long id in ids)
            views.Add(View((await LoadAsync(id, cancel))!));
        return views;
    }

    /// <summary>One rollout; null where there is none.</summary>
    public async Task<RolloutView?> FindAsync(long id, CancellationToken cancel = default) =>
        await LoadAsync(id, cancel) is { } rollout ? View(rollout) : null;

    /// <summary>Nodes in the order of their groups; null where there is no such rollout.</summary>
    /// <param name="group">From 1; null: all.</param>
    public async Task<RolloutNodePage?> NodesAsync(
        long id, int? group, NodeState? state, int skip, int top, CancellationToken cancel = default)
    {
        if (await LoadAsync(id, cancel) is not { } rollout)
            return null;
        List<(string Device, int Group)> all = [];
        for (int i = 0; i < rollout.Members.Count; i++)
        {
            if (group is { } wanted && wanted != i + 1)
                continue;
            foreach (string device in rollout.Members[i])
            {
                if (state == null || rollout.StateOf(device) == state)
                    all.Add((device, i));
            }
        }
        return new RolloutNodePage(all.Count, [.. all.Skip(skip).Take(top).Select(n =>
            rollout.Nodes.TryGetValue(n.Device, out NodeRow? row)
                ? new RolloutNode(n.Device, n.Group + 1, row.State, row.Reason, row.Tries, row.AskedAt, row.UpdatedAt, row.BeforeVersion, row.ChangedAt)
                : new RolloutNode(n.Device, n.Group + 1, NodeState.Waiting, "", 0, null, null, null, rollout.Row.CreatedAt))]);
    }

    /// <summary>What the gates saw, the newest first.</summary>
    /// <param name="holds">Only what held it.</param>
    public async Task<IReadOnlyList<GateEvidence>> EvidenceAsync(long id, bool holds, int top, CancellationToken cancel = default)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        List<EvidenceRow> rows = await db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Rollout == id && (!holds || e.Holds))
            .OrderByDescending(e => e.Id).Take(Math.Clamp(top, 1, RolloutLimits.MaxEvidence)).ToListAsync(cancel);
        return [.. rows.Select(e => new GateEvidence(
            e.Id, e.Group + 1, e.Gate, e.Holds, e.At, e.Summary, JsonDocument.Parse(e.Json).RootElement))];
    }

    private RolloutView View(LiveRollout rollout)
    {
        GroupView[] groups = [.. rollout.Groups.ToArray().Select(g => new GroupView(
            g.Number + 1, g.State, Count(rollout, g.Number), rollout.Plan.Group(g.Number), g.StartedAt, g.SoakFrom, g.EndedAt))];
        RolloutRow row = rollout.Row;
        GroupCounts sum = default;
        foreach (GroupView group in groups)
            sum = sum.Plus(group.Counts);
        return new RolloutView(
            row.Id, rollout.Plan.Name, row.Digest, _shelf.Find(row.Digest)?.Version, row.State, row.Reason, row.CreatedAt,
            row.CreatedBy, row.ApprovedAt, row.ApprovedBy, row.StartedAt, row.EndedAt, sum, groups, rollout.Plan);
    }
}
