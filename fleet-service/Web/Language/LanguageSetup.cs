using System.Text;

namespace EdgeFleet.Service.Web;

/// <summary>Pages in the language of who reads them.</summary>
internal static class LanguageSetup
{
    private static readonly PageTranslator ToChinese = new(Phrases.Chinese, PageLanguage.Chinese);

    public static void UseLanguages(this WebApplication app) => app.Use(TranslateAsync);

    public static void MapLanguages(this WebApplication app) =>
        app.MapGet("/language/{code}", PageLanguage.Choose).AllowAnonymous().ExcludeFromDescription();

    private static async Task TranslateAsync(HttpContext context, RequestDelegate next)
    {
        string language = PageLanguage.Of(context.Request);
        if (language == PageLanguage.English || !MayBePage(context.Request))
        {
            await next(context);
            return;
        }
        Stream real = context.Response.Body;
        using MemoryStream held = new();
        context.Response.Body = held;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = real;
        }
        if (held.Length == 0)
            return;
        ReadOnlyMemory<byte> bytes = held.GetBuffer().AsMemory(0, (int)held.Length);
        if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
        {
            bytes = Encoding.UTF8.GetBytes(ToChinese.Translate(Encoding.UTF8.GetString(bytes.Span)));
            context.Response.Headers.ContentLanguage = language;
        }
        context.Response.ContentLength = bytes.Length;
        await real.WriteAsync(bytes, context.RequestAborted);
    }

    // Streams and data go out as they are made; a page is 50 KB and is held for a moment.
    private static bool MayBePage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/openapi")
        && !request.Path.StartsWithSegments("/live") && !request.Path.StartsWithSegments("/healthz");
}
