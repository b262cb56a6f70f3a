using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace EdgeFleet.Service.Web;

/// <summary>What every page about one device begins with.</summary>
public abstract class DeviceBase(DeviceDirectory directory, Reports reports, TimeProvider time) : PageModel
{
    /// <summary>The device and whether it is there.</summary>
    public DeviceView View { get; private set; } = null!;

    /// <summary>What it last said of itself; null: nothing yet.</summary>
    public StateAnswer? State { get; private set; }

    /// <summary>The moment that ages count from.</summary>
    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>Whether it is there, as the fleet calls it.</summary>
    public FleetStatus Status => View.Device.Status switch
    {
        DeviceStatus.Quarantined => FleetStatus.Quarantined,
        DeviceStatus.Decommissioned => FleetStatus.Decommissioned,
        _ => View.Online ? FleetStatus.Online : View.LastSeenAt == null ? FleetStatus.Never : FleetStatus.Offline,
    };

    /// <summary>Who makes the request.</summary>
    protected Actor Actor => Actor.Of(User);

    /// <summary>Whether the signed-in person may do what the role may.</summary>
    protected bool May(Role role) => User.May(role);

    /// <summary>Reads the device; false where there is none.</summary>
    protected bool Load(string id)
    {
        if (directory.View(id) is not { } view)
            return false;
        View = view;
        State = reports.State(id);
        return true;
    }

    /// <summary>The page about a device that is not there.</summary>
    protected IActionResult NoDevice(string id)
    {
        HttpContext.Items[ProblemWriting.Item] = $"There is no device '{id}'.";
        return NotFound();
    }
}
