using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;

namespace EdgeFleet.FleetSim;

/// <summary>All simulated nodes of a city, enrolled with a service.</summary>
public sealed class SimFleet
{
    private const string FirmwareVersion = "0.1.0";

    private readonly FleetApi.Stats _before;

    private SimFleet(IReadOnlyList<SimNode> nodes, FleetApi.Stats before)
    {
        (Nodes, _before) = (nodes, before);
    }

    /// <summary>The nodes, Air Boxes first.</summary>
    public IReadOnlyList<SimNode> Nodes { get; }

    /// <summary>Whether every node has an identity and waits for no receipt of a window.</summary>
    public bool HasHandedIn => Nodes.All(node => node.Status is { Buffered: 0, DeviceId.Length: > 0 });

    /// <summary>
    /// The service's counts since these nodes were enrolled: it may have been running for years, and boards of an earlier
    /// run come back under their old ids.
    /// </summary>
    public async Task<FleetApi.Stats> StatsAsync(FleetApi api, CancellationToken cancel)
    {
        var now = await api.StatsAsync(cancel);
        var before = (_before.PerDevice ?? []).ToDictionary(device => device.Device);
        return now with
        {
            Rejected = now.Rejected - _before.Rejected,
            PerDevice = [.. (now.PerDevice ?? []).Select(
                device => before.TryGetValue(device.Device, out var earlier) ? device.Since(earlier) : device)],
        };
    }

    /// <summary>Whether the service has heard of all windows that nodes dropped.</summary>
    public async Task<bool> HasToldDropsAsync(FleetApi api, CancellationToken cancel)
    {
        var stats = await StatsAsync(api, cancel);
        var told = (stats.PerDevice ?? []).ToDictionary(device => device.Device, device => device.WindowsDropped);
        return Nodes.All(node => node.Status is { } status && status.Dropped == told.GetValueOrDefault(status.DeviceId));
    }

    /// <summary>
    /// Enrols boards, each under its site's enrolment, and makes them. Boards that an earlier run has left at the
    /// service are released first: these ones have lost their memory, as an erased board has.
    /// <paramref name="run"/> tells them from those, where both report to one service.
    /// </summary>
    public static async Task<SimFleet> EnrolAsync(
        SimOptions options, FleetApi api, SimClock world, SimClock service, Recordings recordings, (string Host, int Port) gateway,
        Func<ulong, ISimLink> link, CancellationToken cancel, ulong run = 0)
    {
        var plans = Plan(options);
        var known = (await api.DevicesAsync(cancel)).ToDictionary(device => device.HardwareId, device => device.Id);
        foreach (var plan in plans)
        {
            if (known.TryGetValue(plan.Board.HardwareId, out string? device))
                await api.ReleaseAsync(device, cancel);
        }
        var enrolments = new Dictionary<(NodeKind, string), (string Id, byte[] Secret)>();
        foreach (var group in plans.GroupBy(plan => (plan.Kind, plan.Site.Name)))
        {
            enrolments[group.Key] = await api.EnrolAsync(
                group.Key.Kind, group.Key.Name, [.. group.Select(plan => plan.Board)],
                DateTimeOffset.FromUnixTimeMilliseconds(service.UtcMs), cancel);
        }
        var city = new SimCity(SimRandom.Derive(options.Seed, "city"));
        var bridge = new SimBridge(SimRandom.Derive(options.Seed, "bridge"));
        int bridgeNodes = plans.Count(plan => plan.Kind == NodeKind.Bridge);
        int placed = 0;
        var nodes = new List<SimNode>(plans.Count);
        foreach (var plan in plans)
        {
            var (id, secret) = enrolments[(plan.Kind, plan.Site.Name)];
            var mount = new AccelerometerMount();
            // Spread over the span, none on its supports.
            if (plan.Kind == NodeKind.Bridge)
                mount = mount with { Place = (placed++ + 1.0) / (bridgeNodes + 1) };
            var settings = new NodeSettings
            {
                FirmwareVersion = FirmwareVersion,
                EnrolmentId = id,
                EnrolmentSecret = secret,
                GatewayHost = gateway.Host,
                GatewayPort = gateway.Port,
            };
            settings.WindowSegments = options.Faults.WindowSegments ?? settings.WindowSegments;
            nodes.Add(new SimNode(
                new SimNodeOptions
                {
                    Kind = plan.Kind,
                    Seed = plan.Seed,
                    Run = run,
                    World = world,
                    Settings = settings,
                    TrustedKeys = options.Update is { } update ? [update.Modulus] : [],
                    ReferenceClock = recordings.ReferenceClock,
                    City = city,
                    Bridge = bridge,
                    Mount = mount,
                    AirBoxRecording = recordings.AirBox,
                    BridgeRecording = recordings.Bridge,
                },
                link(plan.Seed)));
        }
        return new SimFleet(nodes, await api.StatsAsync(cancel));
    }

    private sealed record NodePlan(NodeKind Kind, ulong Seed, Site Site, FleetApi.Board Board);

    private static List<NodePlan> Plan(SimOptions options)
    {
        var plans = new List<NodePlan>(options.Nodes);
        for (int i = 0; i < options.Nodes; i++)
        {
            bool airBox = i < options.AirBoxes;
            int number = airBox ? i : i - options.AirBoxes;
            var site = airBox ? City.AirBoxSites[number % City.AirBoxSites.Length] : City.Bridge;
            int atSite = airBox ? number / City.AirBoxSites.Length : number;
            ulong seed = SimRandom.Derive(options.Seed, (airBox ? "airbox-" : "bridge-") + number);
            string name = !airBox ? $"{site.Name}, sensor {atSite + 1}"
                : atSite == 0 ? site.Name : $"{site.Name}, box {atSite + 1}";
            // A second box of a site hangs some streets further on.
            double shift = 0.0008 * atSite;
            plans.Add(new NodePlan(
                airBox ? NodeKind.AirBox : NodeKind.Bridge, seed, site,
                new FleetApi.Board(SimBoard.HardwareIdOf(seed), name, site.Latitude + shift % 0.02, site.Longitude + shift % 0.03)));
        }
        return plans;
    }
}
