using System.Collections.Concurrent;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>
/// The keys of devices. Held in memory (about 500 bytes a device) and decrypted at first use, so that 10,000 devices
/// that come back at once cost no database reads.
/// </summary>
public sealed class Identities
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly KeyVault _vault;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _firstConnects = new(1, 1);
    private readonly ConcurrentDictionary<string, Identity> _byDevice = new();
    private readonly ConcurrentDictionary<string, Identity> _byHardware = new();

    /// <summary>Reads the identities.</summary>
    public Identities(IDbContextFactory<FleetDb> contexts, KeyVault vault, TimeProvider time)
    {
        (_contexts, _vault, _time) = (contexts, vault, time);
        using FleetDb db = contexts.CreateDbContext();
        foreach (IdentityRow row in db.Set<IdentityRow>().AsNoTracking())
            Changed(row);
    }

    /// <summary>Whether the password, or the client certificate in its place, is the device's.</summary>
    internal async ValueTask<Refusal> CheckAsync(Credentials credentials, TokenRule rule, CancellationToken cancel)
    {
        if (!_byDevice.TryGetValue(credentials.User, out Identity? identity) || identity.Row.ReleasedAt != null)
            return Refusal.UnknownUser;
        bool rotated = false;
        if (!HasCertificate(identity.Row, credentials.CertificateThumbprint))
        {
            Refusal refusal = rule.Judge(credentials, identity.Key(_vault));
            if (refusal == Refusal.WrongPassword && identity.Row.NextKey != null)
            {
                refusal = rule.Judge(credentials, identity.NextKey(_vault));
                rotated = refusal == Refusal.None;
            }
            if (refusal != Refusal.None)
                return refusal;
        }
        if (rotated || identity.Row.ConnectedAt == null)
            await ConnectedAsync(credentials.User, rotated, cancel);
        return Refusal.None;
    }

    internal IdentityRow? ByHardware(string hardwareId) => _byHardware.GetValueOrDefault(hardwareId)?.Row;

    internal IdentityRow? ByDevice(string deviceId) => _byDevice.GetValueOrDefault(deviceId)?.Row;

    internal byte[] KeyOf(string deviceId) => _byDevice[deviceId].Key(_vault);

    /// <summary>The database has this identity now.</summary>
    internal void Changed(IdentityRow row)
    {
        Identity identity = new(row);
        _byDevice[row.DeviceId] = identity;
        _byHardware[row.HardwareId] = identity;
    }

    /// <summary>Holds the identities while one changes.</summary>
    internal ValueTask<Hosting.Hold> HoldAsync(CancellationToken cancel) => Hosting.Hold.Async(_firstConnects, cancel);

    private static bool HasCertificate(IdentityRow row, string? thumbprint) => thumbprint != null
        && row.CertificateThumbprint is { } registered
        && string.Equals(registered, thumbprint, StringComparison.OrdinalIgnoreCase);

    // On disk before the device is let in: from here on a claim with the same nonce is a replay.
    private async ValueTask ConnectedAsync(string deviceId, bool rotated, CancellationToken cancel)
    {
        using Hosting.Hold _ = await HoldAsync(cancel);
        IdentityRow row = _byDevice[deviceId].Row;
        if (row.ConnectedAt != null && (!rotated || row.NextKey == null))
            return;
        IdentityRow next = row with
        {
            ConnectedAt = row.ConnectedAt ?? _time.GetUtcNow(),
            Key = rotated && row.NextKey != null ? row.NextKey : row.Key,
            NextKey = rotated ? null : row.NextKey,
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(next);
        await db.SaveChangesAsync(cancel);
        Changed(next);
    }

    private sealed class Identity(IdentityRow row)
    {
        private byte[]? _key;
        private byte[]? _nextKey;

        public IdentityRow Row { get; } = row;

        public byte[] Key(KeyVault vault) => _key ??= vault.OpenDevice(Row.Key);

        public byte[] NextKey(KeyVault vault) => _nextKey ??= vault.OpenDevice(Row.NextKey!);
    }
}

/// <summary>Which password tokens are taken; see <see cref="AccessToken"/>.</summary>
/// <param name="Now">The service's clock.</param>
/// <param name="AllowClockless">Whether from a node that has no clock.</param>
/// <param name="User">Whom the token must name: the user name as it was sent, so that a claim's token is no device's.</param>
internal readonly record struct TokenRule(DateTimeOffset Now, bool AllowClockless, string User)
{
    /// <summary>Judges the password under a key; who has not got the key learns nothing about the rest.</summary>
    public Refusal Judge(Credentials credentials, byte[] key)
    {
        if (!AccessToken.TryParse(credentials.Password, out long expiry, out string signature)
            || !AccessToken.Matches(User, expiry, signature, key))
        {
            return Refusal.WrongPassword;
        }
        if (expiry == AccessToken.NoClock)
            return AllowClockless ? Refusal.None : Refusal.ClocklessTokenRefused;
        long now = Now.ToUnixTimeSeconds();
        if (expiry <= now)
            return Refusal.TokenExpired;
        return expiry > now + Limits.MaxTokenLifeSeconds + ServiceLimits.TokenSkewS
            ? Refusal.TokenTooLong
            : Refusal.None;
    }
}
