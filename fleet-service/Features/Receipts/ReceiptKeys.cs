using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Receipts;

/// <summary>A public key of a technician's computer, which signs receipts.</summary>
/// <param name="KeyId">SHA-256 of its DER form (SubjectPublicKeyInfo), lower-case hexadecimal.</param>
/// <param name="Name">Of the computer.</param>
/// <param name="Owner">Who registered it: whose receipts they are.</param>
/// <param name="AddedAt">When.</param>
/// <param name="RevokedAt">When it was revoked; null: it is not.</param>
/// <param name="RevokedBy">By whom.</param>
/// <param name="RevokedBecause">Why.</param>
public sealed record ReceiptKey(
    string KeyId, string Name, string Owner, DateTimeOffset AddedAt, DateTimeOffset? RevokedAt, string? RevokedBy,
    string? RevokedBecause);

/// <summary>A key to register.</summary>
/// <param name="Name">Of the computer.</param>
/// <param name="PublicKey">An ECDSA key on P-256 in PEM, <c>-----BEGIN PUBLIC KEY-----</c>.</param>
public sealed record ReceiptKeyRequest(string Name, string PublicKey);

/// <summary>Why a key is revoked.</summary>
public sealed record RevokeReceiptKey(string Reason);

/// <summary>
/// The keys whose receipts are taken. Held in memory, written to the database first. A key belongs to whoever registered it:
/// its private half is on their computer alone, so a receipt says who made it, and not even the service can make one.
/// </summary>
public sealed class ReceiptKeys
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, ReceiptKeyRow> _keys;

    /// <summary>Reads the keys.</summary>
    public ReceiptKeys(IDbContextFactory<FleetDb> contexts, AuditLog audit, TimeProvider time)
    {
        (_contexts, _audit, _time) = (contexts, audit, time);
        using FleetDb db = contexts.CreateDbContext();
        _keys = new(db.Set<ReceiptKeyRow>().AsNoTracking().AsEnumerable().ToDictionary(r => r.KeyId));
    }

    /// <summary>Every key, by owner and name.</summary>
    public IReadOnlyList<ReceiptKey> All() =>
        [.. _keys.Values.OrderBy(r => r.Owner).ThenBy(r => r.Name).ThenBy(r => r.KeyId).Select(Public)];

    /// <summary>One key; null where there is none.</summary>
    public ReceiptKey? Find(string keyId) => _keys.TryGetValue(keyId, out ReceiptKeyRow? row) ? Public(row) : null;

    /// <summary>Whether a key signed these bytes: ES256 of RFC 7518.</summary>
    internal bool Signed(string keyId, byte[] bytes, byte[] signature)
    {
        if (!_keys.TryGetValue(keyId, out ReceiptKeyRow? row))
            return false;
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(row.PublicKey, out _);
        return key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Registers a key; the same one again, by its owner, changes nothing.</summary>
    public async Task<Result<ReceiptKey>> AddAsync(ReceiptKeyRequest request, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors()
            .Text(request.Name, "name", ServiceLimits.MaxName, mandatory: true)
            .Require(request.PublicKey is { Length: <= ReceiptLimits.MaxPem }, "publicKey", $"At most {ReceiptLimits.MaxPem} characters.")
            .Fault;
        if (fault != null)
            return fault;
        if (!TryRead(request.PublicKey, out byte[] der, out string why))
            return Fault.Invalid("publicKey", why);
        string keyId = Convert.ToHexStringLower(SHA256.HashData(der));
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_keys.TryGetValue(keyId, out ReceiptKeyRow? known))
        {
            return known.RevokedAt != null ? Fault.Conflict("receipt-key-revoked", $"The key was revoked: {known.RevokedBecause}")
                : known.Owner != actor.Name ? Fault.Conflict("receipt-key-exists", $"The key is {known.Owner}'s.")
                : Public(known);
        }
        if (_keys.Count >= ReceiptLimits.MaxKeys)
            return Fault.Conflict("too-many-receipt-keys", $"There are {ReceiptLimits.MaxKeys} keys already.");
        ReceiptKeyRow row = new()
        {
            KeyId = keyId, Name = request.Name.Trim(), PublicKey = der, Owner = actor.Name, AddedAt = _time.GetUtcNow(),
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "receipt-key.add", keyId, after: new { row.Name, row.Owner });
        await db.SaveChangesAsync(cancel);
        _keys[keyId] = row;
        return Public(row);
    }

    /// <summary>Takes no more receipts of a key; those that are here stay, and show it.</summary>
    public async Task<Result<ReceiptKey>> RevokeAsync(string keyId, string reason, Actor actor, CancellationToken cancel = default)
    {
        Fault? fault = new FieldErrors().Text(reason, "reason", ServiceLimits.MaxNote, mandatory: true).Fault;
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_keys.TryGetValue(keyId, out ReceiptKeyRow? row))
            return Fault.NotFound("receipt-key", keyId);
        if (row.RevokedAt != null)
            return Fault.Conflict("receipt-key-revoked", $"The key was revoked: {row.RevokedBecause}");
        ReceiptKeyRow revoked = row with { RevokedAt = _time.GetUtcNow(), RevokedBy = actor.Name, RevokedBecause = reason.Trim() };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(revoked);
        _audit.Add(db, actor, "receipt-key.revoke", keyId, new { row.Name, row.Owner }, new { revoked.RevokedBecause });
        await db.SaveChangesAsync(cancel);
        _keys[keyId] = revoked;
        return Public(revoked);
    }

    private static bool TryRead(string pem, out byte[] der, out string why)
    {
        der = [];
        why = pem.Contains("PRIVATE KEY", StringComparison.Ordinal)
            ? "This is a private key. It has been sent over a network now: make another one, and send its public half."
            : "";
        if (why.Length != 0)
            return false;
        using ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            ECParameters parts = key.ExportParameters(includePrivateParameters: false);
            why = parts.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value ? "" : "The curve P-256.";
            der = key.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            why = "An ECDSA public key in PEM.";
        }
        return why.Length == 0;
    }

    private static ReceiptKey Public(ReceiptKeyRow row) => new(
        row.KeyId, row.Name, row.Owner, row.AddedAt, row.RevokedAt, row.RevokedBy, row.RevokedBecause);
}
