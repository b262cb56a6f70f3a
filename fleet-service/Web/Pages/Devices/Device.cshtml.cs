using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.AirQuality;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Receipts;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>A channel of a device and how it is shown.</summary>
/// <param name="Key">Its name as part of an element's id.</param>
/// <param name="Peak">Largest deviation from the mean in the last window.</param>
public sealed record ChannelView(string Key, LatestValue Latest, Measure Measure, double? Peak, DateTimeOffset Now);

/// <summary>What is missing in a range.</summary>
public sealed record GapsView(string Label, GapAnswer? Gaps, string? Problem)
{
    /// <summary>Rows that are shown.</summary>
    public const int MaxRows = 12;
}

/// <summary>One device: what it measures, what it says of itself, what happened.</summary>
public sealed class DeviceModel(
    DeviceDirectory directory, Reports reports, TelemetryQueries telemetry, GapQueries gaps, Captures captures,
    AirQuality airQuality, ReceiptBook receipts, TimeProvider time)
    : DeviceBase(directory, reports, time)
{
    /// <summary>Events that are shown.</summary>
    public const int EventRows = 25;

    private static readonly TimeSpan YoungFor = TimeSpan.FromMinutes(15);

    private const string UnitCookie = "edgefleet-accel";

    private readonly Reports _reports = reports;
    private readonly TimeProvider _time = time;

    /// <summary>Ranges to choose from; the script device.js knows their lengths.</summary>
    public static IReadOnlyList<(string Key, string Label)> Ranges { get; } =
        [("15m", "15 min"), ("1h", "1 h"), ("6h", "6 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d")];

    /// <summary>The range in force.</summary>
    public string Range { get; private set; } = "1h";

    /// <summary>Whether accelerations are shown in mm/s2 rather than in mg.</summary>
    public bool Millimetres { get; private set; }

    /// <summary>Its channels.</summary>
    public IReadOnlyList<ChannelView> Channels { get; private set; } = [];

    /// <summary>Its last events, the newest first.</summary>
    public IReadOnlyList<EventAnswer> Events { get; private set; } = [];

    /// <summary>Captures that are shown.</summary>
    public const int CaptureRows = 10;

    /// <summary>Its last captured vibrations, the newest first.</summary>
    public IReadOnlyList<CaptureAnswer> Captures { get; private set; } = [];

    /// <summary>Alarms that were raised and not cleared.</summary>
    public IReadOnlyList<EventAnswer> Alarms { get; private set; } = [];

    /// <summary>Whether it measures accelerations.</summary>
    public bool HasVibration => Channels.Any(channel => channel.Measure.IsVibration);

    /// <summary>The parts of the page that a change renews.</summary>
    public string Parts => "#head, #alarms, #events, #state"
        + (View.Device.Kind == NodeKind.Bridge ? ", #captures" : "") + string.Concat(Channels.Select(c => ", #v-" + c.Key));

    /// <summary>Where it is.</summary>
    public string Place => FormattableString.Invariant($"{View.Device.Latitude:F5}°, {View.Device.Longitude:F5}°")
        .Replace('-', '−');

    /// <summary>Which configuration it has, in words.</summary>
    public string ConfigText => State == null ? "not known"
        : State.RefusedConfigVersion != 0 && State.RefusedConfigVersion == View.ConfigVersion
            ? $"version {View.ConfigVersion} refused by the node"
        : State.ConfigVersion == View.ConfigVersion
            ? State.ConfigVersion == 0 ? "built-in" : $"version {State.ConfigVersion}, in force"
        : $"version {State.ConfigVersion}; version {View.ConfigVersion} waits for the node";

    public async Task<IActionResult> OnGetAsync(string id, string? range, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        // A device that has just come would fill a corner of an hour.
        if (Now - View.Device.CreatedAt < YoungFor)
            Range = "15m";
        SetRange(range);
        Millimetres = Request.Cookies[UnitCookie] == "mm";
        Channels = [.. telemetry.Latest(id).Select(Show)];
        Alarms = _reports.ActiveAlarms(id);
        long nowMs = Now.ToUnixTimeMilliseconds();
        // A little ahead as well: a node's clock may be before ours.
        var ever = new TimeRange(0, nowMs + TelemetryLimits.MaxAheadMs);
        Events = await _reports.EventsAsync(id, ever, null, null, EventRows, cancel);
        Captures = captures.List(id, long.MinValue, long.MaxValue, CaptureRows);
        return Page();
    }

    public async Task<IActionResult> OnGetGapsAsync(string id, string? range, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        SetRange(range);
        long toMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        TimeRange.TryParseInterval(Range, out long lengthMs);
        Result<GapAnswer> found = await gaps.GapsAsync(id, new TimeRange(toMs - lengthMs, toMs), cancel);
        string label = Ranges.First(r => r.Key == Range).Label;
        return Partial("_Gaps", new GapsView(label, found.Value, found.Fault?.Detail));
    }

    public async Task<IActionResult> OnGetReceiptsAsync(string id, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        ReceiptPage page = await receipts.ListAsync(id, top: ReceiptsView.MaxRows, cancel: cancel);
        return Partial("_Receipts", new ReceiptsView(page.Items, page.Total));
    }

    public async Task<IActionResult> OnGetAirQualityAsync(string id, CancellationToken cancel)
    {
        if (!Load(id))
            return NoDevice(id);
        List<AirQualityIndex> indices = [];
        foreach (AqiStandard standard in Enum.GetValues<AqiStandard>())
        {
            Result<AirQualityIndex> found = await airQuality.IndexAsync(id, standard, _time.GetUtcNow(), cancel);
            if (!found.Ok)
                return Partial("_AirQuality", new AirQualityView([], found.Fault!.Detail));
            indices.Add(found.Value!);
        }
        return Partial("_AirQuality", new AirQualityView(indices, null));
    }

    public IActionResult OnPostUnit(string id, string? accel, string? range)
    {
        Response.Cookies.Append(UnitCookie, accel == "mm" ? "mm" : "mg", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            MaxAge = TimeSpan.FromDays(365),
            IsEssential = true,
        });
        return RedirectToPage(new { id, range });
    }

    /// <summary>The value of an event and the level it was held against, in the unit that is shown.</summary>
    public string? Compare(EventAnswer happened)
    {
        if (happened.Channel == null)
            return null;
        string unit = Channels.FirstOrDefault(c => c.Latest.Channel == happened.Channel)?.Latest.Unit ?? "";
        Measure measure = Measure.Of(happened.Channel, unit, Millimetres);
        return happened.Value == null ? measure.Label
            // A ratio, which has no unit.
            : happened.Type == EventType.Trigger
                ? $"{measure.Label} {Measure.Ratio(happened.Value.Value)} times the mean before, on at {Measure.Ratio(happened.Level ?? 0)}"
            : happened.Type is EventType.ThresholdRaised or EventType.ThresholdCleared
                ? $"{measure.Label} {measure.Text(happened.Value)}, level {measure.Text(happened.Level)}"
            : $"{measure.Label} {measure.Text(happened.Value)}";
    }

    /// <summary>The class that colours an event.</summary>
    public static string ClassOf(EventAnswer happened) => happened.Type switch
    {
        EventType.ThresholdCleared or EventType.FaultCleared => "good",
        _ => Words.ClassOf(happened.Severity),
    };

    /// <summary>Milliseconds as people say them.</summary>
    public string Seconds(int milliseconds) => Stamp.Span(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>A count with its thousands parted.</summary>
    public string Count(uint number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private void SetRange(string? range)
    {
        if (Ranges.Any(known => known.Key == range))
            Range = range!;
    }

    private ChannelView Show(LatestValue latest)
    {
        double? peak = latest.Mean is { } mean && latest.Max is { } max && latest.Min is { } min
            ? Math.Max(max - mean, mean - min)
            : null;
        string key = latest.Channel.Replace('.', '-').Replace('/', '-') + "-" + UnitKey(latest.Unit);
        return new ChannelView(key, latest, Measure.Of(latest.Channel, latest.Unit, Millimetres), peak, Now);
    }

    // A channel may have been reported in two units; ids must differ and take letters and digits only.
    private static string UnitKey(string unit) => string.Concat(unit.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
