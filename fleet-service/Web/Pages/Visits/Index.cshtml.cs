using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Visits;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web.Pages.Visits;

/// <summary>Where a technician is needed, why, and with what.</summary>
public sealed class VisitsModel(VisitList list, DeviceDirectory directory, TimeProvider time) : PageModel
{
    /// <summary>The visits.</summary>
    public IReadOnlyList<Visit> Visits { get; private set; } = [];

    /// <summary>Sites to choose from.</summary>
    public IReadOnlyList<string> Sites { get; } = directory.Sites();

    public string? Site { get; private set; }

    public VisitReason? Reason { get; private set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>The address of this view.</summary>
    public string Here
    {
        get
        {
            QueryBuilder query = [];
            if (Site != null)
                query.Add("site", Site);
            if (Reason != null)
                query.Add("reason", Reason.Value.ToString());
            return "/visits" + query;
        }
    }

    // Wrong values in an address are left out: a link that somebody kept still shows visits.
    public async Task OnGetAsync(string? site, string? reason, CancellationToken cancel)
    {
        Site = string.IsNullOrEmpty(site) ? null : site;
        Reason = Enum.TryParse(reason, ignoreCase: true, out VisitReason wanted) && Enum.IsDefined(wanted) ? wanted : null;
        Visits = await list.AllAsync(Site, Reason, cancel);
    }

    /// <summary>What a reason is called.</summary>
    public static string Word(VisitReason reason) => reason switch
    {
        VisitReason.Unreachable => "Unreachable",
        VisitReason.NeverReported => "Never reported",
        VisitReason.RuntimeTooOld => "Runtime too old",
        VisitReason.HardwareFault => "Hardware fault",
        VisitReason.SensorSilent => "Sensor silent",
        VisitReason.SelfTestFailed => "Self-test failed",
        VisitReason.OnGolden => "On the first application",
        _ => reason.ToString(),
    };

    /// <summary>What an item is called.</summary>
    public static string Word(VisitItem item) => item switch
    {
        VisitItem.FlashKit => "computer with the flash tool and cable",
        VisitItem.SpareBoard => "spare board",
        VisitItem.PowerSupply => "power supply",
        VisitItem.SpareSensors => "spare sensors",
        VisitItem.RadioKit => "radio meter and antenna",
        _ => item.ToString(),
    };
}
