using System.ComponentModel;
using System.Text;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Visits;

internal static class VisitsApi
{
    public static void AddVisits(this WebApplicationBuilder builder) => builder.Services.AddSingleton<VisitList>();

    public static void MapVisits(this WebApplication app)
    {
        app.MapGet("/api/v1/visits", List).WithTags("Visits").WithName("ListVisits").RequireAuthorization(Policies.Viewer)
            .WithSummary("Nodes that need a technician, by site and name: why, and what to take along.");
        app.MapGet("/api/v1/visits.csv", Csv).WithTags("Visits").WithName("GetVisitsCsv").RequireAuthorization(Policies.Viewer)
            .WithSummary("The same as CSV, for a sheet or the flash tool.");
    }

    private static async Task<Results<Ok<VisitPage>, ProblemHttpResult>> List(
        VisitList visits, CancellationToken cancel,
        [Description("Only of this site.")] string? site = null,
        [Description("Only for this reason: unreachable, neverReported, runtimeTooOld, hardwareFault, sensorSilent, selfTestFailed or onGolden.")] string? reason = null,
        [Description("Visits to pass over.")] int skip = 0,
        [Description("Visits to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        bool reasonOk = Query.TryEnum(reason, out VisitReason? wanted);
        Fault? fault = new FieldErrors().Require(reasonOk, "reason", "A reason's name.").Fault ?? Paging.Check(skip, top);
        if (fault != null)
            return fault.Http();
        IReadOnlyList<Visit> all = await visits.AllAsync(site, wanted, cancel);
        return TypedResults.Ok(new VisitPage(all.Count, [.. all.Skip(skip).Take(top)]));
    }

    private static async Task<FileContentHttpResult> Csv(
        VisitList visits, CancellationToken cancel, [Description("Only of this site.")] string? site = null) =>
        TypedResults.File(Encoding.UTF8.GetBytes(VisitList.Csv(await visits.AllAsync(site, null, cancel))),
            "text/csv; charset=utf-8", "visits.csv");
}
