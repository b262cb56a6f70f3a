using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages;

/// <summary>The fleet: who is there, who is not, and what they measure.</summary>
public sealed class IndexModel(FleetList list, DeviceDirectory directory, Claims claims) : PageModel
{
    /// <summary>Columns that sort, in their order.</summary>
    public static IReadOnlyList<(FleetSort Sort, string Label)> Columns { get; } =
    [
        (FleetSort.Site, "Site"), (FleetSort.Name, "Device"), (FleetSort.Status, "Status"), (FleetSort.Kind, "Kind"),
        (FleetSort.Alarms, "Alarms"), (FleetSort.Firmware, "Firmware"), (FleetSort.Seen, "Last seen"),
    ];

    /// <summary>What is shown.</summary>
    public FleetFilter Filter { get; private set; } = new();

    /// <summary>The rows.</summary>
    public FleetPage Fleet { get; private set; } = null!;

    /// <summary>Sites to choose from.</summary>
    public IReadOnlyList<string> Sites { get; private set; } = [];

    /// <summary>Claims that wait; null for who may not see them.</summary>
    public int? Pending { get; private set; }

    // Wrong values in an address are left out: a link that somebody kept still shows the fleet.
    public async Task OnGetAsync(
        [FromQuery(Name = "q")] string? search, string? kind, string? site, string? status, string? alarms,
        string? sort, string? desc, string? p, CancellationToken cancel)
    {
        Filter = new FleetFilter(
            search is { Length: <= DeviceFilter.MaxText } ? search : null, Parse<NodeKind>(kind), site,
            Parse<FleetStatus>(status), alarms == "true", Parse<FleetSort>(sort) ?? FleetSort.Site, desc == "true",
            int.TryParse(p, out int number) ? number : 1);
        Fleet = list.Read(Filter);
        Sites = directory.Sites();
        if (User.May(Role.Technician))
            Pending = await claims.PendingCountAsync(cancel);
    }

    /// <summary>The address of this view.</summary>
    public string Here() => Address(Filter);

    /// <summary>The address of this view, without the number of the page at its end.</summary>
    public string PageAddress => Address(Filter with { Page = 1 }) is var address && address.Contains('?')
        ? address + "&p=" : address + "?p=";

    /// <summary>The address that sorts by a column, or turns its order round.</summary>
    public string SortedBy(FleetSort sort) => Address(Filter with
    {
        Sort = sort,
        // Of alarms and last seen, the end that wants attention comes first.
        Descending = Filter.Sort == sort ? !Filter.Descending : sort is FleetSort.Alarms or FleetSort.Seen,
        Page = 1,
    });

    /// <summary>What <c>aria-sort</c> says of a column.</summary>
    public string? Direction(FleetSort sort) =>
        Filter.Sort != sort ? null : Filter.Descending ? "descending" : "ascending";

    /// <summary>What a status is called.</summary>
    public static string Word(FleetStatus status) => status switch
    {
        FleetStatus.Never => "Never seen",
        _ => status.ToString(),
    };

    /// <summary>The class that colours a status.</summary>
    public static string ClassOf(FleetStatus status) => status switch
    {
        FleetStatus.Online => "online",
        FleetStatus.Offline => "offline",
        FleetStatus.Quarantined => "held",
        _ => "",
    };

    private static string Address(FleetFilter filter)
    {
        QueryBuilder query = [];
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                query.Add(name, value);
        }
        Add("q", filter.Search);
        Add("kind", filter.Kind?.ToString());
        Add("site", filter.Site);
        Add("status", filter.Status?.ToString());
        Add("alarms", filter.Alarms ? "true" : null);
        Add("sort", filter.Sort == FleetSort.Site ? null : filter.Sort.ToString());
        Add("desc", filter.Descending ? "true" : null);
        Add("p", filter.Page == 1 ? null : filter.Page.ToString());
        return "/" + query;
    }

    private static T? Parse<T>(string? text)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : null;
}
