namespace EdgeFleet.Service.Web;

/// <summary>The languages of the pages, and which of them a request wants.</summary>
public static class PageLanguage
{
    /// <summary>As the pages are written.</summary>
    public const string English = "en";

    /// <summary>Traditional Chinese.</summary>
    public const string Chinese = "zh-Hant";

    private const string Cookie = "edgefleet-language";

    /// <summary>Languages and what they call themselves.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } = [(English, "English"), (Chinese, "正體中文")];

    /// <summary>The language that somebody chose, or else the first of the browser's that there is.</summary>
    public static string Of(HttpRequest request)
    {
        if (request.Cookies.TryGetValue(Cookie, out string? chosen) && All.Any(language => language.Code == chosen))
            return chosen!;
        return request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(accepted => accepted.Quality ?? 1)
            .Select(accepted => CodeOf(accepted.Value.ToString())).FirstOrDefault(code => code != null) ?? English;
    }

    /// <summary>Chooses a language, and goes back to the page that was left.</summary>
    public static IResult Choose(HttpContext context, string code, string? back)
    {
        if (All.Any(language => language.Code == code))
        {
            context.Response.Cookies.Append(Cookie, code, new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365), SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax, HttpOnly = true, IsEssential = true,
                Secure = context.Request.IsHttps,
            });
        }
        // Only ever to a page of ours.
        bool ours = back is { Length: > 0 } && back[0] == '/' && (back.Length == 1 || back[1] is not ('/' or '\\'));
        return Results.LocalRedirect(ours ? back! : "/");
    }

    // Hong Kong and Macau write as Taiwan does; who asks for Chinese without a place gets what there is.
    private static string? CodeOf(string accepted) =>
        accepted.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : accepted.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : null;
}
