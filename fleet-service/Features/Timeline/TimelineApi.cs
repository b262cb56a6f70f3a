using System.ComponentModel;
using System.Security.Claims;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Timeline;

internal static class TimelineApi
{
    public static void AddTimeline(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ITimelineSource, EventSource>();
        builder.Services.AddSingleton<ITimelineSource, AuditSource>();
        builder.Services.AddSingleton<ITimelineSource, CaptureSource>();
        builder.Services.AddSingleton<Timeline>();
    }

    public static void MapTimeline(this WebApplication app) =>
        app.MapGet("/api/v1/devices/{id}/timeline", Get).WithTags("Devices").WithName("GetDeviceTimeline")
            .WithSummary("Everything that happened to the device, the newest first; who changed what for operators alone.")
            .RequireAuthorization(Policies.Viewer);

    private static async Task<Results<Ok<TimelinePage>, ProblemHttpResult>> Get(
        string id, DeviceDirectory directory, Timeline timeline, TimeProvider time, ClaimsPrincipal user, CancellationToken cancel,
        [Description("Only earlier than this: the 'before' of the part that came last.")] DateTimeOffset? before = null,
        [Description("Only of this source: event, audit, capture…")] string? source = null,
        [Description("Entries to give, 1 to 500.")] int top = Timeline.DefaultPage)
    {
        if (directory.Find(id) == null)
            return Fault.NotFound("device", id).Http();
        bool isOperator = user.May(Role.Operator);
        Fault? fault = new FieldErrors()
            .Require(top is >= 1 and <= Timeline.MaxPage, "top", $"1 to {Timeline.MaxPage}.")
            .Require(source == null || timeline.SourcesFor(isOperator).Contains(source), "source",
                $"one of {string.Join(", ", timeline.SourcesFor(isOperator))}.")
            .Fault;
        if (fault != null)
            return fault.Http();
        return TypedResults.Ok(await timeline.BeforeAsync(id, before ?? End(time), top, isOperator, source, cancel));
    }

    /// <summary>A node's clock may be ahead of ours.</summary>
    public static DateTimeOffset End(TimeProvider time) =>
        time.GetUtcNow().AddMilliseconds(Telemetry.TelemetryLimits.MaxAheadMs + 1);
}
