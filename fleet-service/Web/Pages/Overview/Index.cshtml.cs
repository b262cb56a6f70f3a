using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Devices;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Overview;

/// <summary>What waits for the person who looks, the gravest first.</summary>
public sealed class OverviewModel(
    IEnumerable<IAttentionSource> sources, AlertBook alerts, SiteMaintenance maintenance, DeviceDirectory directory,
    TimeProvider time) : PageModel
{
    /// <summary>What waits.</summary>
    public IReadOnlyList<AttentionItem> Items { get; private set; } = [];

    /// <summary>How many devices are in which state.</summary>
    public DeviceCounts Devices { get; } = directory.Counts();

    /// <summary>How many alerts are open.</summary>
    public AlertCounts Alerts { get; } = alerts.Counts();

    /// <summary>Sites in maintenance.</summary>
    public IReadOnlyList<Maintenance> Maintenance { get; } = maintenance.All();

    /// <summary>Sites that devices belong to.</summary>
    public int Sites { get; } = directory.Sites().Count;

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public async Task OnGetAsync(CancellationToken cancel)
    {
        List<AttentionItem> items = [];
        foreach (IAttentionSource source in sources)
            items.AddRange(await source.ReadAsync(User, cancel));
        Items = [.. items.Where(item => item.Count != 0).OrderByDescending(item => item.Severity)];
    }
}
