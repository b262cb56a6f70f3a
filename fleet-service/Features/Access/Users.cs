using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Features.Access;

/// <summary>A person who signs in.</summary>
/// <param name="Name">As it is typed: lower-case letters, digits and hyphens.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="MustChangePassword">Whether the password is a one-time one.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record User(string Name, Role Role, bool MustChangePassword, DateTimeOffset CreatedAt);

/// <summary>A user, and the one-time password that was made; it is shown once and kept nowhere.</summary>
public sealed record UserWithPassword(User User, string OneTimePassword);

/// <summary>Who may sign in. Held in memory, written to the database first.</summary>
public sealed class Users
{
    private readonly IDbContextFactory<FleetDb> _contexts;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly PasswordHasher<string> _hasher = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, UserRow> _rows;
    private readonly string _nobody;

    /// <summary>Reads the users.</summary>
    public Users(IDbContextFactory<FleetDb> contexts, AuditLog audit, TimeProvider time)
    {
        (_contexts, _audit, _time) = (contexts, audit, time);
        using FleetDb db = contexts.CreateDbContext();
        _rows = new(db.Set<UserRow>().AsNoTracking().ToDictionary(r => r.Name));
        _nobody = _hasher.HashPassword("nobody", Secrets.Password());
    }

    /// <summary>All, by name.</summary>
    public IReadOnlyList<User> All() => [.. _rows.Values.OrderBy(r => r.Name).Select(r => r.Public())];

    /// <summary>One; null where there is none.</summary>
    public User? Find(string name) => _rows.GetValueOrDefault(name)?.Public();

    /// <summary>Makes a user with a one-time password.</summary>
    public async Task<Result<UserWithPassword>> CreateAsync(
        string name, Role role, Actor actor, CancellationToken cancel = default)
    {
        if (!Contracts.Names.IsId(name))
            return Fault.Invalid("name", "1 to 32 lower-case letters, digits and hyphens.");
        using Hold _ = await Hold.Async(_gate, cancel);
        if (_rows.ContainsKey(name))
            return Fault.Conflict("user-exists", $"There is a user '{name}' already.");
        if (_rows.Count >= ServiceLimits.MaxUsers)
            return Fault.Conflict("too-many-users", $"There are {ServiceLimits.MaxUsers} users already.");
        string password = Secrets.Password();
        UserRow row = new()
        {
            Name = name,
            Role = role,
            PasswordHash = _hasher.HashPassword(name, password),
            MustChangePassword = true,
            Stamp = Secrets.Stamp(),
            CreatedAt = _time.GetUtcNow(),
        };
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Add(row);
        _audit.Add(db, actor, "user.create", name, after: row.Public());
        await db.SaveChangesAsync(cancel);
        _rows[name] = row;
        return new UserWithPassword(row.Public(), password);
    }

    /// <summary>Gives a user another role, or a new one-time password; both end the user's sessions.</summary>
    /// <param name="name">The user.</param>
    /// <param name="role">The new role; null: as it is.</param>
    /// <param name="resetPassword">Whether to make a one-time password.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The user, with an empty password where none was made.</returns>
    public async Task<Result<UserWithPassword>> ChangeAsync(
        string name, Role? role, bool resetPassword, Actor actor, CancellationToken cancel = default)
    {
        string password = resetPassword ? Secrets.Password() : "";
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_rows.TryGetValue(name, out UserRow? old))
            return Fault.NotFound("user", name);
        if (role is { } wanted && wanted != Role.Admin && IsLastAdmin(old))
            return LastAdmin();
        UserRow row = old with
        {
            Role = role ?? old.Role,
            PasswordHash = resetPassword ? _hasher.HashPassword(name, password) : old.PasswordHash,
            MustChangePassword = resetPassword || old.MustChangePassword,
            Stamp = Secrets.Stamp(),
        };
        await SaveAsync(row, actor, resetPassword ? "user.reset-password" : "user.change", old, cancel);
        return new UserWithPassword(row.Public(), password);
    }

    /// <summary>Removes a user; sessions and tokens of the user end with it.</summary>
    public async Task<Result<User>> RemoveAsync(string name, Actor actor, CancellationToken cancel = default)
    {
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_rows.TryGetValue(name, out UserRow? row))
            return Fault.NotFound("user", name);
        if (IsLastAdmin(row))
            return LastAdmin();
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Remove(row with { });
        _audit.Add(db, actor, "user.remove", name, before: row.Public());
        await db.SaveChangesAsync(cancel);
        _rows.TryRemove(name, out UserRow? _);
        return row.Public();
    }

    /// <summary>Replaces the user's own password.</summary>
    public async Task<Result<User>> ChangePasswordAsync(
        string name, string current, string next, CancellationToken cancel = default)
    {
        if (next.Length is < ServiceLimits.MinPassword or > ServiceLimits.MaxPassword)
        {
            return Fault.Invalid("newPassword",
                $"{ServiceLimits.MinPassword} to {ServiceLimits.MaxPassword} characters.");
        }
        if (next == current || next.Contains(name, StringComparison.OrdinalIgnoreCase))
            return Fault.Invalid("newPassword", "Neither the old password nor one with the user name in it.");
        using Hold _ = await Hold.Async(_gate, cancel);
        if (!_rows.TryGetValue(name, out UserRow? old) || !Verify(old, current))
            return new Fault(StatusCodes.Status403Forbidden, "wrong-password", "The current password is another one.");
        UserRow row = old with
        {
            PasswordHash = _hasher.HashPassword(name, next),
            MustChangePassword = false,
            Stamp = Secrets.Stamp(),
        };
        await SaveAsync(row, new Actor("user", name), "user.change-password", old, cancel);
        return row.Public();
    }

    /// <summary>The user whose password it is; null for a wrong name or password, which take the same time.</summary>
    internal UserRow? Verify(string name, string password)
    {
        if (password.Length > ServiceLimits.MaxPassword)
            return null;
        if (_rows.TryGetValue(name, out UserRow? row))
            return Verify(row, password) ? row : null;
        _hasher.VerifyHashedPassword("nobody", _nobody, password);
        return null;
    }

    internal UserRow? Row(string name) => _rows.GetValueOrDefault(name);

    private bool Verify(UserRow row, string password) => password.Length <= ServiceLimits.MaxPassword
        && _hasher.VerifyHashedPassword(row.Name, row.PasswordHash, password) != PasswordVerificationResult.Failed;

    private async Task SaveAsync(UserRow row, Actor actor, string action, UserRow old, CancellationToken cancel)
    {
        await using FleetDb db = await _contexts.CreateDbContextAsync(cancel);
        db.Update(row);
        _audit.Add(db, actor, action, row.Name, old.Public(), row.Public());
        await db.SaveChangesAsync(cancel);
        _rows[row.Name] = row;
    }

    private bool IsLastAdmin(UserRow row) =>
        row.Role == Role.Admin && _rows.Values.Count(r => r.Role == Role.Admin) == 1;

    private static Fault LastAdmin() =>
        Fault.Conflict("last-admin", "This is the only admin; make another one first.");
}

/// <summary>Makes passwords and other secrets.</summary>
internal static class Secrets
{
    // Without 0, 1, l and o: it is read from one screen and typed at another.
    private const string Letters = "23456789abcdefghijkmnpqrstuvwxyz";

    /// <summary>A one-time password: 20 letters of 32, 100 bits, in groups of five.</summary>
    public static string Password() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 5)));

    /// <summary>A value that changes with whatever must end a session.</summary>
    public static string Stamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
