using System.Collections.Concurrent;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Updates;

/// <summary>The bundle that a device is to run.</summary>
/// <param name="Digest">The bundle's.</param>
/// <param name="Version">The bundle's.</param>
/// <param name="Attempt">A node that remembers the bundle as bad tries it again for a higher attempt only.</param>
/// <param name="ApplyFrom">Earliest moment of the restart into it; null: at once.</param>
/// <param name="ApplyUntil">Latest moment of it; null: without end.</param>
public sealed record DeviceTarget(
    string Device, string Digest, string Version, uint Attempt, DateTimeOffset? ApplyFrom, DateTimeOffset? ApplyUntil,
    DateTimeOffset SetAt, string SetBy);

/// <summary>What is asked of devices.</summary>
/// <param name="Digest">The bundle.</param>
/// <param name="Retry">Whether a device that was asked for the same bundle before is to try it again.</param>
/// <param name="ApplyFrom">See <see cref="DeviceTarget"/>.</param>
/// <param name="ApplyUntil">See <see cref="DeviceTarget"/>.</param>
/// <param name="Attempt">
/// The attempt itself, for a program that has to be able to ask twice for one try; never lower than it was.
/// </param>
public sealed record TargetRequest(
    string Digest, bool Retry = false, DateTimeOffset? ApplyFrom = null, DateTimeOffset? ApplyUntil = null,
    uint? Attempt = null);

/// <summary>
/// Which bundle each device is to run. It stands in the desired state until it is withdrawn, so a device that was away,
/// or went back to golden, is asked again whenever it comes.
/// </summary>
public sealed class UpdateTargets : IDesiredPart, IHousekeeping
{
    private const string Holder = "devices";

    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly BundleShelf _shelf;
    private readonly DeviceDirectory _directory;
    private readonly AuditLog _audit;
    private readonly LiveFeed _live;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, TargetRow> _targets;

