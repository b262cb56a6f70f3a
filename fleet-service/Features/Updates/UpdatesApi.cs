using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Updates;

/// <summary>What a device is to run, and how far it is by its own word.</summary>
/// <param name="Target">Null: it stays as it is.</param>
/// <param name="Reported">Null: it has not told.</param>
public sealed record DeviceUpdate(DeviceTarget? Target, UpdateAnswer? Reported);

internal static class UpdatesApi
{
    public static void AddUpdates(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UpdateTargets>();
        builder.Services.AddSingleton<IDesiredPart>(s => s.GetRequiredService<UpdateTargets>());
        builder.Services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<UpdateTargets>());
    }

    public static void MapUpdates(this WebApplication app)
    {
        RouteGroupBuilder target = app.MapGroup("/api/v1/devices/{id}/target").WithTags("Updates");
        target.MapGet("/", Get).WithName("GetDeviceTarget")
            .WithSummary("The bundle that the device is to run, and how far it is.").RequireAuthorization(Policies.Viewer);
        target.MapPut("/", Set).WithName("SetDeviceTarget")
            .WithSummary("Asks the device to run a bundle; a connected one hears of it at once.")
            .WithDescription("With 'retry' a device that has given the bundle up tries it again.")
            .RequireAuthorization(Policies.Operator);
        target.MapDelete("/", Clear).WithName("ClearDeviceTarget")
            .WithSummary("Withdraws it; a device that has not restarted into the bundle yet gives it up.")
            .RequireAuthorization(Policies.Operator);
    }

    private static Results<Ok<DeviceUpdate>, ProblemHttpResult> Get(
        string id, DeviceDirectory directory, UpdateTargets targets, Reports.Reports reports) =>
        directory.Find(id) == null
            ? Fault.NotFound("device", id).Http()
            : TypedResults.Ok(new DeviceUpdate(targets.Find(id), reports.State(id)?.Update));

    private static async Task<Results<Ok<DeviceTarget>, ProblemHttpResult>> Set(
        string id, TargetRequest request, UpdateTargets targets, HttpContext context)
    {
        Result<DeviceTarget[]> set = await targets.SetAsync(
            [id], request, Actor.Of(context.User), context.RequestAborted);
        return set.Fault is { } fault ? fault.Http() : TypedResults.Ok(set.Value![0]);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Clear(
        string id, UpdateTargets targets, HttpContext context)
    {
        Result<int> cleared = await targets.ClearAsync([id], Actor.Of(context.User), context.RequestAborted);
        return cleared.Fault is { } fault ? fault.Http() : TypedResults.NoContent();
    }
}
