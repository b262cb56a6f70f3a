using System.Security.Claims;
using System.Text.Encodings.Web;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Options;

namespace EdgeFleet.Service.Features.Access;

/// <summary>Who is let in: cookies for people, tokens for programs, and nobody by default.</summary>
internal static class AccessSetup
{
    public const string CookieScheme = "cookie";
    public const string TokenScheme = "token";
    public const string LoginPath = "/login";
    public const string PasswordPath = "/account/password";

    /// <summary>The header in which a page's scripts send the antiforgery token.</summary>
    public const string AntiforgeryHeader = "X-CSRF-TOKEN";

    private const string EitherScheme = "edgefleet";

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<Users>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<ApiTokens>());
        services.AddSingleton<Throttle>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<FirstStart>();
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, either => either.ForwardDefaultSelector = Choose)
            .AddCookie(CookieScheme, Configure)
            .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenScheme, null);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.HeaderName = AntiforgeryHeader;
            antiforgery.Cookie.Name = "edgefleet-csrf";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddSingleton<IAuthorizationHandler, RoleHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Denials>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Viewer, p => p.AddRequirements(new RoleRequirement(Role.Viewer)))
            .AddPolicy(Policies.Technician, p => p.AddRequirements(new RoleRequirement(Role.Technician)))
            .AddPolicy(Policies.Operator, p => p.AddRequirements(new RoleRequirement(Role.Operator)))
            .AddPolicy(Policies.Approver, p => p.AddRequirements(new RoleRequirement(Role.Approver)))
            .AddPolicy(Policies.Admin, p => p.AddRequirements(new RoleRequirement(Role.Admin)))
            .AddPolicy(Policies.SignedIn, p => p.RequireAuthenticatedUser())
            .SetFallbackPolicy(Least(Role.Viewer))
            .SetDefaultPolicy(Least(Role.Viewer));
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(CheckAntiforgery);
        app.UseAntiforgery();
        app.Services.GetRequiredService<FirstStart>();
    }

    private static AuthorizationPolicy Least(Role role) =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new RoleRequirement(role)).Build();

    private static string Choose(HttpContext context) =>
        context.Request.Headers.Authorization.Count != 0 ? TokenScheme : CookieScheme;

    private static void Configure(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "edgefleet";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = LoginPath;
        cookie.Events.OnValidatePrincipal = async context =>
        {
            Users users = context.HttpContext.RequestServices.GetRequiredService<Users>();
            UserRow? row = users.Row(context.Principal?.Identity?.Name ?? "");
            if (row == null || !context.Principal!.HasClaim(Principals.StampClaim, row.Stamp))
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(CookieScheme);
            }
        };
        cookie.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (IsPage(context.Request))
            context.Response.Redirect(context.RedirectUri);
        else
            context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api")
        && !request.Path.StartsWithSegments("/openapi")
        && request.Headers.Accept.Any(a => a != null && a.Contains("text/html", StringComparison.Ordinal));

    // What a browser sends by itself, the cookie, must not be enough to change something.
    private static async Task CheckAntiforgery(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        bool safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method);
        if (!safe && context.User.IsCookie()
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await Faults.Problem(StatusCodes.Status400BadRequest, "antiforgery",
                $"Send the page's antiforgery token in the header {AntiforgeryHeader}.").WriteAsync(context);
            return;
        }
        await next(context);
    }

    private sealed class Denials : IAuthorizationMiddlewareResultHandler
    {
        private readonly AuthorizationMiddlewareResultHandler _usual = new();

        public Task HandleAsync(
            RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
        {
            if (!result.Forbidden || !context.User.MustChangePassword())
                return _usual.HandleAsync(next, context, policy, result);
            if (IsPage(context.Request))
            {
                context.Response.Redirect(PasswordPath);
                return Task.CompletedTask;
            }
            return Faults.Problem(StatusCodes.Status403Forbidden, "password-change-required",
                "Replace the one-time password first.").WriteAsync(context);
        }
    }

    private sealed class TokenHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
        ApiTokens tokens) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private const string Bearer = "Bearer ";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string header = Request.Headers.Authorization.ToString();
            if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                || tokens.Accept(header[Bearer.Length..].Trim()) is not { } accepted)
            {
                return Task.FromResult(AuthenticateResult.Fail("Unknown, expired or revoked token."));
            }
            ClaimsIdentity identity = new(TokenScheme, ClaimTypes.Name, Principals.RoleClaim);
            identity.AddClaim(new Claim(ClaimTypes.Name, accepted.Token.Owner ?? "token:" + accepted.Token.Name));
            identity.AddClaim(new Claim(Principals.KindClaim, "token"));
            identity.AddClaim(new Claim(Principals.TokenClaim, accepted.Token.Id));
            identity.AddClaim(new Claim(Principals.RoleClaim, accepted.Role.ToString()));
            return Task.FromResult(AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(identity), TokenScheme)));
        }

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        }
    }
}
