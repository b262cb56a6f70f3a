using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Reports;

/// <summary>REST of reported states, events and alarms. Whoever may see devices may see these.</summary>
internal static class ReportsApi
{
    public static void MapReports(this WebApplication app)
    {
        RouteGroupBuilder device = app.MapGroup("/api/v1/devices/{id}").WithTags("Reports");
        device.MapGet("/state", State).WithSummary("What the device last said of itself.");
        device.MapGet("/events", Events).WithSummary("Events of the device, newest first.");
        device.MapGet("/alarms", (string id, Reports reports) => TypedResults.Ok(reports.ActiveAlarms(id)))
            .WithSummary("Alarms of the device that were raised and not cleared.");
        RouteGroupBuilder fleet = app.MapGroup("/api/v1").WithTags("Reports");
        fleet.MapGet("/events", FleetEvents).WithSummary("Events of the whole fleet, newest first.");
        fleet.MapGet("/alarms", (Reports reports) => TypedResults.Ok(reports.ActiveAlarms()))
            .WithSummary("Alarms of the whole fleet that were raised and not cleared, the gravest first.");
    }

    private static Results<Ok<StateAnswer>, ProblemHttpResult> State(string id, Reports reports) =>
        reports.State(id) is { } state
            ? TypedResults.Ok(state)
            : new Fault(
                StatusCodes.Status404NotFound, "no-state", $"Device '{id}' has not reported its state.").Http();

    private static Task<Results<Ok<IReadOnlyList<EventAnswer>>, ProblemHttpResult>> Events(
        string id, Reports reports, TimeProvider time, CancellationToken cancel, string? from = null, string? to = null,
        EventType? type = null, string? rule = null, int limit = 100) =>
        EventsAsync(id, reports, time, from, to, type, rule, limit, cancel);

    private static Task<Results<Ok<IReadOnlyList<EventAnswer>>, ProblemHttpResult>> FleetEvents(
        Reports reports, TimeProvider time, CancellationToken cancel, string? from = null, string? to = null,
        EventType? type = null, string? rule = null, int limit = 100) =>
        EventsAsync(null, reports, time, from, to, type, rule, limit, cancel);

    private static async Task<Results<Ok<IReadOnlyList<EventAnswer>>, ProblemHttpResult>> EventsAsync(
        string? id, Reports reports, TimeProvider time, string? from, string? to, EventType? type, string? rule,
        int limit, CancellationToken cancel)
    {
        if (limit is < 1 or > TelemetryLimits.MaxEventPage)
            return Fault.Invalid("limit", $"1 to {TelemetryLimits.MaxEventPage}.").Http();
        Result<TimeRange> range = TimeRange.Parse(from, to, time);
        return range.Ok
            ? TypedResults.Ok(await reports.EventsAsync(id, range.Value, type, rule, limit, cancel))
            : range.Fault!.Http();
    }
}
