using System.ComponentModel;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Commands;

internal static class CommandsApi
{
    public static void AddCommands(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CommandCenter>();
        builder.Services.AddSingleton<IDeviceReplies>(s => s.GetRequiredService<CommandCenter>());
        builder.Services.AddSingleton<IHousekeeping>(s => s.GetRequiredService<CommandCenter>());
    }

    public static void MapCommands(this WebApplication app)
    {
        RouteGroupBuilder commands = app.MapGroup("/api/v1/commands").WithTags("Commands");
        commands.MapPost("/", Order).WithName("OrderCommand")
            .WithSummary("Tells devices to do something: reboot, identify, captureNow, selfTest or sendLog.")
            .WithDescription("A technician may command one device at a time; more of them, or a filter, are an operator's. "
                + "Devices that are offline get it when they come back, unless it has expired.")
            .RequireAuthorization(Policies.Technician);
        commands.MapGet("/", List).WithName("ListCommands").WithSummary("Orders, the newest first.")
            .RequireAuthorization(Policies.Viewer);
        commands.MapGet("/{id:long}", Get).WithName("GetCommand").WithSummary("One order, and how far its devices are.")
            .RequireAuthorization(Policies.Viewer);
        commands.MapGet("/{id:long}/devices", Devices).WithName("ListCommandDevices")
            .WithSummary("What became of an order on each of its devices.").RequireAuthorization(Policies.Viewer);
        commands.MapPost("/{id:long}/cancel", Cancel).WithName("CancelCommand")
            .WithSummary("Calls back what was not sent yet.").RequireAuthorization(Policies.Operator);
        RouteGroupBuilder device = app.MapGroup("/api/v1/devices/{id}/commands").WithTags("Commands");
        device.MapGet("/", OfDevice).WithName("ListDeviceCommands").WithSummary("A device's commands, the newest first.")
            .RequireAuthorization(Policies.Viewer);
        device.MapGet("/{command:long}/data", Data).WithName("GetCommandData")
            .WithSummary("What came with the answer, such as log lines.")
            .Produces(StatusCodes.Status200OK, contentType: "text/plain").RequireAuthorization(Policies.Technician);
    }

    /// <summary>Whether this person may give this order.</summary>
    internal static Fault? Check(CommandRequest request, System.Security.Claims.ClaimsPrincipal person) =>
        request.Filter == null && request.Devices is not { Count: > 1 } || person.May(Role.Operator) ? null
            : new Fault(StatusCodes.Status403Forbidden, "not-allowed", "Commands to more than one device are an operator's.");

    private static async Task<Results<Ok<CommandOrder>, ProblemHttpResult>> Order(
        CommandRequest request, CommandCenter center, HttpContext context) =>
        Check(request, context.User) is { } fault ? fault.Http()
            : (await center.OrderAsync(request, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<CommandPage>, ProblemHttpResult>> List(
        CommandCenter center, CancellationToken cancel, [Description("Orders to pass over.")] int skip = 0,
        [Description("Orders to give, 1 to 500.")] int top = ServiceLimits.DefaultPage) =>
        Paging.Check(skip, top) is { } fault ? fault.Http() : TypedResults.Ok(await center.ListAsync(skip, top, cancel));

    private static async Task<Results<Ok<CommandOrder>, ProblemHttpResult>> Get(
        long id, CommandCenter center, CancellationToken cancel) =>
        await center.FindAsync(id, cancel) is { } order ? TypedResults.Ok(order)
            : Fault.NotFound("command", id.ToString()).Http();

    private static async Task<Results<Ok<DeviceCommandPage>, ProblemHttpResult>> Devices(
        long id, CommandCenter center, CancellationToken cancel,
        [Description("Only in this state.")] string? state = null,
        [Description("Devices to pass over.")] int skip = 0,
        [Description("Devices to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        bool stateOk = Query.TryEnum(state, out CommandState? wanted);
        Fault? fault = new FieldErrors().Require(stateOk, "state",
            "waiting, sent, accepted, done, failed, expired, unsupported or canceled.").Fault ?? Paging.Check(skip, top);
        if (fault != null)
            return fault.Http();
        return await center.FindAsync(id, cancel) == null ? Fault.NotFound("command", id.ToString()).Http()
            : TypedResults.Ok(await center.DevicesAsync(id, null, wanted, skip, top, cancel));
    }

    private static async Task<Results<Ok<CommandOrder>, ProblemHttpResult>> Cancel(
        long id, CommandCenter center, HttpContext context) =>
        (await center.CancelAsync(id, Actor.Of(context.User), context.RequestAborted)).Http();

    private static async Task<Results<Ok<DeviceCommandPage>, ProblemHttpResult>> OfDevice(
        string id, CommandCenter center, DeviceDirectory directory, CancellationToken cancel,
        [Description("Commands to pass over.")] int skip = 0,
        [Description("Commands to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        if ((directory.Find(id) == null ? Fault.NotFound("device", id) : Paging.Check(skip, top)) is { } fault)
            return fault.Http();
        return TypedResults.Ok(await center.DevicesAsync(null, id, null, skip, top, cancel));
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Data(
        string id, long command, CommandCenter center, CancellationToken cancel) =>
        await center.DataAsync(command, id, cancel) is { } data
            ? TypedResults.File(data, "text/plain; charset=utf-8", $"{id}-{command}.txt")
            : Fault.NotFound("answer", command.ToString()).Http();
}
