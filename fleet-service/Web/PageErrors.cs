using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Web;

/// <summary>Errors for people: a page in place of Problem Details, with the same status and the same words.</summary>
internal static class PageErrors
{
    public const string Path = "/problem";

    /// <summary>Renders <see cref="Path"/> where a page's request ended in an error without a body.</summary>
    public static void UsePageErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        HttpResponse response = context.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentType != null || !WebSetup.IsPage(context))
            return;
        int status = response.StatusCode;
        // What failed may have been a form; the page about it is only shown.
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = Path;
        context.Request.QueryString = QueryString.Empty;
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        context.Items[Path] = status;
        await next(context);
    });

    /// <summary>The status that the page is about; null where somebody opened its address.</summary>
    public static int? StatusOf(HttpContext context) => context.Items[Path] as int?;

    /// <summary>The words, where the error came with some.</summary>
    public static string? DetailOf(HttpContext context) => context.Items[ProblemWriting.Item] as string;
}
