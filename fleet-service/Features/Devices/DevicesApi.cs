using System.ComponentModel;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Devices;

internal static class DevicesApi
{
    public static void AddDevices(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Presence>();
        builder.Services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<Presence>());
        builder.Services.AddSingleton<DeviceDirectory>();
        builder.Services.AddSingleton<ConfigLevels>();
        builder.Services.AddSingleton<ConfigStates>();
        builder.Services.AddSingleton<Groups.IGroupWatcher>(s => s.GetRequiredService<ConfigLevels>());
        builder.Services.AddSingleton(s => new Lazy<ConfigLevels>(s.GetRequiredService<ConfigLevels>));
        builder.Services.AddSingleton<DeviceFinder>();
        builder.Services.AddSingleton(s => new Lazy<DeviceFinder>(s.GetRequiredService<DeviceFinder>));
        // The engine asks the hub and the hub's slices send through the engine: the circle closes at first use.
        builder.Services.AddSingleton(s => new Lazy<IDeviceLink>(s.GetRequiredService<IDeviceLink>));
        // Those who want something of devices ask the directory about them.
        builder.Services.AddSingleton(s => new Lazy<IDesiredPart[]>(() => [.. s.GetServices<IDesiredPart>()]));
    }

    public static void MapDevices(this WebApplication app)
    {
        RouteGroupBuilder devices = app.MapGroup("/api/v1/devices").WithTags("Devices");
        devices.MapGet("/", List).WithName("ListDevices")
            .WithSummary("Devices by site and name; decommissioned ones only where asked for.")
            .RequireAuthorization(Policies.Viewer);
        devices.MapPost("/edit", Edit).WithName("EditDevices")
            .WithSummary("Tags or assigns all devices that fit a filter; first without 'expected', to see how many change.")
            .RequireAuthorization(Policies.Operator);
        devices.MapGet("/{id}", Get).WithName("GetDevice").WithSummary("One device.")
            .RequireAuthorization(Policies.Viewer);
        devices.MapPatch("/{id}", Patch).WithName("UpdateDevice").WithSummary("Names, assigns, places or tags a device.")
            .RequireAuthorization(Policies.Technician);
        devices.MapGet("/{id}/config", GetConfig).WithName("GetDeviceConfig")
            .WithSummary("The configuration that the device is to have; version 0: its built-in one.")
            .RequireAuthorization(Policies.Viewer);
        devices.MapPut("/{id}/config", PutConfig).WithName("SetDeviceConfig")
            .WithSummary("Sets the configuration; a connected device gets it at once.")
            .WithDescription("A value that cannot be meant is refused by name, never clamped.")
            .RequireAuthorization(Policies.Operator);
        devices.MapPost("/{id}/quarantine", Quarantine).WithName("QuarantineDevice")
            .WithSummary("Keeps the device out and ends its connection.").RequireAuthorization(Policies.Operator);
        devices.MapPost("/{id}/reinstate", Reinstate).WithName("ReinstateDevice")
            .WithSummary("Lets a quarantined device in again.").RequireAuthorization(Policies.Operator);
        devices.MapPost("/{id}/decommission", Decommission).WithName("DecommissionDevice")
            .WithSummary("Takes the device down for good; its data stays.").RequireAuthorization(Policies.Operator);
        app.MapGet("/api/v1/sites", (DeviceDirectory directory) => TypedResults.Ok(directory.Sites()))
            .WithTags("Devices").WithName("ListSites").WithSummary("Sites that devices belong to.")
            .RequireAuthorization(Policies.Viewer);
    }

    private static Results<Ok<DevicePage>, ProblemHttpResult> List(
        DeviceDirectory directory, DeviceFinder finder,
        [Description("Part of id, name, site or hardware id.")] string? search = null,
        [Description("Only this kind: airBox or bridge.")] string? kind = null,
        [Description("Only this site.")] string? site = null,
        [Description("Only with this status: active, quarantined or decommissioned.")] string? status = null,
        [Description("Only connected, or only disconnected ones.")] bool? online = null,
        [Description("Only devices that fit, such as kind:bridge fw<1.4 tag:canary last_seen<1h.")] string? filter = null,
        [Description("Devices to pass over.")] int skip = 0,
        [Description("Devices to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        bool kindOk = Query.TryEnum(kind, out NodeKind? kindValue);
        bool statusOk = Query.TryEnum(status, out DeviceStatus? statusValue);
        Fault? fault = new FieldErrors()
            .Require(kindOk, "kind", "airBox or bridge.")
            .Require(statusOk, "status", "active, quarantined or decommissioned.")
            .Text(search, "search", ServiceLimits.MaxName)
            .Text(site, "site", ServiceLimits.MaxName)
            .Fault ?? Paging.Check(skip, top);
        Result<DeviceFilter> fits = finder.Parse(filter);
        if ((fault ?? fits.Fault) is { } wrong)
            return wrong.Http();
        return TypedResults.Ok(directory.Search(new DeviceQuery(
            search, kindValue, site, statusValue, online, fits.Value!.IsAll ? null : fits.Value, skip, top)));
    }

    private static async Task<Results<Ok<DeviceEditAnswer>, ProblemHttpResult>> Edit(
        DeviceEdit edit, DeviceDirectory directory, HttpContext context) =>
        (await directory.EditAsync(edit, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<DeviceView>, ProblemHttpResult> Get(string id, DeviceDirectory directory) =>
        directory.View(id) is { } view ? TypedResults.Ok(view) : Fault.NotFound("device", id).Http();

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> Patch(
        string id, DevicePatch patch, DeviceDirectory directory, HttpContext context) =>
        (await directory.UpdateAsync(id, patch, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<DesiredConfig>, ProblemHttpResult> GetConfig(string id, DeviceDirectory directory) =>
        directory.ConfigOf(id) is { } config ? TypedResults.Ok(config) : Fault.NotFound("device", id).Http();

    private static async Task<Results<Ok<DesiredConfig>, ProblemHttpResult>> PutConfig(
        string id, ConfigDocument config, DeviceDirectory directory, HttpContext context,
        [Description("The version that the caller saw; the change is refused where it is another by now.")]
        uint? expectedVersion = null) =>
        (await directory.SetConfigAsync(
            id, config, expectedVersion, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> Quarantine(
        string id, DeviceDirectory directory, HttpContext context) =>
        (await directory.QuarantineAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> Reinstate(
        string id, DeviceDirectory directory, HttpContext context) =>
        (await directory.ReinstateAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceView>, ProblemHttpResult>> Decommission(
        string id, DeviceDirectory directory, HttpContext context) =>
        (await directory.DecommissionAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();
}
