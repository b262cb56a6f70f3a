using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Who is in which group; another slice keeps them.</summary>
public interface IDeviceGroups
{
    /// <summary>Whether a device is in the group, as a function; null: there is none of that name.</summary>
    Func<DeviceFacts, bool>? Bind(string group, FilterScope scope);
}

/// <summary>Finds the devices that fit a filter, in memory: a million take about a second.</summary>
public sealed class DeviceFinder(
    DeviceDirectory directory, Presence presence, Reports.Reports reports, TimeProvider time, IServiceProvider services)
{
    /// <summary>
    /// Reads a filter that somebody acts on: a group that it names must be there, for what is misspelt would silently mean
    /// nobody, or with a dash everybody.
    /// </summary>
    public Result<DeviceFilter> Parse(string? text, string field = "filter")
    {
        Result<DeviceFilter> filter = DeviceFilter.Parse(text, field);
        if (filter.Value is not { Groups.Count: > 0 } read)
            return filter;
        IDeviceGroups? groups = services.GetService<IDeviceGroups>();
        FilterScope scope = new(time.GetUtcNow(), (name, inner) => groups?.Bind(name, inner));
        return read.Groups.FirstOrDefault(g => groups?.Bind(g, scope) == null) is { } unknown
            ? Fault.Invalid(field, $"There is no group '{unknown}'.") : filter;
    }

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
        Func<DeviceFacts, bool> fits = filter.Bind(
            new FilterScope(time.GetUtcNow(), (name, scope) => groups?.Bind(name, scope)));
        bool firmware = filter.NeedsFirmware || groups != null;
        return device => fits(FactsOf(device, firmware));
    }

    /// <summary>Whether one device fits now.</summary>
    public bool Fits(string id, DeviceFilter filter) => directory.Find(id) is { } device && Bind(filter)(device);

    private DeviceFacts FactsOf(Device device, bool firmware) => new(
        device, presence.IsOnline(device.Id), presence.LastSeenAt(device.Id),
        firmware ? reports.FirmwareOf(device.Id) : null);
}
