using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Web;

/// <summary>Whether a device is there.</summary>
public enum FleetStatus
{
    Online,
    Offline,
    Never,
    Quarantined,
    Decommissioned,
}

/// <summary>By which column the fleet is sorted.</summary>
public enum FleetSort
{
    Site,
    Name,
    Status,
    Kind,
    Alarms,
    Firmware,
    Seen,
}

/// <summary>Which devices, in which order, which page.</summary>
public sealed record FleetFilter(
    string? Search = null, NodeKind? Kind = null, string? Site = null, FleetStatus? Status = null, bool Alarms = false,
    FleetSort Sort = FleetSort.Site, bool Descending = false, int Page = 1)
{
    /// <summary>The search as a filter; null: it is none, or says nothing.</summary>
    public DeviceFilter? Words { get; } =
        !string.IsNullOrWhiteSpace(Search) && DeviceFilter.TryParse(Search, out DeviceFilter? words, out _) ? words : null;

    /// <summary>Why the search is no filter; null: it is one.</summary>
    public string? Wrong { get; } = DeviceFilter.TryParse(Search, out _, out FilterError error) ? null : error.ToString();

    /// <summary>Whether anything is left out.</summary>
    public bool IsNarrow => !string.IsNullOrWhiteSpace(Search) || Kind != null || !string.IsNullOrEmpty(Site)
        || Status != null || Alarms;
}

/// <summary>A device as the fleet shows it.</summary>
/// <param name="Readings">The numbers that say most of its kind; only of the rows of a page.</param>
public sealed record FleetRow(
    DeviceView View, FleetStatus Status, DateTimeOffset? Seen, string? Firmware, int Alarms, Severity? Worst,
    IReadOnlyList<Reading> Readings);

/// <summary>A number of a device.</summary>
/// <param name="IsOld">Whether newer windows should have come by now.</param>
public sealed record Reading(string Label, string Value, string Unit, bool IsOld);

/// <summary>How many devices are how.</summary>
public sealed record FleetCounts(int Devices, int Online, int Offline, int Never, int Alarms);

/// <summary>A page of the fleet.</summary>
public sealed record FleetPage(FleetCounts Counts, int Found, int Page, int Pages, IReadOnlyList<FleetRow> Rows);

