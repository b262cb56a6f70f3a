using System.ComponentModel;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>How far a device has come with the configuration that it is to have.</summary>
public enum ConfigProgress
{
    /// <summary>It has not reported.</summary>
    Unknown,

    /// <summary>It has an older one.</summary>
    Waiting,

    /// <summary>It is in force.</summary>
    InForce,

    /// <summary>The node refused it.</summary>
    Refused,
}

/// <summary>A device's configuration and how far it has come.</summary>
/// <param name="Desired">The version that it is to have.</param>
/// <param name="Reported">The version in force; null: it has not reported.</param>
/// <param name="Fault">Why the node refused it.</param>
public sealed record DeviceConfigState(
    string Device, ConfigProgress Progress, uint Desired, uint? Reported,
    [property: System.Text.Json.Serialization.JsonConverter(typeof(OpenEnumConverter<ConfigFault>))] ConfigFault? Fault);

/// <summary>How far devices have come, and a page of them.</summary>
public sealed record ConfigStatePage(
    IReadOnlyDictionary<ConfigProgress, int> Counts, int Total, IReadOnlyList<DeviceConfigState> Items);

/// <summary>A device's values, where each comes from, and how far it has come.</summary>
public sealed record ConfigInheritance(DeviceConfigState State, IReadOnlyList<ConfigValue> Values);

/// <summary>How far devices have come with what they are to have.</summary>
public sealed class ConfigStates(DeviceDirectory directory, DeviceFinder finder, Reports.Reports reports)
{
    /// <summary>One device; null: there is none.</summary>
    public DeviceConfigState? Of(string id)
    {
        if (directory.ConfigOf(id) is not { } desired)
            return null;
        if (reports.State(id) is not { } state)
            return new DeviceConfigState(id, ConfigProgress.Unknown, desired.Version, null, null);
        ConfigProgress progress = state.ConfigVersion == desired.Version ? ConfigProgress.InForce
            : state.RefusedConfigVersion == desired.Version ? ConfigProgress.Refused : ConfigProgress.Waiting;
        return new DeviceConfigState(id, progress, desired.Version, state.ConfigVersion,
            progress == ConfigProgress.Refused ? state.RefusedConfigFault : null);
    }

    /// <summary>Devices that fit, by id.</summary>
    public ConfigStatePage Search(DeviceFilter filter, ConfigProgress? progress, int skip, int top)
    {
        List<DeviceConfigState> all = [.. finder.Find(filter).OrderBy(d => d.Id, StringComparer.Ordinal)
            .Select(d => Of(d.Id)).OfType<DeviceConfigState>()];
        List<DeviceConfigState> wanted = progress == null ? all : all.FindAll(s => s.Progress == progress);
        return new ConfigStatePage(
            all.GroupBy(s => s.Progress).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count()), wanted.Count,
            [.. wanted.Skip(skip).Take(top)]);
    }
}

