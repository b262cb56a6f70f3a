using System.Security.Claims;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Authentication;

namespace EdgeFleet.Service.Features.Access;

/// <summary>How a sign-in ended.</summary>
public enum SignInOutcome
{
    /// <summary>The cookie is set.</summary>
    SignedIn,

    /// <summary>The cookie is set, and allows nothing but to change the one-time password.</summary>
    MustChangePassword,

    /// <summary>Which of the two is wrong is not told.</summary>
    WrongNameOrPassword,

    /// <summary>Too many wrong passwords; see the wait.</summary>
    TooManyAttempts,
}

/// <summary>How a sign-in ended, and how long to wait where there were too many attempts.</summary>
public readonly record struct SignInResult(SignInOutcome Outcome, TimeSpan Wait = default);

/// <summary>Signs people in and out with a cookie.</summary>
public sealed partial class SignIn(Users users, Throttle throttle, ILogger<SignIn> logger)
{
    /// <summary>Checks the password and sets the cookie on the response.</summary>
    public async Task<SignInResult> SignInAsync(HttpContext context, string name, string password)
    {
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "local";
        name = name.Trim().ToLowerInvariant();
        string counted = name.Length <= ServiceLimits.MaxName ? name : name[..ServiceLimits.MaxName];
        TimeSpan wait = throttle.Wait(counted, address);
        if (wait > TimeSpan.Zero)
            return new SignInResult(SignInOutcome.TooManyAttempts, wait);
        UserRow? row = users.Verify(name, password);
        if (row == null)
        {
            throttle.Failed(counted, address);
            // The name is not logged: people type their password there.
            Wrong(logger, address);
            return new SignInResult(SignInOutcome.WrongNameOrPassword);
        }
        throttle.Succeeded(counted, address);
        await context.SignInAsync(AccessSetup.CookieScheme, PrincipalOf(row));
        SignedIn(logger, row.Name, address);
        return new SignInResult(
            row.MustChangePassword ? SignInOutcome.MustChangePassword : SignInOutcome.SignedIn);
    }

    /// <summary>Removes the cookie.</summary>
    public Task SignOutAsync(HttpContext context) => context.SignOutAsync(AccessSetup.CookieScheme);

    /// <summary>Replaces the password of who is signed in, and renews the cookie; other sessions end.</summary>
    public async Task<Result<User>> ChangePasswordAsync(HttpContext context, string current, string next)
    {
        string name = context.User.Identity?.Name ?? "";
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "local";
        TimeSpan wait = throttle.Wait(name, address);
        if (wait > TimeSpan.Zero)
            return TooMany(wait);
        Result<User> result = await users.ChangePasswordAsync(name, current, next, context.RequestAborted);
        if (result.Fault?.Name == "wrong-password")
            throttle.Failed(name, address);
        if (result.Ok && context.User.IsCookie())
            await context.SignInAsync(AccessSetup.CookieScheme, PrincipalOf(users.Row(name)!));
        return result;
    }

    /// <summary>The refusal of someone who must wait.</summary>
    internal static Fault TooMany(TimeSpan wait) => new(StatusCodes.Status429TooManyRequests, "too-many-attempts",
        $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalSeconds)} seconds.");

    internal static ClaimsPrincipal PrincipalOf(UserRow row)
    {
        ClaimsIdentity identity = new(AccessSetup.CookieScheme, ClaimTypes.Name, Principals.RoleClaim);
        identity.AddClaim(new Claim(ClaimTypes.Name, row.Name));
        identity.AddClaim(new Claim(Principals.KindClaim, "user"));
        identity.AddClaim(new Claim(Principals.RoleClaim, row.Role.ToString()));
        identity.AddClaim(new Claim(Principals.StampClaim, row.Stamp));
        if (row.MustChangePassword)
            identity.AddClaim(new Claim(Principals.ChangeClaim, "1"));
        return new ClaimsPrincipal(identity);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Wrong name or password from {Address}")]
    private static partial void Wrong(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{User} signed in from {Address}")]
    private static partial void SignedIn(ILogger logger, string user, string address);
}

/// <summary>
/// The first start: makes the user <c>admin</c>. Until its one-time password was changed, every start makes a new one,
/// so that nobody is locked out who did not write it down.
/// </summary>
public sealed class FirstStart
{
    /// <summary>The user that the first start makes.</summary>
    public const string AdminName = "admin";

    /// <summary>Makes the admin, or its new one-time password.</summary>
    public FirstStart(Users users, IConfiguration configuration)
    {
        User? admin = users.Find(AdminName);
        bool reset = configuration.GetValue("Access:ResetAdmin", false);
        if (admin == null && (reset || users.All().All(u => u.Role != Role.Admin)))
        {
            AdminPassword = Made(users.CreateAsync(AdminName, Role.Admin, Actor.System));
        }
        else if (admin != null && (admin.MustChangePassword || reset))
        {
            AdminPassword = Made(users.ChangeAsync(
                AdminName, reset ? Role.Admin : null, resetPassword: true, Actor.System));
        }
    }

    /// <summary>The admin's one-time password; null where the admin has chosen its own.</summary>
    public string? AdminPassword { get; }

    /// <summary>
    /// Prints the one-time password where the person who started the service reads it. Never through the logger: logs
    /// are kept and shipped.
    /// </summary>
    public void Announce(TextWriter console)
    {
        if (AdminPassword == null)
            return;
        console.WriteLine();
        console.WriteLine($"  Sign in as '{AdminName}' with the one-time password {AdminPassword}");
        console.WriteLine("  and choose your own; until then every start prints a new one.");
        console.WriteLine();
    }

    // At start nothing else runs yet; a constructor has no other way to wait.
    private static string Made(Task<Result<UserWithPassword>> made)
    {
        Result<UserWithPassword> result = made.GetAwaiter().GetResult();
        return result.Value?.OneTimePassword ?? throw new InvalidOperationException(result.Fault!.Detail);
    }
}
