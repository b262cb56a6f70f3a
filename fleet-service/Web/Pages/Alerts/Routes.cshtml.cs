using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Alerts;

/// <summary>Who is told of which alerts.</summary>
public sealed class RoutesModel(AlertRoutes routes, DeviceDirectory directory, TimeProvider time) : PageModel
{
    /// <summary>Every route.</summary>
    public IReadOnlyList<AlertRoute> Routes { get; private set; } = [];

    /// <summary>Sites to choose from.</summary>
    public IReadOnlyList<string> Sites { get; } = directory.Sites();

    /// <summary>What is typed.</summary>
    public AlertRouteRequest Typed { get; private set; } = new("", RouteKind.Webhook, "");

    /// <summary>The secret of the route that was just made.</summary>
    public string? Secret { get; private set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>Why it was not done.</summary>
    [TempData]
    public string? Problem { get; set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public async Task OnGetAsync(CancellationToken cancel) => Routes = await routes.AllAsync(cancel);

    // The secret goes into this answer alone, never into a cookie that a redirect would need.
    public async Task<IActionResult> OnPostAddAsync(
        string? name, RouteKind kind, string? target, Severity least, string? site, CancellationToken cancel)
    {
        Typed = new AlertRouteRequest(name ?? "", kind, target ?? "", least, site);
        Result<AlertRouteWithSecret> made = await routes.AddAsync(Typed, Actor.Of(User), cancel);
        if (made.Ok)
            (Done, Secret, Typed) = ("The route was added.", made.Value!.Secret, new AlertRouteRequest("", kind, ""));
        else
            Problem = made.Fault!.Errors is { } errors ? string.Join(" ", errors.Select(e => $"{e.Key}: {e.Value[0]}")) : made.Fault.Detail;
        ModelState.Clear();
        Routes = await routes.AllAsync(cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostTestAsync(string id, CancellationToken cancel) =>
        After(await routes.TestAsync(id, Actor.Of(User), cancel), "A test message is on its way.");

    public async Task<IActionResult> OnPostDeleteAsync(string id, CancellationToken cancel) =>
        After(await routes.DeleteAsync(id, Actor.Of(User), cancel), "The route was removed.");

    public async Task<IActionResult> OnPostToggleAsync(string id, CancellationToken cancel)
    {
        if (await routes.FindAsync(id, cancel) is not { } route)
            return After(Fault.NotFound("alert-route", id), "");
        return After(await routes.UpdateAsync(id, new AlertRouteRequest(
            route.Name, route.Kind, route.Target, route.MinSeverity, route.Site, !route.Enabled), Actor.Of(User), cancel),
            route.Enabled ? "The route is off." : "The route is on.");
    }

    private RedirectResult After(Result<AlertRoute> result, string done)
    {
        (Done, Problem) = result.Ok ? (done, null) : ((string?)null, result.Fault!.Detail);
        return Redirect("/alerts/routes");
    }
}
