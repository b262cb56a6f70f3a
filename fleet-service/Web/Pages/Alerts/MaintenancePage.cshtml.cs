using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Alerts;

/// <summary>Sites in maintenance.</summary>
public sealed class MaintenancePageModel(SiteMaintenance maintenance, DeviceDirectory directory, TimeProvider time) : PageModel
{
    /// <summary>Sites in maintenance.</summary>
    public IReadOnlyList<Maintenance> Sites { get; } = maintenance.All();

    /// <summary>Sites that devices belong to.</summary>
    public IReadOnlyList<string> Known { get; } = directory.Sites();

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>Why it was not done.</summary>
    [TempData]
    public string? Problem { get; set; }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostBeginAsync(string? site, int hours, string? reason, CancellationToken cancel)
    {
        if (!User.May(Role.Technician))
            return Forbid();
        return After(await maintenance.SetAsync(
            site ?? "", new MaintenanceRequest(time.GetUtcNow().AddHours(hours), reason ?? ""), Actor.Of(User), cancel), "Maintenance has begun.");
    }

    public async Task<IActionResult> OnPostEndAsync(string? site, CancellationToken cancel)
    {
        if (!User.May(Role.Technician))
            return Forbid();
        return After(await maintenance.EndAsync(site ?? "", Actor.Of(User), cancel), "Maintenance has ended.");
    }

    private RedirectResult After(Result<Maintenance> result, string done)
    {
        (Done, Problem) = result.Ok ? (done, null) : ((string?)null, result.Fault!.Detail);
        return Redirect("/alerts/maintenance");
    }
}
