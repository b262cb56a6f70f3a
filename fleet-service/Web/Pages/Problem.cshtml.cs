using System.Diagnostics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>What went wrong, for people.</summary>
[AllowAnonymous]
[ResponseCache(NoStore = true)]
public sealed class ProblemModel : PageModel
{
    /// <summary>In a few words.</summary>
    public string Heading { get; private set; } = "";

    /// <summary>In a sentence.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>By which the log knows the request; null where the log has nothing to say.</summary>
    public string? Trace { get; private set; }

    public void OnGet()
    {
        int status = PageErrors.StatusOf(HttpContext) ?? StatusCodes.Status404NotFound;
        Response.StatusCode = status;
        (Heading, Detail) = status switch
        {
            400 => ("That did not work", "The page was too old or the form was not complete. Go back, reload the page and try again."),
            403 => ("Not allowed", "Your role does not allow this. An admin can give you another one."),
            404 => ("Not found", "There is nothing at this address."),
            429 => ("Too many attempts", "Wait a while and try again."),
            503 => ("Not available now", "The service cannot do this at the moment. Try again in a few seconds."),
            _ => ("Something failed", "The service could not show this page."),
        };
        // What a program is told about a refused form does not help a person.
        if (status != StatusCodes.Status400BadRequest)
            Detail = PageErrors.DetailOf(HttpContext) ?? Detail;
        if (status >= 500)
            Trace = Activity.Current?.Id ?? HttpContext.TraceIdentifier;
    }
}
