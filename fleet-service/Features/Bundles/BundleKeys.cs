using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>Whether a key's signature counts.</summary>
public enum BundleKeyState
{
    /// <summary>It does.</summary>
    Trusted,

    /// <summary>Not yet.</summary>
    NotYetValid,

    /// <summary>For what was uploaded in its time, not for anything new.</summary>
    NoLongerValid,

    /// <summary>For nothing any more.</summary>
    Revoked,
}

/// <summary>A public key that signs bundles.</summary>
/// <param name="KeyId">SHA-256 of its DER form (SubjectPublicKeyInfo), lower-case hexadecimal.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Bits">2048 or 3072.</param>
/// <param name="State">Whether its signature counts now.</param>
/// <param name="ValidFrom">From when on it counts.</param>
/// <param name="ValidUntil">Until when; null: without end.</param>
/// <param name="AddedAt">When it was added.</param>
/// <param name="AddedBy">By whom.</param>
/// <param name="RevokedAt">When it was revoked; null: it is not.</param>
/// <param name="RevokedBy">By whom.</param>
/// <param name="RevokedBecause">Why.</param>
public sealed record BundleKey(
    string KeyId, string Name, int Bits, BundleKeyState State, DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil,
    DateTimeOffset AddedAt, string AddedBy, DateTimeOffset? RevokedAt, string? RevokedBy, string? RevokedBecause);

/// <summary>A key to be trusted.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Pem">The public key, <c>-----BEGIN PUBLIC KEY-----</c>.</param>
/// <param name="ValidFrom">From when on; null: from now.</param>
/// <param name="ValidUntil">Until when; null: without end.</param>
public sealed record BundleKeyRequest(
    string Name, string Pem, DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidUntil = null);

/// <summary>Why a key is revoked.</summary>
public sealed record RevokeRequest(string Reason);

/// <summary>
/// The keys whose signatures the service takes. Held in memory, written to the database first. There are public halves
/// alone; private keys never come here.
/// </summary>
public sealed class BundleKeys
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, BundleKeyRow> _keys;

    /// <summary>Reads the keys.</summary>
    public BundleKeys(IDbContextFactory<FleetDb> contexts, AuditLog audit, TimeProvider time)
    {
        (_contexts, _audit, _time) = (contexts, audit, time);
        using FleetDb db = contexts.CreateDbContext();
        _keys = new(db.Set<BundleKeyRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.KeyId));
    }

    /// <summary>Every key that was ever trusted, by name.</summary>
    public IReadOnlyList<BundleKey> All() => [.. _keys.Values.OrderBy(r => r.Name).ThenBy(r => r.KeyId).Select(Public)];

    /// <summary>One key; null where there is none.</summary>
    public BundleKey? Find(string keyId) => _keys.TryGetValue(keyId, out BundleKeyRow? row) ? Public(row) : null;

    /// <summary>The key for a verification, whatever its state; null where there is none.</summary>
    internal RsaPublicKey? KeyOf(string keyId) => _keys.TryGetValue(keyId, out BundleKeyRow? row)
        ? new RsaPublicKey(row.Modulus, 0, row.Modulus.Length)
        : null;

    /// <summary>Trusts a key.</summary>
    public async Task<Result<BundleKey>> AddAsync(BundleKeyRequest request, Actor actor, CancellationToken cancel = default)
    {
        DateTimeOffset from = request.ValidFrom ?? _time.GetUtcNow();
        Fault? fault = new FieldErrors()
            .Text(request.Name, "name", ServiceLimits.MaxName, mandatory: true)
            .Require(request.Pem.Length <= BundleStoreLimits.MaxPem, "pem", $"At most {BundleStoreLimits.MaxPem} characters.")
            .Require(request.ValidUntil is null || request.ValidUntil > from, "validUntil", "Later than validFrom.")
            .Fault;
        if (fault != null)
            return fault;
        if (!TryModulus(request.Pem, out byte[] modulus, out string why))
            return Fault.Invalid("pem", why);
        string keyId = Convert.ToHexStringLower(new RsaPublicKey(modulus, 0, modulus.Length).KeyId);
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_keys.TryGetValue(keyId, out BundleKeyRow? known))
        {
            return known.RevokedAt == null
                ? Fault.Conflict("bundle-key-exists", $"The key is known as '{known.Name}'.")
                : Fault.Conflict("bundle-key-revoked", $"The key was revoked: {known.RevokedBecause}");
        }
        if (_keys.Count >= BundleStoreLimits.MaxKeys)
            return Fault.Conflict("too-many-bundle-keys", $"There are {BundleStoreLimits.MaxKeys} keys already.");
        BundleKeyRow row = new()
        {
            KeyId = keyId, Name = request.Name.Trim(), Modulus = modulus, ValidFrom = from, ValidUntil = request.ValidUntil,
            AddedAt = _time.GetUtcNow(), AddedBy = actor.Name,
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "bundle-key.add", keyId, after: new { row.Name, row.ValidFrom, row.ValidUntil });
        await db.SaveChangesAsync(cancel);
        _keys[keyId] = row;
        return Public(row);
    }

    /// <summary>Ends the trust in a key for good: what it has signed is neither taken nor served any more.</summary>
    public async Task<Result<BundleKey>> RevokeAsync(
        string keyId, string reason, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors().Text(reason, "reason", ServiceLimits.MaxNote, mandatory: true).Fault;
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_keys.TryGetValue(keyId, out BundleKeyRow? row))
            return Fault.NotFound("bundle-key", keyId);
        if (row.RevokedAt != null)
            return Fault.Conflict("bundle-key-revoked", $"The key was revoked: {row.RevokedBecause}");
        BundleKeyRow revoked = row with
        {
            RevokedAt = _time.GetUtcNow(), RevokedBy = actor.Name, RevokedBecause = reason.Trim(),
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(revoked);
        _audit.Add(db, actor, "bundle-key.revoke", keyId, new { row.Name }, new { revoked.RevokedBecause });
        await db.SaveChangesAsync(cancel);
        _keys[keyId] = revoked;
        return Public(revoked);
    }

    /// <summary>Takes the modulus out of a public key that boards can hold.</summary>
    private static bool TryModulus(string pem, out byte[] modulus, out string why)
    {
        modulus = [];
        why = "";
        // Somebody's private key in a request is a key that has leaked; it is not to be taken as if nothing were.
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            why = "This is a private key. It has been sent over a network now: make another one, and send its public half.";
        if (why.Length != 0)
            return false;
        using RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            why = "An RSA public key in PEM.";
            return false;
        }
        RSAParameters parts = rsa.ExportParameters(includePrivateParameters: false);
        modulus = parts.Modulus!;
        bool fits = RsaPublicKey.IsModulus(modulus, 0, modulus.Length)
            && parts.Exponent.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[1, 0, 1]);
        why = fits ? "" : "2048 or 3072 bits, and the exponent 65537.";
        return fits;
    }

    private BundleKey Public(BundleKeyRow row) => new(
        row.KeyId, row.Name, row.Modulus.Length * 8, StateOf(row), row.ValidFrom, row.ValidUntil, row.AddedAt, row.AddedBy,
        row.RevokedAt, row.RevokedBy, row.RevokedBecause);

    private BundleKeyState StateOf(BundleKeyRow row)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return row.RevokedAt != null ? BundleKeyState.Revoked
            : now < row.ValidFrom ? BundleKeyState.NotYetValid
            : now >= row.ValidUntil ? BundleKeyState.NoLongerValid
            : BundleKeyState.Trusted;
    }
}
