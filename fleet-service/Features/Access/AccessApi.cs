using System.ComponentModel;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Access;

/// <summary>A name and its password.</summary>
public sealed record SessionRequest(string Name, string Password);

/// <summary>Who is signed in.</summary>
/// <param name="Name">The user, or a token's owner.</param>
/// <param name="Kind"><c>user</c> or <c>token</c>.</param>
/// <param name="Role">What is allowed.</param>
/// <param name="MustChangePassword">Whether nothing is allowed before the one-time password was replaced.</param>
/// <param name="AntiforgeryToken">For the header X-CSRF-TOKEN of requests that change something; with a cookie only.</param>
public sealed record Me(string Name, string Kind, Role Role, bool MustChangePassword, string? AntiforgeryToken);

/// <summary>The old password and the new one.</summary>
public sealed record PasswordRequest(string CurrentPassword, string NewPassword);

/// <summary>A token to make.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role">What it may do; not more than who makes it.</param>
/// <param name="ExpiresAt">Until when; absent: until revoked.</param>
public sealed record ApiTokenRequest(string Name, Role Role = Role.Viewer, DateTimeOffset? ExpiresAt = null);

/// <summary>A user to make.</summary>
public sealed record UserRequest(string Name, Role Role = Role.Viewer);

/// <summary>What to change about a user.</summary>
/// <param name="Role">The new role; absent: as it is.</param>
/// <param name="ResetPassword">Whether to make a one-time password.</param>
public sealed record UserPatch(Role? Role = null, bool ResetPassword = false);

internal static class AccessApi
{
    public static void MapAccess(this WebApplication app)
    {
        RouteGroupBuilder api = app.MapGroup("/api/v1").WithTags("Access");
        api.MapPost("/session", Open).WithName("SignIn").WithSummary("Signs in with a cookie.").AllowAnonymous()
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        api.MapDelete("/session", Close).WithName("SignOut").WithSummary("Signs out.")
            .RequireAuthorization(Policies.SignedIn);
        api.MapGet("/me", Show).WithName("Me").WithSummary("Who is signed in.")
            .RequireAuthorization(Policies.SignedIn);
        api.MapPost("/me/password", ChangePassword).WithName("ChangePassword")
            .WithSummary("Replaces the own password.").RequireAuthorization(Policies.SignedIn);

        api.MapGet("/tokens", ListTokens).WithName("ListTokens")
            .WithSummary("The own API tokens; for an admin, all.").RequireAuthorization(Policies.Viewer);
        api.MapPost("/tokens", CreateToken).WithName("CreateToken")
            .WithSummary("Makes an API token; its secret is shown this once.").RequireAuthorization(Policies.Viewer);
        api.MapDelete("/tokens/{id}", RevokeToken).WithName("RevokeToken")
            .WithSummary("Ends an API token at once.").RequireAuthorization(Policies.Viewer);

        RouteGroupBuilder users = api.MapGroup("/users").RequireAuthorization(Policies.Admin);
        users.MapGet("/", (Users all) => TypedResults.Ok(all.All())).WithName("ListUsers").WithSummary("All users.");
        users.MapPost("/", CreateUser).WithName("CreateUser")
            .WithSummary("Makes a user; the one-time password is shown this once.");
        users.MapPatch("/{name}", ChangeUser).WithName("ChangeUser")
            .WithSummary("Changes a user's role, or makes a new one-time password.");
        users.MapDelete("/{name}", RemoveUser).WithName("RemoveUser").WithSummary("Removes a user.");
    }

    private static async Task<Results<Ok<Me>, ProblemHttpResult>> Open(
        SessionRequest request, SignIn signIn, Users users, HttpContext context)
    {
        // Another site must not sign a browser in as somebody else.
        string? origin = context.Request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin)
            && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
                || from.Authority != context.Request.Host.Value))
        {
            return new Fault(StatusCodes.Status403Forbidden, "foreign-origin", "Sign in from the service's own pages.")
                .Http();
        }
        SignInResult result = await signIn.SignInAsync(context, request.Name, request.Password);
        switch (result.Outcome)
        {
            case SignInOutcome.TooManyAttempts:
                context.Response.Headers.RetryAfter = Math.Ceiling(result.Wait.TotalSeconds).ToString("F0");
                return SignIn.TooMany(result.Wait).Http();
            case SignInOutcome.WrongNameOrPassword:
                return new Fault(StatusCodes.Status401Unauthorized, "wrong-name-or-password",
                    "The name or the password is wrong.").Http();
            default:
                User user = users.Find(request.Name.Trim().ToLowerInvariant())!;
                return TypedResults.Ok(new Me(user.Name, "user", user.Role, user.MustChangePassword, null));
        }
    }

    private static async Task<NoContent> Close(SignIn signIn, HttpContext context)
    {
        await signIn.SignOutAsync(context);
        return TypedResults.NoContent();
    }

    private static Ok<Me> Show(HttpContext context, IAntiforgery antiforgery)
    {
        string? token = context.User.IsCookie() ? antiforgery.GetAndStoreTokens(context).RequestToken : null;
        Actor actor = Actor.Of(context.User);
        return TypedResults.Ok(new Me(actor.Name, actor.Kind, context.User.RoleOf() ?? Role.Viewer,
            context.User.MustChangePassword(), token));
    }

    private static async Task<Results<Ok<User>, ProblemHttpResult>> ChangePassword(
        PasswordRequest request, SignIn signIn, HttpContext context)
    {
        if (!context.User.IsCookie())
        {
            return new Fault(StatusCodes.Status403Forbidden, "cookie-only", "A token cannot change a password.")
                .Http();
        }
        return (await signIn.ChangePasswordAsync(context, request.CurrentPassword, request.NewPassword)).Http();
    }

    private static Ok<IReadOnlyList<ApiToken>> ListTokens(ApiTokens tokens, HttpContext context) =>
        TypedResults.Ok(tokens.All(OwnerOf(context)));

    private static async Task<Results<Ok<ApiTokenWithSecret>, ProblemHttpResult>> CreateToken(
        ApiTokenRequest request, ApiTokens tokens, Users users, HttpContext context)
    {
        if (!context.User.May(request.Role))
        {
            return new Fault(StatusCodes.Status403Forbidden, "role-too-high",
                "A token may not do more than who makes it.").Http();
        }
        Actor actor = Actor.Of(context.User);
        string? owner = users.Find(actor.Name)?.Name;
        return (await tokens.CreateAsync(
            request.Name, request.Role, owner, request.ExpiresAt, actor, context.RequestAborted)).Http();
    }

    private static async Task<Results<Ok<ApiToken>, ProblemHttpResult>> RevokeToken(
        [Description("The token's id, not its secret.")] string id, ApiTokens tokens, HttpContext context) =>
        (await tokens.RevokeAsync(id, OwnerOf(context), Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<UserWithPassword>, ProblemHttpResult>> CreateUser(
        UserRequest request, Users users, HttpContext context) =>
        (await users.CreateAsync(request.Name, request.Role, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<UserWithPassword>, ProblemHttpResult>> ChangeUser(
        string name, UserPatch patch, Users users, HttpContext context) =>
        (await users.ChangeAsync(
            name, patch.Role, patch.ResetPassword, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<User>, ProblemHttpResult>> RemoveUser(
        string name, Users users, HttpContext context) =>
        (await users.RemoveAsync(name, Actor.Of(context.User), context.RequestAborted)).Http();

    // An admin sees and ends everyone's tokens.
    private static string? OwnerOf(HttpContext context) =>
        context.User.May(Role.Admin) ? null : context.User.Identity!.Name;
}
