using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>What a claim comes to.</summary>
/// <param name="Refusal">Why it is refused, if it is.</param>
/// <param name="Identity">The identity that it has.</param>
/// <param name="Grant">Whether it is to get one.</param>
internal readonly record struct Verdict(ClaimRefusal Refusal, IdentityRow? Identity, bool Grant)
{
    public static Verdict Wait => default;

    public static Verdict ToGrant => new(ClaimRefusal.None, null, true);

    public static Verdict Refuse(ClaimRefusal refusal) => new(refusal, null, false);

    public static Verdict Granted(IdentityRow identity) => new(ClaimRefusal.None, identity, false);
}

/// <summary>Makes identities: device, key, count of the enrolment and claim in one transaction.</summary>
public sealed class Granting(
    Enrolments enrolments, Identities identities, DeviceDirectory directory, KeyVault vault, AuditLog audit,
    FleetOptions options, TimeProvider time)
{
    // Crockford's base 32 in lower case: 8 letters are 40 bits; ids are checked against the directory besides.
    private const string Letters = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>
    /// Grants a claim and saves it. A released board gets its old device id with another key: never a second device.
    /// </summary>
    internal async Task<IdentityRow> GrantAsync(
        FleetDb db, EnrolmentRow enrolment, ClaimRow claim, Actor actor, CancellationToken cancel)
    {
        using Hosting.Hold _ = await identities.HoldAsync(cancel);
        IdentityRow? held = identities.ByHardware(claim.HardwareId);
        Device device = held == null
            ? await NewDeviceAsync(db, enrolment, claim, cancel)
            : directory.Find(held.DeviceId)! with { Status = DeviceStatus.Active, Board = claim.Board };
        IdentityRow identity = new()
        {
            DeviceId = device.Id,
            HardwareId = claim.HardwareId,
            EnrolmentId = enrolment.Id,
            Nonce = claim.Nonce,
            Key = vault.ProtectDevice(KeyVault.NewKey()),
            IssuedAt = time.GetUtcNow(),
        };
        bool counts = held?.EnrolmentId != enrolment.Id;
        if (held == null)
            directory.Add(db, device);
        else
            directory.Revive(db, device);
        db.Entry(identity).State = held == null ? EntityState.Added : EntityState.Modified;
        db.Update(claim with { DeviceId = device.Id });
        if (counts)
            db.Attach(enrolment with { Used = enrolment.Used + 1 }).Property(e => e.Used).IsModified = true;
        audit.Add(db, actor, "claim.grant", device.Id, after: new { claim.HardwareId, Enrolment = enrolment.Id });
        await db.SaveChangesAsync(cancel);
        identities.Changed(identity);
        directory.Added(device);
        if (counts)
            enrolments.Counted(enrolment.Id);
        return identity;
    }

    /// <summary>The answer that tells a board what its claim came to.</summary>
    internal ClaimAnswer Answer(Verdict verdict, byte[] nonce)
    {
        ClaimAnswer answer = new()
        {
            Refusal = verdict.Refusal,
            TimeMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        nonce.CopyTo(answer.Nonce, 0);
        if (verdict.Refusal != ClaimRefusal.None)
        {
            answer.Status = ClaimStatus.Refused;
            answer.RetryAfterS = ServiceLimits.RefusedRetryS;
        }
        else if (verdict.Identity == null)
        {
            answer.Status = ClaimStatus.Pending;
            answer.RetryAfterS = ServiceLimits.PendingRetryS;
        }
        else
        {
            answer.Status = ClaimStatus.Granted;
            answer.DeviceId = verdict.Identity.DeviceId;
            vault.OpenDevice(verdict.Identity.Key).CopyTo(answer.DeviceKey, 0);
            answer.GatewayHost = options.Mqtt.PublicHost;
            answer.GatewayPort = options.Mqtt.PublicPort;
        }
        return answer;
    }

    private async Task<Device> NewDeviceAsync(
        FleetDb db, EnrolmentRow enrolment, ClaimRow claim, CancellationToken cancel)
    {
        string prefix = enrolment.Kind == NodeKind.AirBox ? "airbox-" : "bridge-";
        string id;
        do
        {
            id = prefix + RandomNumberGenerator.GetString(Letters, 8);
        }
        while (directory.Find(id) != null);
        PreauthorisedRow? plan = await db.Set<PreauthorisedRow>().AsNoTracking().FirstOrDefaultAsync(
            p => p.EnrolmentId == enrolment.Id && p.HardwareId == claim.HardwareId, cancel);
        return new Device(id, enrolment.Kind, claim.HardwareId, enrolment.Site, plan?.Name ?? id, plan?.Latitude,
            plan?.Longitude, DeviceStatus.Active, claim.Board, time.GetUtcNow());
    }
}
