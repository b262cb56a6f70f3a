using System.ComponentModel;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Timeline;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Alerts;

internal static class AlertsApi
{
    public static void AddAlerts(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<SiteMaintenance>();
        services.AddSingleton<AlertRoutes>();
        services.AddSingleton<AlertBook>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<DeliveryQueue>());
        services.AddHostedService(s => s.GetRequiredService<DeliveryQueue>());
        services.AddSingleton<EventFollower>();
        services.AddHostedService(s => s.GetRequiredService<EventFollower>());
        services.AddSingleton<SilenceWatch>();
        services.AddHostedService(s => s.GetRequiredService<SilenceWatch>());
        services.AddSingleton<ITimelineSource, AlertTimeline>();
    }

    public static void MapAlerts(this WebApplication app)
    {
        RouteGroupBuilder alerts = app.MapGroup("/api/v1/alerts").WithTags("Alerts");
        alerts.MapGet("/", List).WithName("ListAlerts").RequireAuthorization(Policies.Viewer)
            .WithSummary("Alerts: open ones by severity, then the newest first.");
        alerts.MapGet("/counts", (AlertBook book) => TypedResults.Ok(book.Counts())).WithName("CountAlerts")
            .RequireAuthorization(Policies.Viewer).WithSummary("How many alerts are open.");
        alerts.MapGet("/{id:long}", Get).WithName("GetAlert").RequireAuthorization(Policies.Viewer)
            .WithSummary("One alert and its history.");
        alerts.MapPost("/{id:long}/acknowledge", Acknowledge).WithName("AcknowledgeAlert")
            .RequireAuthorization(Policies.Technician).WithSummary("Somebody takes care of it.");
        alerts.MapPost("/{id:long}/silence", Silence).WithName("SilenceAlert").RequireAuthorization(Policies.Operator)
            .WithSummary("Nobody is told of this node and rule until a time; a time that has passed ends the silence.");
        alerts.MapPost("/{id:long}/clear", Clear).WithName("ClearAlert").RequireAuthorization(Policies.Operator)
            .WithSummary("Ends an alert whose cause went without a word.");

        RouteGroupBuilder routes = app.MapGroup("/api/v1/alert-routes").WithTags("Alerts").RequireAuthorization(Policies.Operator);
        routes.MapGet("/", async (AlertRoutes all, CancellationToken cancel) => TypedResults.Ok(await all.AllAsync(cancel)))
            .WithName("ListAlertRoutes").WithSummary("Who is told of which alerts, and how deliveries are doing.");
        routes.MapPost("/", AddRoute).WithName("AddAlertRoute")
            .WithSummary("Makes a route; a webhook's secret is in this answer and never again.");
        routes.MapGet("/{id}", GetRoute).WithName("GetAlertRoute").WithSummary("One route.");
        routes.MapPut("/{id}", PutRoute).WithName("UpdateAlertRoute")
            .WithSummary("Changes a route; without a secret the one it has stays.");
        routes.MapDelete("/{id}", DeleteRoute).WithName("DeleteAlertRoute")
            .WithSummary("Removes a route and what waits for it.");
        routes.MapPost("/{id}/test", TestRoute).WithName("TestAlertRoute").WithSummary("Sends a message that says it is a test.");

        app.MapGet("/api/v1/maintenance", (SiteMaintenance sites) => TypedResults.Ok(sites.All())).WithTags("Alerts")
            .WithName("ListMaintenance").WithSummary("Sites in maintenance.").RequireAuthorization(Policies.Viewer);
        RouteGroupBuilder site = app.MapGroup("/api/v1/sites/{site}/maintenance").WithTags("Alerts");
        site.MapGet("/", GetMaintenance).WithName("GetMaintenance").RequireAuthorization(Policies.Viewer)
            .WithSummary("A site's maintenance.");
        site.MapPut("/", PutMaintenance).WithName("SetMaintenance").RequireAuthorization(Policies.Technician)
            .WithSummary("Begins a site's maintenance: alerts are recorded and nobody is told.");
        site.MapDelete("/", EndMaintenance).WithName("EndMaintenance").RequireAuthorization(Policies.Technician)
            .WithSummary("Ends it; what still goes on is routed now.");
    }

    private static async Task<Results<Ok<AlertPage>, ProblemHttpResult>> List(
        AlertBook book, CancellationToken cancel,
        [Description("open (the default), cleared or all.")] string state = "open",
        [Description("At least so grave: info, warning or critical.")] string? severity = null,
        [Description("Only from this: threshold, fault, screening, update, offline, stale or site.")] string? source = null,
        [Description("Only of this site.")] string? site = null,
        [Description("Only of this device.")] string? device = null,
        [Description("Only acknowledged, or only other ones.")] bool? acknowledged = null,
        [Description("Only silenced, or only other ones; of open ones.")] bool? silenced = null,
        [Description("Also those that a site's alert tells of.")] bool grouped = true,
        [Description("Alerts to pass over.")] int skip = 0,
        [Description("Alerts to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        AlertState? wanted = null;
        bool stateOk = state == "all" || (Query.TryEnum(state, out wanted) && wanted != null);
        bool severityOk = Query.TryEnum(severity, out Severity? least);
        bool sourceOk = Query.TryEnum(source, out AlertSource? from);
        Fault? fault = new FieldErrors()
            .Require(stateOk, "state", "open, cleared or all.")
            .Require(severityOk, "severity", "info, warning or critical.")
            .Require(sourceOk, "source", "threshold, fault, screening, update, offline, stale or site.")
            .Require(silenced == null || state == "open", "silenced", "Only together with state=open.")
            .Fault ?? Paging.Check(skip, top);
        if (fault != null)
            return fault.Http();
        return TypedResults.Ok(await book.SearchAsync(
            new AlertQuery(wanted, least, from, site, device, acknowledged, silenced, grouped, skip, top), cancel));
    }

    private static async Task<Results<Ok<AlertDetail>, ProblemHttpResult>> Get(
        long id, AlertBook book, CancellationToken cancel) =>
        await book.FindAsync(id, cancel) is { } found ? TypedResults.Ok(found) : Fault.NotFound("alert", id.ToString()).Http();

    private static async Task<Results<Ok<Alert>, ProblemHttpResult>> Acknowledge(
        long id, AcknowledgeRequest request, AlertBook book, HttpContext context) =>
        (await book.AcknowledgeAsync(id, request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<Alert>, ProblemHttpResult>> Silence(
        long id, SilenceRequest request, AlertBook book, HttpContext context) =>
        (await book.SilenceAsync(id, request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<Alert>, ProblemHttpResult>> Clear(
        long id, AcknowledgeRequest request, AlertBook book, HttpContext context) =>
        (await book.ClearAsync(id, request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<AlertRouteWithSecret>, ProblemHttpResult>> AddRoute(
        AlertRouteRequest request, AlertRoutes routes, HttpContext context) =>
        (await routes.AddAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<AlertRoute>, ProblemHttpResult>> GetRoute(
        string id, AlertRoutes routes, CancellationToken cancel) =>
        await routes.FindAsync(id, cancel) is { } found ? TypedResults.Ok(found) : Fault.NotFound("alert-route", id).Http();

    private static async Task<Results<Ok<AlertRoute>, ProblemHttpResult>> PutRoute(
        string id, AlertRouteRequest request, AlertRoutes routes, HttpContext context) =>
        (await routes.UpdateAsync(id, request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<AlertRoute>, ProblemHttpResult>> DeleteRoute(
        string id, AlertRoutes routes, HttpContext context) =>
        (await routes.DeleteAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<AlertRoute>, ProblemHttpResult>> TestRoute(
        string id, AlertRoutes routes, HttpContext context) =>
        (await routes.TestAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<Maintenance>, ProblemHttpResult> GetMaintenance(string site, SiteMaintenance sites) =>
        sites.Find(site) is { } found ? TypedResults.Ok(found) : Fault.NotFound("maintenance", site).Http();

    private static async Task<Results<Ok<Maintenance>, ProblemHttpResult>> PutMaintenance(
        string site, MaintenanceRequest request, SiteMaintenance sites, DeviceDirectory directory, HttpContext context) =>
        directory.Sites().Contains(site)
            ? (await sites.SetAsync(site, request, Actor.Of(context.User), context.RequestAborted)).Http()
            : Fault.NotFound("site", site).Http();

    private static async Task<Results<Ok<Maintenance>, ProblemHttpResult>> EndMaintenance(
        string site, SiteMaintenance sites, HttpContext context) =>
        (await sites.EndAsync(site, Actor.Of(context.User), context.RequestAborted)).Http();
}

/// <summary>What happened to a device's alerts, on its timeline.</summary>
internal sealed class AlertTimeline(AlertBook book) : ITimelineSource
{
    public string Name => "alert";

    public bool ForOperators => false;

    public async Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel) =>
        [.. (await book.HistoryOfAsync(device, before, limit, cancel)).Select(found => new TimelineEntry(
            found.Entry.At, Name, System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(found.Entry.Change.ToString()),
            found.Entry.Note == null ? found.Alert.Key : $"{found.Alert.Key}: {found.Entry.Note}", found.Alert.Severity,
            found.Entry.By, $"/alerts/{found.Alert.Id}"))];
}
