using EdgeFleet.Service.Features.Reports;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Who is in which group; another slice keeps them.</summary>
public interface IDeviceGroups
{
    /// <summary>Ids of the devices in the group; null: there is none of that name.</summary>
    IReadOnlySet<string>? Members(string group);
}

/// <summary>Finds the devices that fit a filter, in memory: a million take about a second.</summary>
public sealed class DeviceFinder(
    DeviceDirectory directory, Presence presence, Reports.Reports reports, TimeProvider time, IServiceProvider services)
{
    /// <summary>Devices that fit, in no order.</summary>
    public IReadOnlyList<Device> Find(DeviceFilter filter)
    {
        Func<Device, bool> fits = Bind(filter);
        return [.. directory.All.Where(fits)];
    }

    /// <summary>The filter as a function as of now, for many devices; it is for one thread.</summary>
    public Func<Device, bool> Bind(DeviceFilter filter)
    {
        // Groups may ask for filters and filters for groups: the circle closes at first use.
        IDeviceGroups? groups = filter.Groups.Count == 0 ? null : services.GetService<IDeviceGroups>();
        Func<DeviceFacts, bool> fits = filter.Bind(new FilterScope(time.GetUtcNow(), name => groups?.Members(name)));
        bool firmware = filter.NeedsFirmware;
        return device => fits(FactsOf(device, firmware));
    }

    /// <summary>Whether one device fits now.</summary>
    public bool Fits(string id, DeviceFilter filter) => directory.Find(id) is { } device && Bind(filter)(device);

    private DeviceFacts FactsOf(Device device, bool firmware) => new(
        device, presence.IsOnline(device.Id), presence.LastSeenAt(device.Id),
        firmware ? reports.FirmwareOf(device.Id) : null);
}
