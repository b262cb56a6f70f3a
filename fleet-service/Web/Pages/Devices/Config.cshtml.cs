using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>The configuration of a device, its place in the directory, and its life.</summary>
public sealed class ConfigModel(
    DeviceDirectory directory, Reports reports, TelemetryQueries telemetry, DeviceKeys keys, Claims claims, ConfigLevels levels,
    TimeProvider time) : DeviceBase(directory, reports, time)
{
    private readonly DeviceDirectory _directory = directory;

    /// <summary>What it is to have.</summary>
    public DesiredConfig Desired { get; private set; } = null!;

    /// <summary>What is typed.</summary>
    [BindProperty]
    public ConfigForm Form { get; set; } = new();

    /// <summary>What is wrong with it, by field.</summary>
    public Dictionary<string, string> Problems { get; } = [];

    /// <summary>What is wrong with the whole.</summary>
    public string? Problem { get; private set; }

    /// <summary>What was done.</summary>
    [TempData]
    public string? Done { get; set; }

    /// <summary>A new key; shown once.</summary>
    public DeviceKey? NewKey { get; private set; }

    /// <summary>Channels to choose from, with their units.</summary>
    public IReadOnlyList<(string Name, string Label)> Channels { get; private set; } = [];

    /// <summary>Its values and where each comes from.</summary>
    public IReadOnlyList<ConfigValue> Values => levels.Inheritance(View.Device.Id) ?? [];

    /// <summary>Whether something is said to this device alone.</summary>
    public bool HasOwn => levels.Find(ConfigLevel.Device, View.Device.Id) is { Config.IsEmpty: false };

    /// <summary>Whether the signed-in person may change the configuration.</summary>
    public bool MayConfigure => May(Role.Operator);

    /// <summary>How far the configuration has come.</summary>
    public ConfigProgress Progress => State == null ? ConfigProgress.Unknown
        : State.ConfigVersion == Desired.Version ? ConfigProgress.InForce
        : State.RefusedConfigVersion == Desired.Version ? ConfigProgress.Refused
        : ConfigProgress.Waiting;

    public IActionResult OnGet(string id)
    {
        if (!LoadAll(id))
            return NoDevice(id);
        Form = ConfigForm.Of(Desired);
        return Page();
    }

    /// <summary>Saves the configuration, or adds or removes a rule of what is typed.</summary>
    public async Task<IActionResult> OnPostAsync(string id, string? add, int? remove, CancellationToken cancel)
    {
        if (!May(Role.Operator))
            return Forbid();
        if (!LoadAll(id))
            return NoDevice(id);
        // What is typed is shown again as it is, not as it was bound.
        ModelState.Clear();
        if (add != null || remove != null)
        {
            if (remove is { } index && index >= 0 && index < Form.Rules.Count)
                Form.Rules.RemoveAt(index);
            else if (add != null && Form.Rules.Count < Limits.MaxThresholds)
                Form.Rules.Add(new RuleForm { Channel = Channels.Count == 0 ? "" : Channels[0].Name });
            return Page();
        }
        if (Form.Read(Problems) is not { } config)
        {
            Problem = Refusal();
            return Page();
        }
        Result<DesiredConfig> result = await _directory.SetConfigAsync(id, config, Form.Version, Actor, cancel);
        if (result.Fault is { } fault)
        {
            foreach ((string field, string[] texts) in fault.Errors ?? new Dictionary<string, string[]>())
                Problems[field] = string.Join(" ", texts);
            Problem = Problems.Count == 0 ? fault.Detail : Refusal();
            return Page();
        }
        Done = $"Saved as version {result.Value!.Version}. " + (View.Online
            ? "The node has been told."
            : "The node gets it when it next connects.");
        return RedirectToPage(new { id });
    }

    /// <summary>Gives up what is said to this device alone.</summary>
    public async Task<IActionResult> OnPostInheritAsync(string id, CancellationToken cancel)
    {
        if (!May(Role.Operator))
            return Forbid();
        Result<ConfigChange> result = await levels.SetAsync(ConfigLevel.Device, id, null, null, true, Actor, cancel);
        if (result.Ok)
            return Back(id, "The configuration comes from groups and fleet now.");
        if (!LoadAll(id))
            return NoDevice(id);
        Form = ConfigForm.Of(Desired);
        Problem = result.Fault!.Detail;
        return Page();
    }

    public async Task<IActionResult> OnPostDetailsAsync(
        string id, string? name, string? site, string? latitude, string? longitude, string? tags, CancellationToken cancel)
    {
        if (!May(Role.Technician))
            return Forbid();
        if (!LoadAll(id))
            return NoDevice(id);
        double? lat = Degrees(latitude, "latitude"), lon = Degrees(longitude, "longitude");
        if (Problems.Count == 0)
        {
            Result<DeviceView> result = await _directory.UpdateAsync(
                id, new DevicePatch(name, site ?? "", lat, lon, tags?.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Actor, cancel);
            if (result.Ok)
                return Back(id, "Saved.");
            foreach ((string field, string[] texts) in result.Fault!.Errors ?? new Dictionary<string, string[]>())
                Problems[field] = string.Join(" ", texts);
            Problem = Problems.Count == 0 ? result.Fault.Detail : null;
        }
        Form = ConfigForm.Of(Desired);
        return Page();
    }

    /// <summary>Quarantine, reinstate, decommission, release.</summary>
    public async Task<IActionResult> OnPostLifeAsync(string id, string? step, CancellationToken cancel)
    {
        if (!May(step == "release" ? Role.Technician : Role.Operator))
            return Forbid();
        Result<DeviceView> result = step switch
        {
            "quarantine" => await _directory.QuarantineAsync(id, Actor, cancel),
            "reinstate" => await _directory.ReinstateAsync(id, Actor, cancel),
            "decommission" => await _directory.DecommissionAsync(id, Actor, cancel),
            "release" => await claims.ReleaseAsync(id, Actor, cancel),
            _ => Fault.Invalid("step", "quarantine, reinstate, decommission or release."),
        };
        if (result.Ok)
            return Back(id, "Done.");
        if (!LoadAll(id))
            return NoDevice(id);
        Form = ConfigForm.Of(Desired);
        Problem = result.Fault!.Detail;
        return Page();
    }

    public async Task<IActionResult> OnPostKeyAsync(string id, bool atOnce, CancellationToken cancel)
    {
        if (!May(Role.Operator))
            return Forbid();
        if (!LoadAll(id))
            return NoDevice(id);
        Result<DeviceKey> result = await keys.RotateAsync(id, atOnce, Actor, cancel);
        NewKey = result.Value;
        Problem = result.Fault?.Detail;
        Form = ConfigForm.Of(Desired);
        Response.Headers.CacheControl = "no-store";
        return Page();
    }

    /// <summary>What is wrong with a field; null where nothing is.</summary>
    public string? ProblemOf(string field) => Problems.GetValueOrDefault(field);

    private bool LoadAll(string id)
    {
        if (!Load(id) || _directory.ConfigOf(id) is not { } desired)
            return false;
        Desired = desired;
        IEnumerable<(string Name, string Unit)> known = telemetry.Latest(id).Select(latest => (latest.Channel, latest.Unit));
        // The usual ones first, so that a new rule begins with the channel that people mean; units as they were reported.
        (string Name, string Unit)[] usual = Usual(View.Device.Kind);
        known = known.OrderBy(channel => Array.FindIndex(usual, other => other.Name == channel.Name) is >= 0 and var at
            ? at : usual.Length);
        IEnumerable<(string Name, string Unit)> ruled = desired.Config.Rules.Select(rule => (rule.Channel, ""));
        Channels = [.. known.Concat(usual).Concat(ruled).DistinctBy(channel => channel.Name)
            .Select(channel => (channel.Name, NameOf(channel.Name, channel.Unit)))];
        return true;
    }

    // The unit that the wire has, not the one of the charts: levels are typed and judged in it.
    private static string NameOf(string channel, string unit) =>
        Measure.Of(channel, unit).Label + (unit.Length == 0 ? "" : $", in {Measure.Plain(unit)}");

    // A node that has not reported yet can be configured, too.
    private static (string Name, string Unit)[] Usual(NodeKind kind) => kind == NodeKind.AirBox
        ?
        [
            (Contracts.Channels.Pm25, Units.MicrogramsPerCubicMetre), (Contracts.Channels.Pm1, Units.MicrogramsPerCubicMetre),
            (Contracts.Channels.Pm10, Units.MicrogramsPerCubicMetre), (Contracts.Channels.Temperature, Units.Celsius),
            (Contracts.Channels.Humidity, Units.RelativeHumidity), (Contracts.Channels.Pressure, Units.Pascal),
        ]
        :
        [
            (Contracts.Channels.AccelZ, Units.MetresPerSecondSquared), (Contracts.Channels.AccelX, Units.MetresPerSecondSquared),
            (Contracts.Channels.AccelY, Units.MetresPerSecondSquared), (Contracts.Channels.Temperature, Units.Celsius),
        ];

    private string Refusal() => Problems.Count == 1
        ? "Not saved: one value is refused; the reason stands below it."
        : $"Not saved: {Problems.Count} values are refused; the reasons stand below them.";

    private double? Degrees(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (double.TryParse(text.Trim().Replace(',', '.').Replace('−', '-'), System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture, out double degrees))
            return degrees;
        Problems[field] = "Degrees, such as 48.13743.";
        return null;
    }

    private RedirectToPageResult Back(string id, string done)
    {
        Done = done;
        return RedirectToPage(new { id });
    }
}
