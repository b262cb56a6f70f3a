using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Groups;

internal static class GroupsApi
{
    public static void AddGroups(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DeviceGroups>();
        builder.Services.AddSingleton<IDeviceGroups>(s => s.GetRequiredService<DeviceGroups>());
        builder.Services.AddSingleton<SavedFilters>();
    }

    public static void MapGroups(this WebApplication app)
    {
        RouteGroupBuilder groups = app.MapGroup("/api/v1/groups").WithTags("Groups");
        groups.MapGet("/", (DeviceGroups all) => TypedResults.Ok(all.All())).WithName("ListGroups")
            .WithSummary("Groups of devices.").RequireAuthorization(Policies.Viewer);
        groups.MapPost("/", Create).WithName("CreateGroup").WithSummary("Makes a group: a list, or a filter.")
            .RequireAuthorization(Policies.Operator);
        groups.MapGet("/{name}", Get).WithName("GetGroup").WithSummary("One group.").RequireAuthorization(Policies.Viewer);
        groups.MapPatch("/{name}", Change).WithName("ChangeGroup").WithSummary("Changes a group, or who is on its list.")
            .RequireAuthorization(Policies.Operator);
        groups.MapDelete("/{name}", Remove).WithName("RemoveGroup").WithSummary("Removes a group that nothing needs.")
            .RequireAuthorization(Policies.Operator);
        groups.MapGet("/{name}/devices", Devices).WithName("ListGroupDevices").WithSummary("Who is in a group.")
            .RequireAuthorization(Policies.Viewer);
        RouteGroupBuilder filters = app.MapGroup("/api/v1/filters").WithTags("Groups");
        filters.MapGet("/", async (SavedFilters all, CancellationToken cancel) => TypedResults.Ok(await all.AllAsync(cancel)))
            .WithName("ListFilters").WithSummary("Filters that people keep.").RequireAuthorization(Policies.Viewer);
        filters.MapPut("/{name}", Save).WithName("SaveFilter").WithSummary("Keeps a filter under a name.")
            .RequireAuthorization(Policies.Operator);
        filters.MapDelete("/{name}", Forget).WithName("RemoveFilter").WithSummary("Forgets a filter.")
            .RequireAuthorization(Policies.Operator);
    }

    private static async Task<Results<Ok<DeviceGroup>, ProblemHttpResult>> Create(
        GroupRequest request, DeviceGroups groups, HttpContext context) =>
        (await groups.CreateAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<DeviceGroup>, ProblemHttpResult> Get(string name, DeviceGroups groups) =>
        groups.Find(name) is { } group ? TypedResults.Ok(group) : Fault.NotFound("group", name).Http();

    private static async Task<Results<Ok<DeviceGroup>, ProblemHttpResult>> Change(
        string name, GroupPatch patch, DeviceGroups groups, HttpContext context) =>
        (await groups.ChangeAsync(name, patch, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceGroup>, ProblemHttpResult>> Remove(
        string name, DeviceGroups groups, HttpContext context) =>
        (await groups.RemoveAsync(name, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<DevicePage>, ProblemHttpResult> Devices(
        string name, DeviceGroups groups, DeviceDirectory directory,
        [Description("Devices to pass over.")] int skip = 0,
        [Description("Devices to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        if ((groups.PriorityOf(name) == null ? Fault.NotFound("group", name) : Paging.Check(skip, top)) is { } fault)
            return fault.Http();
        return TypedResults.Ok(directory.Search(new DeviceQuery(
            Filter: DeviceFilter.Parse($"group:\"{name}\"").Value, Skip: skip, Top: top)));
    }

    private static async Task<Results<Ok<SavedFilter>, ProblemHttpResult>> Save(
        string name, SavedFilterRequest request, SavedFilters filters, HttpContext context) =>
        (await filters.SaveAsync(name, request.Filter, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<SavedFilter>, ProblemHttpResult>> Forget(
        string name, SavedFilters filters, HttpContext context) =>
        (await filters.RemoveAsync(name, Actor.Of(context.User), context.RequestAborted)).Http();
}
