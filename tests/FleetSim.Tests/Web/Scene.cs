using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Provisioning;

namespace EdgeFleet.FleetSim.Tests.Web;

/// <summary>A small fleet with something on every page: an hour of data with a gap, an alarm, a claim that waits.</summary>
public sealed class Scene
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public required HubNode AirBox { get; init; }

    public required HubNode Bridge { get; init; }

    public required HubNode Waiting { get; init; }

    public static async Task<Scene> SetAsync(Site site)
    {
        EnrolmentWithSecret city = await EnrolAsync(site, NodeKind.AirBox, "Renai Road", autoAccept: true);
        EnrolmentWithSecret bridges = await EnrolAsync(site, NodeKind.Bridge, "Guandu Bridge", autoAccept: true);
        EnrolmentWithSecret guarded = await EnrolAsync(site, NodeKind.AirBox, "Old Town", autoAccept: false);
        Scene scene = new()
        {
            AirBox = await JoinAsync(site, city, "a0b1c2d3e401", NodeKind.AirBox),
            Bridge = await JoinAsync(site, bridges, "a0b1c2d3e402", NodeKind.Bridge),
            Waiting = site.NewNode("a0b1c2d3e403", NodeKind.AirBox),
        };
        await scene.Waiting.ClaimAsync(guarded.Enrolment.Id, guarded.SecretBytes());
        DateTimeOffset start = DateTimeOffset.UtcNow - 55 * Minute;
        for (int i = 0; i < 55; i++)
        {
            // Ten minutes without power: the air box has a gap.
            if (i is < 20 or >= 30)
                await scene.ReportAirAsync(start + i * Minute, i);
            await scene.ReportSwingAsync(start + i * Minute, i);
        }
        await scene.AirBox.ReportStateAsync();
        await scene.Bridge.ReportStateAsync();
        await scene.AirBox.RaiseAsync(
            start + 40 * Minute, "pm25-high", Channels.Pm25, new DecimalValue(412, -1), new DecimalValue(35, 0));
        HubNode gone = await JoinAsync(site, city, "a0b1c2d3e404", NodeKind.AirBox);
        gone.Disconnect();
        await site.Get<DeviceDirectory>().UpdateAsync(
            scene.AirBox.DeviceId, new DevicePatch("Renai elementary school", null, 25.0377, 121.5402), Actor.System);
        return scene;
    }

    public static async Task<EnrolmentWithSecret> EnrolAsync(Site site, NodeKind kind, string place, bool autoAccept) =>
        (await site.Get<Enrolments>().CreateAsync(
            new EnrolmentRequest(kind, place, 10, DateTimeOffset.UtcNow.AddDays(1), autoAccept), Actor.System)).Value!;

    public static async Task<HubNode> JoinAsync(Site site, EnrolmentWithSecret enrolment, string hardwareId, NodeKind kind)
    {
        HubNode node = site.NewNode(hardwareId, kind);
        await node.ClaimAsync(enrolment.Enrolment.Id, enrolment.SecretBytes());
        Assert.Equal(ClaimStatus.Granted, node.Answer.Status);
        await node.ConnectAsync();
        return node;
    }

    /// <summary>A minute of air.</summary>
    public Task ReportAirAsync(DateTimeOffset start, int i)
    {
        long pm = 180 + (long)(90 * Math.Sin(i / 9.0)) + i % 7 * 6;
        return AirBox.ReportAsync(start, Minute,
            (Channels.Pm1, Units.MicrogramsPerCubicMetre, -1, pm * 2 / 3, pm / 2, pm, 8),
            (Channels.Pm25, Units.MicrogramsPerCubicMetre, -1, pm, pm * 4 / 5, pm * 6 / 5, 10),
            (Channels.Pm10, Units.MicrogramsPerCubicMetre, -1, pm * 3 / 2, pm, pm * 2, 20),
            (Channels.Temperature, Units.Celsius, -2, 2240 + i, 2235 + i, 2245 + i, 3),
            (Channels.Humidity, Units.RelativeHumidity, -2, 6310 - i * 2, 6300 - i * 2, 6330 - i * 2, 10),
            (Channels.Pressure, Units.Pascal, 0, 101_325 + i % 5, 101_320, 101_332, 2));
    }

    /// <summary>A minute of traffic over a bridge: RMS of about 150 micro-g, lorries now and then.</summary>
    public Task ReportSwingAsync(DateTimeOffset start, int i)
    {
        long peak = i % 11 == 3 ? 42_000 : 6_000 + i % 5 * 900;
        return Bridge.ReportAsync(start, Minute,
            (Channels.AccelX, Units.MetresPerSecondSquared, -6, -12_000, -12_000 - peak / 3, -12_000 + peak / 3, 420),
            (Channels.AccelY, Units.MetresPerSecondSquared, -6, 8_000, 8_000 - peak / 2, 8_000 + peak / 2, 510),
            (Channels.AccelZ, Units.MetresPerSecondSquared, -6, 9_806_000, 9_806_000 - peak, 9_806_000 + peak, 1_480 + peak / 20),
            (Channels.Temperature, Units.Celsius, -2, 1830 + i, 1820 + i, 1840 + i, 2));
    }

    /// <summary>Every page.</summary>
    public static IEnumerable<(string Name, string Path)> Paths(Site site)
    {
        string Id(NodeKind kind) => site.Get<DeviceDirectory>().All.First(d => d.Kind == kind && d.HardwareId != "a0b1c2d3e404").Id;
        yield return ("overview", "/overview");
        yield return ("fleet", "/");
        yield return ("map", "/map");
        yield return ("alerts", "/alerts");
        yield return ("routes", "/alerts/routes");
        yield return ("maintenance", "/alerts/maintenance");
        yield return ("visits", "/visits");
        yield return ("airbox", "/devices/" + Id(NodeKind.AirBox));
        yield return ("bridge", "/devices/" + Id(NodeKind.Bridge));
        yield return ("config", "/devices/" + Id(NodeKind.AirBox) + "/config");
        yield return ("groups", "/groups");
        yield return ("levels", "/config");
        yield return ("commands", "/commands");
        yield return ("enrolments", "/enrolments");
        yield return ("claims", "/claims");
        yield return ("account", "/account");
        yield return ("users", "/users");
        yield return ("audit", "/audit");
    }
}