/// <summary>
/// Puts directory, presence and reports together for the fleet's table. All of it is in memory: 10,000 devices take a
/// few milliseconds.
/// </summary>
public sealed class FleetList(
    DeviceDirectory directory, DeviceFinder finder, Reports reports, TelemetryQueries telemetry, TimeProvider time)
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>A value is old when this many of its windows could have come since.</summary>
    private const int OldAfterWindows = 4;

    private static readonly string[] AirBoxReadings = [Channels.Pm25, Channels.Temperature, Channels.Humidity];

    /// <summary>The page that fits the filter; beyond the last page, the last one.</summary>
    public FleetPage Read(FleetFilter filter)
    {
        Dictionary<string, DeviceSummary> summaries = reports.Summaries().ToDictionary(s => s.Device);
        List<FleetRow> all = [.. directory.All.Select(d => directory.View(d.Id)).OfType<DeviceView>()
            .Select(view => RowOf(view, summaries.GetValueOrDefault(view.Device.Id)))];
        Func<Device, bool>? words = filter.Words is { } read ? finder.Bind(read) : null;
        // A search that cannot be read finds nothing: showing all would look as if all of them fitted.
        List<FleetRow> found = filter.Wrong != null ? []
            : [.. all.Where(row => Fits(row, filter) && words?.Invoke(row.View.Device) != false)];
        found.Sort((a, b) => Compare(a, b, filter));
        int pages = Math.Max(1, (found.Count + PageSize - 1) / PageSize);
        int page = Math.Clamp(filter.Page, 1, pages);
        List<FleetRow> rows = [.. found.Skip((page - 1) * PageSize).Take(PageSize)
            .Select(row => row with { Readings = ReadingsOf(row.View.Device) })];
        return new FleetPage(CountsOf(all), found.Count, page, pages, rows);
    }

    private static FleetRow RowOf(DeviceView view, DeviceSummary summary)
    {
        FleetStatus status = view.Device.Status switch
        {
            DeviceStatus.Quarantined => FleetStatus.Quarantined,
            DeviceStatus.Decommissioned => FleetStatus.Decommissioned,
            _ => view.Online ? FleetStatus.Online : view.LastSeenAt == null ? FleetStatus.Never : FleetStatus.Offline,
        };
        DateTimeOffset? seen = view.LastSeenAt > summary.Heard || summary.Heard == null ? view.LastSeenAt : summary.Heard;
        return new FleetRow(
            view, status, seen, summary.FirmwareVersion, summary.ActiveAlarms, summary.Worst, []);
    }

    private static FleetCounts CountsOf(List<FleetRow> rows)
    {
        int online = 0, offline = 0, never = 0, alarms = 0, devices = 0;
        foreach (FleetRow row in rows.Where(row => row.Status != FleetStatus.Decommissioned))
        {
            devices++;
            online += row.Status == FleetStatus.Online ? 1 : 0;
            offline += row.Status == FleetStatus.Offline ? 1 : 0;
            never += row.Status == FleetStatus.Never ? 1 : 0;
            alarms += row.Alarms != 0 ? 1 : 0;
        }
        return new FleetCounts(devices, online, offline, never, alarms);
    }

    private static bool Fits(FleetRow row, FleetFilter filter)
    {
        Device device = row.View.Device;
        return (filter.Status == null ? filter.Words != null || row.Status != FleetStatus.Decommissioned : row.Status == filter.Status)
            && (filter.Kind == null || device.Kind == filter.Kind)
            && (string.IsNullOrEmpty(filter.Site) || device.Site == filter.Site)
            && (!filter.Alarms || row.Alarms != 0);
    }

    private static int Compare(FleetRow a, FleetRow b, FleetFilter filter)
    {
        int order = filter.Sort switch
        {
            FleetSort.Status => a.Status.CompareTo(b.Status),
            FleetSort.Kind => a.View.Device.Kind.CompareTo(b.View.Device.Kind),
            FleetSort.Alarms => (a.Worst, a.Alarms).CompareTo((b.Worst, b.Alarms)),
            FleetSort.Firmware => string.CompareOrdinal(a.Firmware, b.Firmware),
            FleetSort.Seen => Nullable.Compare(a.Seen, b.Seen),
            FleetSort.Name => string.Compare(a.View.Device.Name, b.View.Device.Name, StringComparison.OrdinalIgnoreCase),
            _ => string.Compare(a.View.Device.Site, b.View.Device.Site, StringComparison.OrdinalIgnoreCase),
        };
        if (order != 0)
            return filter.Descending ? -order : order;
        // The rest of the order never turns round, so that equal rows keep their places.
        return (a.View.Device.Site, a.View.Device.Name, a.View.Device.Id)
            .CompareTo((b.View.Device.Site, b.View.Device.Name, b.View.Device.Id));
    }

    private List<Reading> ReadingsOf(Device device)
    {
        IReadOnlyList<LatestValue> latest = telemetry.Latest(device.Id);
        IEnumerable<LatestValue> chosen = device.Kind == NodeKind.AirBox
            ? AirBoxReadings.Select(name => latest.FirstOrDefault(value => value.Channel == name)).OfType<LatestValue>()
            : latest.Where(value => value.Channel is Channels.AccelZ);
        return [.. chosen.Where(value => value.Start != null).SelectMany(Read)];
    }

    private IEnumerable<Reading> Read(LatestValue value)
    {
        Measure measure = Measure.Of(value.Channel, value.Unit);
        bool old = value.MissingSince != null
            || time.GetUtcNow() - value.Start > TimeSpan.FromMilliseconds((double)value.DurationMs * OldAfterWindows);
        if (!measure.IsVibration)
            return [new Reading(ShortLabel(value.Channel, measure), measure.Number(value.Mean),
                value.Channel == Channels.Humidity ? measure.Unit + " RH" : measure.Unit, old)];
        double peak = Math.Max((value.Max - value.Mean) ?? 0, (value.Mean - value.Min) ?? 0);
        return
        [
            new Reading("z RMS", measure.Number(value.Sd), measure.Unit, old),
            new Reading("peak", measure.Number(peak), measure.Unit, old),
        ];
    }

    private static string ShortLabel(string channel, Measure measure) => channel switch
    {
        Channels.Temperature or Channels.Humidity => "",
        _ => measure.Label,
    };
}
