using System.Buffers.Text;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>Changes what a device proves itself with.</summary>
public sealed class DeviceKeys(
    IDbContextFactory<FleetDb> contexts, Identities identities, KeyVault vault, AuditLog audit, Lazy<IDeviceLink> link)
{
    /// <summary>
    /// Makes a new key, for a technician to write onto the board. The old one goes on working until the device first
    /// comes in with the new one.
    /// </summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="atOnce">Whether the old key ends now, as when it has leaked.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<DeviceKey>> RotateAsync(
        string deviceId, bool atOnce, Actor actor, CancellationToken cancel = default)
    {
        byte[] key = KeyVault.NewKey();
        string kept = vault.ProtectDevice(key);
        Fault? fault = await ChangeAsync(deviceId, "device.rotate-key", actor, new { atOnce },
            row => atOnce ? row with { Key = kept, NextKey = null } : row with { NextKey = kept }, cancel);
        if (fault != null)
            return fault;
        if (atOnce)
            link.Value.Disconnect(deviceId, LinkEnd.Revoked);
        return new DeviceKey(deviceId, Base64Url.EncodeToString(key));
    }

    /// <summary>Registers the TLS client certificate that may stand in for the device's password.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="thumbprint">SHA-256 of the certificate, 64 hexadecimal digits; null: none any more.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<string>> SetCertificateAsync(
        string deviceId, string? thumbprint, Actor actor, CancellationToken cancel = default)
    {
        if (thumbprint != null && (thumbprint.Length != 64 || !thumbprint.All(char.IsAsciiHexDigit)))
            return Fault.Invalid("thumbprint", "64 hexadecimal digits, the SHA-256 of the certificate.");
        string? kept = thumbprint?.ToLowerInvariant();
        Fault? fault = await ChangeAsync(deviceId, "device.certificate", actor, new { thumbprint = kept },
            row => row with { CertificateThumbprint = kept }, cancel);
        return fault != null ? fault : deviceId;
    }

    private async Task<Fault?> ChangeAsync(
        string deviceId, string action, Actor actor, object after, Func<IdentityRow, IdentityRow> change,
        CancellationToken cancel)
    {
        using Hold _ = await identities.HoldAsync(cancel);
        if (identities.ByDevice(deviceId) is not { } row)
            return Fault.NotFound("device", deviceId);
        IdentityRow changed = change(row);
        await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
        db.Update(changed);
        audit.Add(db, actor, action, deviceId, after: after);
        await db.SaveChangesAsync(cancel);
        identities.Changed(changed);
        return null;
    }
}
