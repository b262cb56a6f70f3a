using System.Diagnostics;
using System.Text.Json;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Hosting;

/// <summary>Turns what went wrong into Problem Details (RFC 9457) with a name that programs can look at.</summary>
public sealed partial class Faults(ILogger<Faults> logger) : IExceptionHandler
{
    /// <summary>The <c>type</c> of a named problem.</summary>
    public static string TypeOf(string name) => "urn:edgefleet:" + name;

    /// <summary>A problem with a name.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="name">Its name, such as <c>enrolment-full</c>.</param>
    /// <param name="detail">What is wrong and, where it helps, what to do.</param>
    /// <param name="errors">Fields and what is wrong with each.</param>
    public static ProblemDetails Problem(
        int status, string name, string detail, IDictionary<string, string[]>? errors = null)
    {
        ProblemDetails problem = new() { Status = status, Type = TypeOf(name), Title = name, Detail = detail };
        if (errors != null)
            problem.Extensions["errors"] = errors;
        return problem;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancel)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        ProblemDetails problem = Name(exception);
        if (problem.Status >= 500)
            Failed(logger, exception, context.Request.Method, context.Request.Path, problem.Title!);
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = ServiceLimits.DatabaseWaitS.ToString();
        await problem.WriteAsync(context);
        return true;
    }

    /// <summary>Gives every problem a type, a title and the id under which the logs know the request.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        ProblemDetails problem = context.ProblemDetails;
        int status = problem.Status ?? context.HttpContext.Response.StatusCode;
        if (problem.Type?.StartsWith("urn:edgefleet:", StringComparison.Ordinal) != true)
        {
            string name = NameOf(status);
            problem.Type = TypeOf(name);
            problem.Title = name;
        }
        problem.Extensions["traceId"] = Activity.Current?.Id ?? context.HttpContext.TraceIdentifier;
        problem.Instance ??= context.HttpContext.Request.Path;
    }

    private static ProblemDetails Name(Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            string detail = bad.InnerException is JsonException json ? json.Message : bad.Message;
            return Problem(bad.StatusCode, NameOf(bad.StatusCode), detail);
        }
        if (StorageFault.Of(exception) is { } fault)
            return Problem(StatusCodes.Status503ServiceUnavailable, fault.Name, fault.Detail);
        return Problem(StatusCodes.Status500InternalServerError, "internal-error",
            "The service failed; its log has the reason under this trace id.");
    }

    private static string NameOf(int status) => status switch
    {
        400 => "bad-request",
        401 => "not-signed-in",
        403 => "not-allowed",
        404 => "not-found",
        405 => "method-not-allowed",
        409 => "conflict",
        411 => "length-required",
        413 => "too-large",
        415 => "media-type",
        422 => "invalid",
        429 => "too-many-requests",
        503 => "unavailable",
        _ => "http-" + status,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed: {Name}")]
    private static partial void Failed(ILogger logger, Exception exception, string method, PathString path, string name);
}

/// <summary>Writes problems from places that have no typed results.</summary>
internal static class ProblemWriting
{
    /// <summary>Where the words for a page about the problem are kept, among the items of the request.</summary>
    public const string Item = "problem-detail";

    /// <summary>
    /// Writes the problem as the whole response; for a browser that asks for a page only its status and words, of which
    /// a page is made.
    /// </summary>
    public static async Task WriteAsync(this ProblemDetails problem, HttpContext context)
    {
        context.Response.StatusCode = problem.Status!.Value;
        if (Web.WebSetup.IsPage(context))
        {
            context.Items[Item] = problem.Detail;
            return;
        }
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(
            new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }
}
