using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Devices;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Alerts;

/// <summary>What is wrong, the gravest first.</summary>
public sealed class AlertsModel(AlertBook book, SiteMaintenance maintenance, DeviceDirectory directory, TimeProvider time) : PageModel
{
    /// <summary>Alerts of a page.</summary>
    public const int PageSize = 50;

    /// <summary>The alerts.</summary>
    public AlertPage Alerts { get; private set; } = null!;

    /// <summary>How many are open.</summary>
    public AlertCounts Counts { get; private set; } = null!;

    /// <summary>Sites in maintenance.</summary>
    public int InMaintenance { get; private set; }

    /// <summary>Sites to choose from.</summary>
    public IReadOnlyList<string> Sites { get; private set; } = [];

    public string? State { get; private set; }

    public Severity? Severity { get; private set; }

    public AlertSource? Source { get; private set; }

    public string? Site { get; private set; }

    public bool? Acknowledged { get; private set; }

    /// <summary>Which page, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>Why it was not done.</summary>
    [TempData]
    public string? Problem { get; set; }

    /// <summary>Whether anything is left out.</summary>
    public bool IsNarrow => State != null || Severity != null || Source != null || Site != null || Acknowledged != null;

    // Wrong values in an address are left out: a link that somebody kept still shows alerts.
    public async Task OnGetAsync(
        string? state, string? severity, string? source, string? site, string? acknowledged, string? p, CancellationToken cancel)
    {
        State = state is "cleared" or "all" ? state : null;
        Severity = Parse<Severity>(severity);
        Source = Parse<AlertSource>(source);
        Site = string.IsNullOrEmpty(site) ? null : site;
        Acknowledged = bool.TryParse(acknowledged, out bool taken) ? taken : null;
        Number = int.TryParse(p, out int number) ? Math.Clamp(number, 1, 1_000_000) : 1;
        AlertState? wanted = State == "all" ? null : State == "cleared" ? AlertState.Cleared : AlertState.Open;
        Alerts = await book.SearchAsync(new AlertQuery(
            wanted, Severity, Source, Site, null, Acknowledged, Skip: (Number - 1) * PageSize, Top: PageSize), cancel);
        Counts = book.Counts();
        InMaintenance = maintenance.All().Count;
        Sites = directory.Sites();
    }

    /// <summary>What people call a device.</summary>
    public string NameOf(string device) => directory.Find(device)?.Name ?? device;

    /// <summary>The address of a page of this view.</summary>
    public string Here(int page)
    {
        QueryBuilder query = [];
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                query.Add(name, value);
        }
        Add("state", State);
        Add("severity", Severity?.ToString());
        Add("source", Source?.ToString());
        Add("site", Site);
        Add("acknowledged", Acknowledged?.ToString().ToLowerInvariant());
        Add("p", page <= 1 ? null : page.ToString());
        return "/alerts" + query;
    }

    /// <summary>The address of this view, without the number of the page at its end.</summary>
    public string PageAddress => Here(1) is var address && address.Contains('?') ? address + "&p=" : address + "?p=";

    private static T? Parse<T>(string? text)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : null;
}
