using System.Collections.Concurrent;
using System.Text.Json;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Updates;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>
/// Takes bundles to many devices, group by group, and stops by itself. It decides from stored facts alone, and stores
/// what it decided before it does it: whenever the service ends, the next one goes on where this one was. What is done
/// twice then, a device's target being set, changes nothing the second time.
/// <para>
/// A device belongs to one active rollout: to the one that has asked it; if none has, to the one with the higher
/// priority, and of equals to the older. A rollout whose turn comes to a device of another passes it over.
/// </para>
/// </summary>
public sealed partial class Rollouts
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly DeviceDirectory _directory;
    private readonly DeviceFinder _finder;
    private readonly Presence _presence;
    private readonly Reports.Reports _reports;
    private readonly UpdateTargets _targets;
    private readonly BundleShelf _shelf;
    private readonly GateKeeper _gates;
    private readonly AuditLog _audit;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<long, LiveRollout> _active = new();
    private Dictionary<string, long>? _owners;

    /// <summary>Reads the rollouts that have not ended, and those that ended with something left to send.</summary>
    public Rollouts(
        IDbContextFactory<FleetDb> contexts, DeviceDirectory directory, DeviceFinder finder, Presence presence,
        Reports.Reports reports, UpdateTargets targets, BundleShelf shelf, GateKeeper gates, AuditLog audit, LiveFeed live,
        TimeProvider time)
    {
        (_contexts, _directory, _finder, _presence, _reports) = (contexts, directory, finder, presence, reports);
        (_targets, _shelf, _gates, _audit, _live, _time) = (targets, shelf, gates, audit, live, time);
        using FleetDb db = contexts.CreateDbContext();
        RolloutState[] ended = [RolloutState.Finished, RolloutState.Aborted, RolloutState.RolledBack];
        NodeState[] unsent = [NodeState.Withdrawn, NodeState.Failed];
        List<RolloutRow> rows = [.. db.Set<RolloutRow>().AsNoTracking().Where(r => !ended.Contains(r.State)
            || db.Set<NodeRow>().Any(n => n.Rollout == r.Id && n.SentAt == null && unsent.Contains(n.State)))];
        foreach (RolloutRow row in rows)
        {
            _active[row.Id] = new LiveRollout(
                row, db.Set<GroupRow>().AsNoTracking().Where(g => g.Rollout == row.Id),
                db.Set<NodeRow>().AsNoTracking().Where(n => n.Rollout == row.Id));
        }
    }

    /// <summary>Called with the name of what was just made durable; a test ends the service there.</summary>
    internal Action<string>? Stored { get; set; }

    /// <summary>What is stored about a device, as rollouts see it.</summary>
    internal NodeFacts FactsOf(string device)
    {
        DateTimeOffset? heard = _presence.IsOnline(device) ? _time.GetUtcNow() : _presence.LastSeenAt(device);
        if (_reports.State(device) is not { } state)
            return new NodeFacts(null, null, false, UpdateState.Idle, UpdateReason.None, null, 0, 0, 0, heard, 0);
        UpdateAnswer? update = state.Update;
        return new NodeFacts(
            state.FirmwareDigest, state.FirmwareVersion, update?.Confirmed ?? false, update?.State ?? UpdateState.Idle,
            update?.Reason ?? UpdateReason.None, update?.Target, update?.Attempt ?? 0, state.Boots, state.FreeHeapBytes, heard,
            state.WindowMs);
    }

    private IEnumerable<LiveRollout> InOrder() =>
        _active.Values.OrderByDescending(r => r.Plan.Priority).ThenBy(r => r.Row.Id);

    private Dictionary<string, long> Owners()
    {
        if (_owners != null)
            return _owners;
        Dictionary<string, long> owners = new(StringComparer.Ordinal);
        List<LiveRollout> order = [.. InOrder().Where(r => r.IsActive)];
        foreach (LiveRollout rollout in order)
        {
            foreach (NodeRow node in rollout.Nodes.Values.Where(n => rollout.HasAsked(n.Device)))
                owners.TryAdd(node.Device, rollout.Row.Id);
        }
        foreach (LiveRollout rollout in order)
        {
            foreach (string device in rollout.Members.SelectMany(m => m))
                owners.TryAdd(device, rollout.Row.Id);
        }
        return _owners = owners;
    }

    private async Task SaveAsync(RolloutStep step, Action<FleetDb>? also, CancellationToken cancel)
    {
        if (step.IsEmpty && also == null)
            return;
        bool members = step.Row.State != step.Rollout.Row.State;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        also?.Invoke(db);
        if (step.Row.State != step.Rollout.Row.State && also == null)
        {
            _audit.Add(db, ActorOf(step.Rollout), "rollout." + JsonNamingPolicy.KebabCaseLower.ConvertName(step.Row.State.ToString()),
                Subject(step.Rollout), new { step.Rollout.Row.State }, new { step.Row.State, step.Row.Reason });
        }
        await step.SaveAsync(db, cancel);
        step.Saved();
        if (members)
            _owners = null;
        _live.Publish(LiveKind.Rollout, step.Row.Id.ToString());
        Stored?.Invoke("step");
    }

    private static Actor ActorOf(LiveRollout rollout) => new("system", Subject(rollout));

    private static string Subject(LiveRollout rollout) => "rollout:" + rollout.Row.Id;
}