    /// <summary>Reads what was asked for.</summary>
    public UpdateTargets(
        IDbContextFactory<FleetDb> contexts, BundleShelf shelf, DeviceDirectory directory, AuditLog audit, LiveFeed live,
        TimeProvider time)
    {
        (_contexts, _shelf, _directory, _audit, _live, _time) = (contexts, shelf, directory, audit, live, time);
        using FleetDb db = contexts.CreateDbContext();
        _targets = new(db.Set<TargetRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.Device));
    }

    /// <summary>What a device is to run; null: it stays as it is.</summary>
    public DeviceTarget? Find(string device) =>
        _targets.TryGetValue(device, out TargetRow? row) && row.IsOffered ? Public(row) : null;

    /// <summary>The attempt that a device would be asked for if it were asked for this bundle anew.</summary>
    public uint NextAttempt(string device, string digest) =>
        _targets.TryGetValue(device, out TargetRow? row) && row.Digest == digest ? (uint)row.Attempt + 1 : 0;

    /// <summary>How many devices are asked to run a bundle.</summary>
    public int CountOf(string digest) => _targets.Values.Count(r => r.IsOffered && r.Digest == digest);

    /// <summary>
    /// Asks devices to run a bundle: all of them, or, where one cannot be asked, none. Asked for what it is asked for
    /// already, and not to try again, a device is left in peace.
    /// </summary>
    public async Task<Result<DeviceTarget[]>> SetAsync(
        IReadOnlyCollection<string> devices, TargetRequest request, Actor actor, CancellationToken cancel = default)
    {
        if (Check(devices, request) is { } fault)
            return fault;
        List<TargetRow> changed = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            // Held before it is asked for: it must not be deleted in between.
            Result<Bundle> held = await _shelf.HoldAsync(request.Digest, Holder, cancel);
            if (held.Fault is { } gone)
                return gone;
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            foreach (string device in devices)
            {
                TargetRow? before = _targets.GetValueOrDefault(device);
                TargetRow row = Row(device, before, request, actor);
                if (before != null && row == before with { SetAt = row.SetAt, SetBy = row.SetBy })
                    continue;
                db.Entry(row).State = before == null ? EntityState.Added : EntityState.Modified;
                _audit.Add(db, actor, "update.target", device, Told(before), Told(row));
                changed.Add(row);
            }
            await db.SaveChangesAsync(cancel);
            foreach (TargetRow row in changed)
                _targets[row.Device] = row;
        }
        await TellAsync(changed, cancel);
        return devices.Select(device => Find(device)!).ToArray();
    }

    /// <summary>Withdraws what devices are asked for; one that has not restarted into it yet gives it up.</summary>
    public async Task<Result<int>> ClearAsync(
        IReadOnlyCollection<string> devices, Actor actor, CancellationToken cancel = default)
    {
        if (devices.FirstOrDefault(device => _directory.Find(device) == null) is { } unknown)
            return Fault.NotFound("device", unknown);
        List<TargetRow> changed = [];
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
            foreach (string device in devices)
            {
                if (!_targets.TryGetValue(device, out TargetRow? before) || !before.IsOffered)
                    continue;
                TargetRow row = before with { IsOffered = false, SetAt = _time.GetUtcNow(), SetBy = actor.Name };
                db.Entry(row).State = EntityState.Modified;
                _audit.Add(db, actor, "update.withdraw", device, Told(before));
                changed.Add(row);
            }
            await db.SaveChangesAsync(cancel);
            foreach (TargetRow row in changed)
                _targets[row.Device] = row;
        }
        await TellAsync(changed, cancel);
        return changed.Count;
    }

    /// <inheritdoc/>
    public void Put(string device, DesiredState state)
    {
        if (!_targets.TryGetValue(device, out TargetRow? row) || !row.IsOffered
            || _shelf.Find(row.Digest) is not { IsServed: true } bundle)
            return;
        state.HasTarget = true;
        Convert.FromHexString(row.Digest).CopyTo(state.Target.Digest, 0);
        state.Target.TotalBytes = (uint)bundle.Size;
        state.Target.EnvelopeBytes = (uint)bundle.EnvelopeSize;
        state.Target.Attempt = (uint)row.Attempt;
        state.Target.ApplyFromMs = row.ApplyFrom?.ToUnixTimeMilliseconds() ?? 0;
        state.Target.ApplyUntilMs = row.ApplyUntil?.ToUnixTimeMilliseconds() ?? 0;
    }

    /// <summary>Lets go of bundles that no device is asked for any more.</summary>
    public async Task TidyAsync(CancellationToken cancel)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        HashSet<string> used = [.. _targets.Values.Where(r => r.IsOffered).Select(r => r.Digest)];
        foreach (Bundle bundle in _shelf.All().Where(b => b.Holders.Contains(Holder) && !used.Contains(b.Digest)))
            await _shelf.ReleaseAsync(bundle.Digest, Holder, cancel);
    }

    private Fault? Check(IReadOnlyCollection<string> devices, TargetRequest request)
    {
        if (_shelf.Find(request.Digest) is not { } bundle)
            return Fault.NotFound("bundle", request.Digest);
        if (!bundle.IsServed)
            return Fault.Conflict("bundle-not-trusted", "The key that signed the bundle was revoked.");
        if (bundle.ExpiresAt <= _time.GetUtcNow())
            return Fault.Conflict("bundle-expired", "The time until which the bundle may be installed is over.");
        if (request.ApplyUntil <= (request.ApplyFrom ?? _time.GetUtcNow()))
            return Fault.Invalid("applyUntil", "later than 'applyFrom', and later than now.");
        foreach (string id in devices)
        {
            if (_directory.Find(id) is not { } device)
                return Fault.NotFound("device", id);
            if (device.Kind != bundle.Kind)
                return Fault.Conflict("bundle-wrong-kind", $"Device '{id}' is not of the kind that the bundle is for.");
            if (device.Status == DeviceStatus.Decommissioned)
                return Fault.Conflict("device-decommissioned", $"Device '{id}' was decommissioned.");
        }
        return null;
    }

    private TargetRow Row(string device, TargetRow? before, TargetRequest request, Actor actor)
    {
        bool same = before?.Digest == request.Digest;
        return new TargetRow
        {
            Device = device,
            Digest = request.Digest,
            // Withdrawn and asked for anew, it is a new attempt as well: that is what the operator means by it.
            Attempt = request.Attempt is { } exact ? Math.Max(exact, same ? before!.Attempt : 0)
                : !same ? 0 : before!.Attempt + (request.Retry || !before.IsOffered ? 1 : 0),
            ApplyFrom = request.ApplyFrom,
            ApplyUntil = request.ApplyUntil,
            IsOffered = true,
            SetAt = _time.GetUtcNow(),
            SetBy = actor.Name,
        };
    }

    private async Task TellAsync(List<TargetRow> changed, CancellationToken cancel)
    {
        foreach (TargetRow row in changed)
        {
            _live.Publish(LiveKind.Device, row.Device);
            await _directory.SendDesiredAsync(row.Device, cancel);
        }
    }

    private object? Told(TargetRow? row) => row is not { IsOffered: true } ? null
        : new { row.Digest, _shelf.Find(row.Digest)?.Version, row.Attempt, row.ApplyFrom, row.ApplyUntil };

    private DeviceTarget Public(TargetRow row) => new(
        row.Device, row.Digest, _shelf.Find(row.Digest)?.Version ?? "", (uint)row.Attempt, row.ApplyFrom, row.ApplyUntil,
        row.SetAt, row.SetBy);
}
