using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>A device's commands: the panel of its page, and all of them.</summary>
public sealed class CommandsModel(
    DeviceDirectory directory, Reports reports, CommandCenter center, TimeProvider time) : DeviceBase(directory, reports, time)
{
    /// <summary>Commands that the panel shows.</summary>
    public const int PanelRows = 5;

    /// <summary>Commands of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Its commands, the newest first.</summary>
    public DeviceCommandPage Commands { get; private set; } = null!;

    /// <summary>Which page of them, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>What went wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>What this kind of node can be told.</summary>
    public IEnumerable<CommandType> Types => Enum.GetValues<CommandType>()
        .Where(type => type != CommandType.CaptureNow || View.Device.Kind == EdgeFleet.Contracts.NodeKind.Bridge);

    public async Task<IActionResult> OnGetAsync(string id, int p, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        Number = Math.Clamp(p, 1, 1_000_000);
        Commands = await center.DevicesAsync(null, id, null, (Number - 1) * PageSize, PageSize, cancel);
        return Page();
    }

    /// <summary>The panel.</summary>
    public async Task<IActionResult> OnGetPanelAsync(string id, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        Commands = await center.DevicesAsync(null, id, null, 0, PanelRows, cancel);
        return Partial("_Commands", this);
    }

    public async Task<IActionResult> OnPostAsync(string id, CommandType type, CancellationToken cancel)
    {
        if (!May(Role.Technician))
            return Forbid();
        if (!Load(id))
            return NoDevice(id);
        Result<CommandOrder> order = await center.OrderAsync(new CommandRequest(type, [id]), Actor, cancel);
        Problem = order.Fault?.Detail;
        Commands = await center.DevicesAsync(null, id, null, 0, PanelRows, cancel);
        // The script swaps the panel; without it, the page with all commands follows.
        return Request.Headers.ContainsKey("HX-Request") ? Partial("_Commands", this) : Redirect($"/devices/{id}/commands");
    }
}
