using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Audit;

internal static class AuditApi
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<Storage.IHousekeeping>(s => s.GetRequiredService<AuditLog>());
    }

    public static void MapAudit(this WebApplication app) =>
        app.MapGet("/api/v1/audit", List).WithTags("Audit").WithName("ListAudit")
            .WithSummary("Who changed what, the newest first.")
            .RequireAuthorization(Policies.Operator);

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> List(
        AuditLog log,
        CancellationToken cancel,
        [Description("Only of this device, enrolment, user…")] string? subject = null,
        [Description("Only by this actor.")] string? actor = null,
        [Description("Only actions that begin so, such as device.")] string? action = null,
        [Description("Entries to pass over.")] int skip = 0,
        [Description("Entries to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        if (Paging.Check(skip, top) is { } fault)
            return fault.Http();
        return TypedResults.Ok(await log.SearchAsync(subject, actor, action, null, skip, top, cancel));
    }
}
