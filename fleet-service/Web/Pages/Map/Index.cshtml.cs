using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Devices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Map;

/// <summary>How a node is shown; later ones cover earlier ones.</summary>
public enum MapState
{
    Never,
    Online,
    Offline,
    Warning,
    Critical,
}

/// <summary>A node with a position.</summary>
public sealed record MapNode(string Id, string Name, string Site, double Latitude, double Longitude, string State);

/// <summary>A site, and the worst of its nodes.</summary>
public sealed record MapSite(string Name, int Nodes, int Unplaced, MapState Worst);

/// <summary>Where the nodes are and how they are. The map's ground needs no network.</summary>
public sealed class MapModel(DeviceDirectory directory, Presence presence, AlertBook alerts, FleetOptions options) : PageModel
{
    /// <summary>States and what they are called, in the order of the legend.</summary>
    public static IReadOnlyList<(MapState State, string Label)> States { get; } =
        [.. Enum.GetValues<MapState>().Reverse().Select(state => (state, Word(state)))];

    /// <summary>The ground.</summary>
    public MapOptions Options => options.Map;

    /// <summary>Sites by name.</summary>
    public IReadOnlyList<MapSite> Sites { get; private set; } = [];

    public void OnGet()
    {
        // Pictures come from the tiles' server on this page alone.
        if (Uri.TryCreate(Options.TileUrl.Replace("{s}", "*"), UriKind.Absolute, out Uri? tiles))
        {
            Response.Headers.ContentSecurityPolicy = WebSetup.ContentSecurityPolicy.Replace(
                "img-src 'self'", $"img-src 'self' {tiles.Scheme}://{tiles.Authority}");
        }
        Dictionary<string, MapState> alarms = Alarms();
        Sites = [.. InService().GroupBy(device => device.Site).OrderBy(site => site.Key, StringComparer.OrdinalIgnoreCase)
            .Select(site => new MapSite(site.Key, site.Count(), site.Count(d => d.Latitude == null), site.Max(d => StateOf(d, alarms))))];
    }

    /// <summary>Nodes that have a position.</summary>
    public JsonResult OnGetNodes()
    {
        Dictionary<string, MapState> alarms = Alarms();
        return new JsonResult(InService().Where(device => device is { Latitude: not null, Longitude: not null })
            .Select(device => new MapNode(device.Id, device.Name, device.Site, device.Latitude!.Value, device.Longitude!.Value, StateOf(device, alarms).ToString())));
    }

    /// <summary>What a state is called.</summary>
    public static string Word(MapState state) => state switch
    {
        MapState.Critical => "Critical alert",
        MapState.Warning => "Alert",
        MapState.Offline => "Offline",
        MapState.Online => "Online",
        _ => "Never seen",
    };

    private IEnumerable<Device> InService() => directory.All.Where(device => device.Status == DeviceStatus.Active);

    private Dictionary<string, MapState> Alarms() => alerts.Open().Where(a => a.Device != null && a.Severity != Severity.Info)
        .GroupBy(a => a.Device!).ToDictionary(
            group => group.Key, group => group.Max(a => a.Severity) == Severity.Critical ? MapState.Critical : MapState.Warning);

    private MapState StateOf(Device device, Dictionary<string, MapState> alarms) =>
        alarms.TryGetValue(device.Id, out MapState alarm) ? alarm
        : presence.IsOnline(device.Id) ? MapState.Online
        : presence.LastSeenAt(device.Id) == null ? MapState.Never : MapState.Offline;
}
