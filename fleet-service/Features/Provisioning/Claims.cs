using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>
/// First contact: judges claims, grants identities, and lets operators decide what waits. One claim at a time, so that
/// a board that asks twice at once gets one identity.
/// </summary>
public sealed partial class Claims(
    IDbContextFactory<FleetDb> contexts, Enrolments enrolments, Identities identities, DeviceDirectory directory,
    Granting granting, AuditLog audit, LiveFeed live, Lazy<IDeviceLink> link, TimeProvider time,
    ILogger<Claims> logger) : IHousekeeping
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Judges a claim and records it. The same board with the same nonce gets the same answer.</summary>
    /// <param name="enrolmentId">The enrolment whose secret the board has shown.</param>
    /// <param name="hardwareId">The board that the topic names.</param>
    /// <param name="payload">The claim.</param>
    /// <param name="remoteAddress">Where it came from.</param>
    /// <param name="cancel">Gives up; nothing is granted then.</param>
    public async Task<ClaimAnswer> ClaimAsync(
        string enrolmentId, string hardwareId, ReadOnlyMemory<byte> payload, string remoteAddress,
        CancellationToken cancel = default)
    {
        ClaimRequest request = new();
        bool readable = request.Read(new CborReader(payload.ToArray())) == ContractError.None
            && request.HardwareId == hardwareId;
        if (enrolments.Row(enrolmentId) == null)
            return Answer(Verdict.Refuse(ClaimRefusal.UnknownEnrolment), request.Nonce);
        Verdict verdict;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            EnrolmentRow enrolment = enrolments.Row(enrolmentId)!;
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            ClaimRow? before = await db.Set<ClaimRow>().AsNoTracking().FirstOrDefaultAsync(
                c => c.EnrolmentId == enrolmentId && c.HardwareId == hardwareId, cancel);
            verdict = readable
                ? await JudgeAsync(db, enrolment, request, before, cancel)
                : Verdict.Refuse(ClaimRefusal.Malformed);
            ClaimRow claim = Record(before, enrolmentId, hardwareId, readable ? request : null, remoteAddress, verdict);
            if (verdict.Grant)
                verdict = Verdict.Granted(await granting.GrantAsync(db, enrolment, claim, Actor.System, cancel));
            else
                await SaveAsync(db, claim, cancel);
        }
        Report(enrolmentId, hardwareId, verdict);
        live.Publish(LiveKind.Claim, hardwareId);
        return Answer(verdict, request.Nonce);
    }

    /// <summary>Claims, those that came last first.</summary>
    /// <param name="state">Only in this state; null: all.</param>
    /// <param name="enrolmentId">Only of this enrolment; null: all.</param>
    /// <param name="skip">Claims to pass over.</param>
    /// <param name="top">Claims to give, at most <see cref="ServiceLimits.MaxPage"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ClaimPage> SearchAsync(
        ClaimState? state = null, string? enrolmentId = null, int skip = 0, int top = ServiceLimits.DefaultPage,
        CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        IQueryable<ClaimRow> rows = db.Set<ClaimRow>().AsNoTracking();
        if (state != null)
            rows = rows.Where(r => r.State == state);
        if (enrolmentId != null)
            rows = rows.Where(r => r.EnrolmentId == enrolmentId);
        int total = await rows.CountAsync(cancel);
        List<ClaimRow> items = await rows.OrderByDescending(r => r.LastAt).ThenByDescending(r => r.Id)
            .Skip(skip).Take(top).ToListAsync(cancel);
        return new ClaimPage(total, [.. items.Select(Public)]);
    }

    /// <summary>Claims that wait for an operator.</summary>
    public async Task<int> PendingCountAsync(CancellationToken cancel = default)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        return await db.Set<ClaimRow>().CountAsync(r => r.State == ClaimState.Pending, cancel);
    }

    /// <summary>Grants a waiting (or formerly rejected) claim; a board that is connected gets its identity at once.</summary>
    public async Task<Result<BoardClaim>> ApproveAsync(long id, Actor actor, CancellationToken cancel = default)
    {
        ClaimRow granted;
        IdentityRow identity;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            if (await FindAsync(db, id, cancel) is not { } claim)
                return Fault.NotFound("claim", id.ToString());
            EnrolmentRow enrolment = enrolments.Row(claim.EnrolmentId)!;
            if (Obstacle(claim, enrolment) is { } fault)
                return fault;
            granted = claim with
            {
                State = ClaimState.Granted,
                DecidedBy = actor.Name,
                LastRefusal = ClaimRefusal.None,
            };
            identity = await granting.GrantAsync(db, enrolment, granted, actor, cancel);
            granted = granted with { DeviceId = identity.DeviceId };
        }
        await PushAsync(granted, Verdict.Granted(identity), cancel);
        return Public(granted);
    }

    /// <summary>Turns a waiting claim down; the board is told, and its later claims under the enrolment too.</summary>
    public async Task<Result<BoardClaim>> RejectAsync(long id, Actor actor, CancellationToken cancel = default)
    {
        ClaimRow rejected;
        using (Hold _ = await Hold.Async(_gate, cancel))
        {
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            if (await FindAsync(db, id, cancel) is not { } claim)
                return Fault.NotFound("claim", id.ToString());
            if (claim.State != ClaimState.Pending)
                return Fault.Conflict("claim-not-pending", "The claim does not wait for a decision.");
            rejected = claim with { State = ClaimState.Rejected, DecidedBy = actor.Name };
            db.Update(rejected);
            audit.Add(db, actor, "claim.reject", claim.HardwareId, Public(claim), Public(rejected));
            await db.SaveChangesAsync(cancel);
        }
        await PushAsync(rejected, Verdict.Refuse(ClaimRefusal.Rejected), cancel);
        return Public(rejected);
    }

    /// <summary>Forgets a claim that was not granted, so that the board may claim anew.</summary>
    public async Task<Result<BoardClaim>> ForgetAsync(long id, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        if (await FindAsync(db, id, cancel) is not { } claim)
            return Fault.NotFound("claim", id.ToString());
        if (claim.State == ClaimState.Granted)
            return Fault.Conflict("claim-granted", "The board has an identity; release the device instead.");
        db.Remove(claim);
        audit.Add(db, actor, "claim.forget", claim.HardwareId, before: Public(claim));
        await db.SaveChangesAsync(cancel);
        live.Publish(LiveKind.Claim, claim.HardwareId);
        return Public(claim);
    }

    /// <summary>
    /// Lets an erased board claim anew: it gets the same device id with another key. The old key ends at once.
    /// </summary>
    public async Task<Result<DeviceView>> ReleaseAsync(string deviceId, Actor actor, CancellationToken cancel = default)
    {
        using (Hold gate = await Hold.Async(_gate, cancel))
        {
            using Hold _ = await identities.HoldAsync(cancel);
            if (identities.ByDevice(deviceId) is not { } identity)
                return Fault.NotFound("device", deviceId);
            IdentityRow released = identity with { ReleasedAt = time.GetUtcNow(), NextKey = null };
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            db.Update(released);
            await db.Set<ClaimRow>().Where(c => c.HardwareId == identity.HardwareId).ExecuteDeleteAsync(cancel);
            audit.Add(db, actor, "device.release", deviceId);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            identities.Changed(released);
        }
        link.Value.Disconnect(deviceId, LinkEnd.Revoked);
        live.Publish(LiveKind.Device, deviceId);
        return directory.View(deviceId)!;
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        IQueryable<ClaimRow> refused = db.Set<ClaimRow>().Where(c => c.State == ClaimState.Refused);
        int over = await refused.CountAsync(cancel) - ServiceLimits.MaxOpenClaims;
        if (over > 0)
            await refused.OrderBy(c => c.LastAt).Take(over).ExecuteDeleteAsync(cancel);
    }

    private async Task<Verdict> JudgeAsync(
        FleetDb db, EnrolmentRow enrolment, ClaimRequest request, ClaimRow? before, CancellationToken cancel)
    {
        string nonce = Convert.ToHexStringLower(request.Nonce);
        IdentityRow? held = identities.ByHardware(request.HardwareId);
        if (held is { ReleasedAt: null })
        {
            if (held.ConnectedAt != null)
                return Verdict.Refuse(ClaimRefusal.AlreadyClaimed);
            return held.EnrolmentId == enrolment.Id && held.Nonce == nonce
                ? Verdict.Granted(held)
                : Verdict.Refuse(ClaimRefusal.DifferentClaim);
        }
        if (enrolment.ClosedAt != null)
            return Verdict.Refuse(ClaimRefusal.UnknownEnrolment);
        if (enrolment.ExpiresAt <= time.GetUtcNow())
            return Verdict.Refuse(ClaimRefusal.EnrolmentExpired);
        if (request.Kind != enrolment.Kind || (held != null && directory.Find(held.DeviceId)!.Kind != request.Kind))
            return Verdict.Refuse(ClaimRefusal.WrongKind);
        if (before?.State == ClaimState.Rejected)
            return Verdict.Refuse(ClaimRefusal.Rejected);
        if (before?.State == ClaimState.Pending && before.Nonce != nonce)
            return Verdict.Refuse(ClaimRefusal.DifferentClaim);
        if (enrolment.Used >= enrolment.Count && held?.EnrolmentId != enrolment.Id)
            return Verdict.Refuse(ClaimRefusal.EnrolmentFull);
        bool passes = enrolment.AutoAccept || await db.Set<PreauthorisedRow>().AnyAsync(
            p => p.EnrolmentId == enrolment.Id && p.HardwareId == request.HardwareId, cancel);
        return passes ? Verdict.ToGrant : Verdict.Wait;
    }

    // A replay must not change what stands of a granted, pending or rejected claim, only be counted with it.
    private ClaimRow Record(
        ClaimRow? before, string enrolmentId, string hardwareId, ClaimRequest? request, string remoteAddress,
        Verdict verdict)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool refused = verdict.Refusal != ClaimRefusal.None;
        ClaimRow row = before ?? new ClaimRow
        {
            EnrolmentId = enrolmentId,
            HardwareId = hardwareId,
            Nonce = "",
            Board = "",
            Firmware = "",
            State = ClaimState.Refused,
            RemoteAddress = remoteAddress,
            FirstAt = now,
        };
        row = row with { LastAt = now, RemoteAddress = remoteAddress };
        if (request != null && (!refused || row.State == ClaimState.Refused))
        {
            row = row with
            {
                Nonce = Convert.ToHexStringLower(request.Nonce),
                Kind = request.Kind,
                Board = request.Board,
                Firmware = request.FirmwareVersion,
            };
        }
        return refused
            ? row with { LastRefusal = verdict.Refusal, LastRefusedAt = now, Refusals = row.Refusals + 1 }
            : row with
            {
                State = verdict.Grant || verdict.Identity != null ? ClaimState.Granted : ClaimState.Pending,
                DeviceId = verdict.Identity?.DeviceId,
            };
    }

    private static async Task SaveAsync(FleetDb db, ClaimRow claim, CancellationToken cancel)
    {
        db.Update(claim);
        await db.SaveChangesAsync(cancel);
    }

    private static async Task<ClaimRow?> FindAsync(FleetDb db, long id, CancellationToken cancel) =>
        await db.Set<ClaimRow>().AsNoTracking().FirstOrDefaultAsync(c => c.Id == id, cancel);

    private Fault? Obstacle(ClaimRow claim, EnrolmentRow enrolment)
    {
        IdentityRow? held = identities.ByHardware(claim.HardwareId);
        if (claim.State is not (ClaimState.Pending or ClaimState.Rejected))
            return Fault.Conflict("claim-not-pending", "The claim does not wait for a decision.");
        if (held is { ReleasedAt: null })
            return Fault.Conflict("already-claimed", $"The board is {held.DeviceId} already.");
        if (enrolment.ClosedAt != null)
            return Fault.Conflict("enrolment-closed", "The enrolment was closed.");
        return enrolment.Used >= enrolment.Count && held?.EnrolmentId != enrolment.Id
            ? Fault.Conflict("enrolment-full", $"All {enrolment.Count} boards of the enrolment are taken.")
            : null;
    }

    private async Task PushAsync(ClaimRow claim, Verdict verdict, CancellationToken cancel)
    {
        Report(claim.EnrolmentId, claim.HardwareId, verdict);
        live.Publish(LiveKind.Claim, claim.HardwareId);
        await SendAsync(claim.HardwareId, Answer(verdict, Convert.FromHexString(claim.Nonce)), cancel);
    }

    /// <summary>Sends an answer to a board that is connected; false where it is not.</summary>
    internal ValueTask<bool> SendAsync(string hardwareId, ClaimAnswer answer, CancellationToken cancel)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        answer.Write(writer);
        return link.Value.SendAsync(TopicKind.ClaimAnswer, hardwareId, buffer.AsMemory(0, writer.Length), cancel);
    }

    private ClaimAnswer Answer(Verdict verdict, byte[] nonce) => granting.Answer(verdict, nonce);

    private static BoardClaim Public(ClaimRow row) => new(
        row.Id, row.EnrolmentId, row.HardwareId, row.Kind, row.Board, row.Firmware, row.State, row.LastRefusal,
        row.LastRefusedAt, row.Refusals, row.DeviceId, row.RemoteAddress, row.FirstAt, row.LastAt, row.DecidedBy);

    private void Report(string enrolmentId, string hardwareId, Verdict verdict)
    {
        if (verdict.Refusal != ClaimRefusal.None)
            Refused(logger, hardwareId, enrolmentId, verdict.Refusal);
        else if (verdict.Identity != null)
            Granted(logger, hardwareId, enrolmentId, verdict.Identity.DeviceId);
        else
            Waiting(logger, hardwareId, enrolmentId);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claim of {HardwareId} under {Enrolment} refused: {Refusal}")]
    private static partial void Refused(ILogger logger, string hardwareId, string enrolment, ClaimRefusal refusal);

    [LoggerMessage(Level = LogLevel.Information, Message = "{HardwareId} is {Device} now (enrolment {Enrolment})")]
    private static partial void Granted(ILogger logger, string hardwareId, string enrolment, string device);

    [LoggerMessage(Level = LogLevel.Information, Message = "Claim of {HardwareId} under {Enrolment} waits")]
    private static partial void Waiting(ILogger logger, string hardwareId, string enrolment);
}
