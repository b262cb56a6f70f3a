using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace EdgeFleet.Service.Features.Access;

/// <summary>What someone may do; each role may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Sees everything but secrets and the audit log.</summary>
    Viewer,

    /// <summary>Makes enrolments that wait for approval, names and places devices, releases erased boards.</summary>
    Technician,

    /// <summary>Configures, approves and rejects claims, quarantines, rotates keys; reads the audit log.</summary>
    Operator,

    /// <summary>The second pair of eyes on what an operator started.</summary>
    Approver,

    /// <summary>Manages users and every token.</summary>
    Admin,
}

/// <summary>Names of the authorisation policies; each is satisfied by its role and every higher one.</summary>
public static class Policies
{
    /// <summary>See <see cref="Role.Viewer"/>; holds wherever a route names no policy.</summary>
    public const string Viewer = "viewer";

    /// <summary>See <see cref="Role.Technician"/>.</summary>
    public const string Technician = "technician";

    /// <summary>See <see cref="Role.Operator"/>.</summary>
    public const string Operator = "operator";

    /// <summary>See <see cref="Role.Approver"/>.</summary>
    public const string Approver = "approver";

    /// <summary>See <see cref="Role.Admin"/>.</summary>
    public const string Admin = "admin";

    /// <summary>Anyone signed in, even with a one-time password: to change it, and to sign out.</summary>
    public const string SignedIn = "signed-in";
}

/// <summary>What the claims of a signed-in principal say.</summary>
public static class Principals
{
    internal const string KindClaim = "ef:kind";
    internal const string RoleClaim = "ef:role";
    internal const string ChangeClaim = "ef:must-change";
    internal const string StampClaim = "ef:stamp";
    internal const string TokenClaim = "ef:token";

    /// <summary>The role; null where nobody is signed in.</summary>
    public static Role? RoleOf(this ClaimsPrincipal principal) =>
        Enum.TryParse(principal.FindFirstValue(RoleClaim), out Role role) ? role : null;

    /// <summary>Whether the principal may do what the role may.</summary>
    public static bool May(this ClaimsPrincipal principal, Role role) =>
        principal.RoleOf() >= role && !principal.MustChangePassword();

    /// <summary>Whether nothing is allowed but changing a one-time password.</summary>
    public static bool MustChangePassword(this ClaimsPrincipal principal) => principal.HasClaim(ChangeClaim, "1");

    /// <summary>Whether a browser's cookie carries the sign-in, so that requests need an antiforgery token.</summary>
    public static bool IsCookie(this ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, AuthenticationType: AccessSetup.CookieScheme };
}

internal sealed record RoleRequirement(Role Least) : IAuthorizationRequirement;

internal sealed class RoleHandler : AuthorizationHandler<RoleRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
    {
        if (context.User.May(requirement.Least))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
