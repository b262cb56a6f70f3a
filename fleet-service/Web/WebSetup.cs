using EdgeFleet.Service.Features.Access;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace EdgeFleet.Service.Web;

/// <summary>The pages, what they load, and the stream that keeps them live.</summary>
internal static class WebSetup
{
    /// <summary>
    /// Scripts and styles come from here alone, and none stand in a page: what somebody smuggles into a name cannot run.
    /// </summary>
    public const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
        + "data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void AddWeb(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorPages(pages => pages.RootDirectory = "/Web/Pages");
        builder.Services.AddRouting(routes => routes.LowercaseUrls = true);
        builder.Services.AddSingleton<LiveStream>();
        builder.Services.AddSingleton<FleetList>();
        builder.Services.AddSingleton<IAttentionSource, AlertAttention>();
        builder.Services.AddSingleton<IAttentionSource, ClaimAttention>();
        builder.Services.AddSingleton<IAttentionSource, VisitAttention>();
    }

    /// <summary>Static files, before anything asks who it is: the sign-in page needs them.</summary>
    public static void UseWeb(this WebApplication app) =>
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetCaching });

    public static void MapWeb(this WebApplication app)
    {
        app.MapRazorPages();
        app.MapLanguages();
        app.MapGet("/live", (HttpContext context, LiveStream live, string? device) => live.RunAsync(context, device))
            .RequireAuthorization(Policies.Viewer).ExcludeFromDescription();
    }

    /// <summary>Whether a person's browser asks for a page, not a program for data.</summary>
    public static bool IsPage(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments("/openapi")
        && !context.Request.Path.StartsWithSegments("/healthz")
        && context.Request.Headers.Accept.Any(a => a != null && a.Contains("text/html", StringComparison.Ordinal));

    private static void SetCaching(StaticFileResponseContext file)
    {
        // Pages name their files with a hash of the content (asp-append-version); such a name never changes its meaning.
        bool versioned = file.Context.Request.Query.ContainsKey("v");
        file.Context.Response.GetTypedHeaders().CacheControl = versioned
            ? new CacheControlHeaderValue { Public = true, MaxAge = TimeSpan.FromDays(365) }
            : new CacheControlHeaderValue { NoCache = true };
    }
}