internal static class ConfigLevelsApi
{
    public static void MapConfigLevels(this WebApplication app)
    {
        RouteGroupBuilder config = app.MapGroup("/api/v1/config").WithTags("Configuration");
        config.MapGet("/", (ConfigLevels levels) => TypedResults.Ok(levels.Shared())).WithName("ListConfigLevels")
            .WithSummary("What fleet and groups say of the configuration, the weakest first.").RequireAuthorization(Policies.Viewer);
        config.MapGet("/status", Status).WithName("GetConfigStatus")
            .WithSummary("How far devices have come with what they are to have: in force, waiting, refused or unknown.")
            .RequireAuthorization(Policies.Viewer);
        config.MapGet("/fleet", (ConfigLevels levels) => Get(levels, ConfigLevel.Fleet, "")).WithName("GetFleetConfig")
            .WithSummary("What the fleet says.").RequireAuthorization(Policies.Viewer);
        config.MapPut("/fleet", (ConfigLayer layer, ConfigLevels levels, HttpContext context, uint? expectedVersion = null,
                bool preview = false) => SetAsync(levels, ConfigLevel.Fleet, "", layer, expectedVersion, preview, context))
            .WithName("SetFleetConfig").WithSummary("Sets what the fleet says; with preview=true only shows what would change.")
            .RequireAuthorization(Policies.Operator);
        config.MapGet("/groups/{name}", (string name, ConfigLevels levels) => Get(levels, ConfigLevel.Group, name))
            .WithName("GetGroupConfig").WithSummary("What a group says.").RequireAuthorization(Policies.Viewer);
        config.MapPut("/groups/{name}", (string name, ConfigLayer layer, ConfigLevels levels, HttpContext context,
                uint? expectedVersion = null, bool preview = false) =>
                SetAsync(levels, ConfigLevel.Group, name, layer, expectedVersion, preview, context))
            .WithName("SetGroupConfig").WithSummary("Sets what a group says; with preview=true only shows what would change.")
            .RequireAuthorization(Policies.Operator);
        config.MapGet("/devices/{id}", (string id, ConfigLevels levels) => Get(levels, ConfigLevel.Device, id))
            .WithName("GetDeviceLevel").WithSummary("What is said to one device alone.").RequireAuthorization(Policies.Viewer);
        config.MapPut("/devices/{id}", (string id, ConfigLayer layer, ConfigLevels levels, HttpContext context,
                uint? expectedVersion = null, bool preview = false) =>
                SetAsync(levels, ConfigLevel.Device, id, layer, expectedVersion, preview, context))
            .WithName("SetDeviceLevel")
            .WithSummary("Sets what is said to one device alone; what is left out comes from its groups and the fleet.")
            .RequireAuthorization(Policies.Operator);
        config.MapGet("/devices/{id}/inheritance", Inheritance).WithName("GetConfigInheritance")
            .WithSummary("A device's values, and which level each comes from.").RequireAuthorization(Policies.Viewer);
    }

    private static Results<Ok<ConfigLevelView>, ProblemHttpResult> Get(ConfigLevels levels, ConfigLevel level, string name) =>
        levels.Find(level, name) is { } view ? TypedResults.Ok(view)
            : Fault.NotFound(level == ConfigLevel.Group ? "group" : "device", name).Http();

    private static async Task<Results<Ok<ConfigChange>, ProblemHttpResult>> SetAsync(
        ConfigLevels levels, ConfigLevel level, string name, ConfigLayer layer, uint? expectedVersion, bool preview,
        HttpContext context) =>
        (await levels.SetAsync(
            level, name, layer, expectedVersion, !preview, Actor.Of(context.User), context.RequestAborted)).Http();

    private static Results<Ok<ConfigInheritance>, ProblemHttpResult> Inheritance(
        string id, ConfigLevels levels, ConfigStates states) =>
        levels.Inheritance(id) is { } values ? TypedResults.Ok(new ConfigInheritance(states.Of(id)!, values))
            : Fault.NotFound("device", id).Http();

    private static Results<Ok<ConfigStatePage>, ProblemHttpResult> Status(
        ConfigStates states, DeviceFinder finder,
        [Description("Only devices that fit.")] string? filter = null,
        [Description("Only inForce, waiting, refused or unknown.")] string? progress = null,
        [Description("Devices to pass over.")] int skip = 0,
        [Description("Devices to give, 1 to 500.")] int top = ServiceLimits.DefaultPage)
    {
        bool progressOk = Query.TryEnum(progress, out ConfigProgress? wanted);
        Result<DeviceFilter> read = finder.Parse(filter);
        Fault? fault = new FieldErrors().Require(progressOk, "progress", "inForce, waiting, refused or unknown.").Fault
            ?? Paging.Check(skip, top) ?? read.Fault;
        return fault != null ? fault.Http() : TypedResults.Ok(states.Search(read.Value!, wanted, skip, top));
    }
}
