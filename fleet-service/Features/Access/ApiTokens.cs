using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Access;

/// <summary>A token for REST, without its secret.</summary>
/// <param name="Id">By which it is revoked.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Role">What it may do, at most: never more than its owner.</param>
/// <param name="Owner">The user it acts for; null: made by the program that hosts the service.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="ExpiresAt">Until when; null: until revoked.</param>
/// <param name="LastUsedAt">Last use, to about half a minute; null: never.</param>
public sealed record ApiToken(
    string Id, string Name, Role Role, string? Owner, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

/// <summary>A new token, and its secret; it is shown once and kept nowhere.</summary>
public sealed record ApiTokenWithSecret(ApiToken Token, string Secret);

/// <summary>Tokens for REST: <c>Authorization: Bearer ef_…</c>. Kept as SHA-256 alone.</summary>
public sealed class ApiTokens : IHousekeeping
{
    /// <summary>What every token begins with, so that leak scanners find it.</summary>
    public const string Prefix = "ef_";

    private const int SecretBytes = 32;

    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly Users _users;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, ApiTokenRow> _byHash;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new();

    /// <summary>Reads the tokens.</summary>
    public ApiTokens(IDbContextFactory<FleetDb> contexts, AuditLog audit, Users users, TimeProvider time)
    {
        (_contexts, _audit, _users, _time) = (contexts, audit, users, time);
        using FleetDb db = contexts.CreateDbContext();
        _byHash = new(db.Set<ApiTokenRow>().AsNoTracking().ToDictionary(r => r.Hash));
    }

    /// <summary>All, or those of one owner, the newest first.</summary>
    public IReadOnlyList<ApiToken> All(string? owner = null) =>
        [.. _byHash.Values.Where(r => owner == null || r.Owner == owner).OrderByDescending(r => r.CreatedAt)
            .Select(Public)];

    /// <summary>Makes a token.</summary>
    /// <param name="name">What it is for.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="owner">The user it acts for; null: none, for the program that hosts the service.</param>
    /// <param name="expiresAt">Until when, at most <see cref="ServiceLimits.MaxApiTokenDays"/>; null: until revoked.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<ApiTokenWithSecret>> CreateAsync(
        string name, Role role, string? owner, DateTimeOffset? expiresAt, Actor actor,
        CancellationToken cancel = default)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Fault? fault = new FieldErrors()
            .Text(name, "name", ServiceLimits.MaxName, mandatory: true)
            .Require(expiresAt == null || (expiresAt > now && expiresAt <= now.AddDays(ServiceLimits.MaxApiTokenDays)),
                "expiresAt", $"In the future, and at most {ServiceLimits.MaxApiTokenDays} days ahead.")
            .Fault;
        if (fault != null)
            return fault;
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_byHash.Count >= ServiceLimits.MaxApiTokens)
            return Fault.Conflict("too-many-tokens", "Revoke tokens that nobody uses first.");
        string secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        ApiTokenRow row = new()
        {
            Id = Secrets.Stamp()[..12],
            Name = name,
            Hash = HashOf(secret),
            Role = role,
            Owner = owner,
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "token.create", row.Id, after: Public(row));
        await db.SaveChangesAsync(cancel);
        _byHash[row.Hash] = row;
        return new ApiTokenWithSecret(Public(row), secret);
    }

    /// <summary>Ends a token at once.</summary>
    /// <param name="id">Which.</param>
    /// <param name="owner">Only where it is this owner's; null: whosever it is.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Result<ApiToken>> RevokeAsync(
        string id, string? owner, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        ApiTokenRow? row = _byHash.Values.FirstOrDefault(r => r.Id == id && (owner == null || r.Owner == owner));
        if (row == null)
            return Fault.NotFound("token", id);
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Set<ApiTokenRow>().Where(r => r.Id == id).ExecuteDeleteAsync(cancel);
        _audit.Add(db, actor, "token.revoke", id, before: Public(row));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        _byHash.TryRemove(row.Hash, out ApiTokenRow? _);
        return Public(row);
    }

    /// <inheritdoc/>
    public async Task TidyAsync(CancellationToken cancel)
    {
        KeyValuePair<string, DateTimeOffset>[] used = [.. _used];
        if (used.Length == 0)
            return;
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        foreach ((string id, DateTimeOffset at) in used)
        {
            await db.Set<ApiTokenRow>().Where(r => r.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.LastUsedAt, at), cancel);
        }
        await transaction.CommitAsync(cancel);
        foreach (KeyValuePair<string, DateTimeOffset> entry in used)
            _used.TryRemove(entry);
    }

    /// <summary>The token with this secret and the role it has now; null where it is unknown or over.</summary>
    internal (ApiToken Token, Role Role)? Accept(string secret)
    {
        if (secret.Length > 64 || !_byHash.TryGetValue(HashOf(secret), out ApiTokenRow? row))
            return null;
        DateTimeOffset now = _time.GetUtcNow();
        if (row.ExpiresAt <= now)
            return null;
        Role role = row.Role;
        if (row.Owner != null)
        {
            // A token outlives neither its owner nor the owner's rights.
            if (_users.Find(row.Owner) is not { } owner)
                return null;
            role = owner.Role < role ? owner.Role : role;
        }
        row.LastUsedAt = now;
        _used[row.Id] = now;
        return (Public(row), role);
    }

    private static ApiToken Public(ApiTokenRow row) =>
        new(row.Id, row.Name, row.Role, row.Owner, row.CreatedAt, row.ExpiresAt, row.LastUsedAt);

    private static string HashOf(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
