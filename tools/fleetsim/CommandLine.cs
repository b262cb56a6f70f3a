using System.CommandLine;
using System.CommandLine.Parsing;
using EdgeFleet.FleetSim.Rehearsal;
using EdgeFleet.FleetSim.Updates;

namespace EdgeFleet.FleetSim;

/// <summary>The command line: options, their help, and what is wrong with what was typed.</summary>
internal static class CommandLine
{
    /// <summary>Most nodes of one process: each has its flash and its link in memory.</summary>
    public const int MostNodes = 20_000;

    /// <summary>Most restarts of the service in one run: each takes about a second of real time.</summary>
    public const int MostRestarts = 1000;

    // As for arguments that are wrong by themselves.
    private const int BadArguments = 1;

    public static RootCommand Create(Func<SimOptions, CancellationToken, Task<int>> run)
    {
        var nodes = new Option<int>("--nodes")
        {
            Description = "How many nodes.",
            DefaultValueFactory = _ => 16,
            CustomParser = ParseNodes,
        };
        var mix = new Option<(int, int)?>("--mix")
        {
            Description = "Air Boxes to bridge nodes. Default: 3:1.",
            HelpName = "AIRBOX:BRIDGE",
            CustomParser = ParseMix,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "The seed that all chance comes from. With --virtual, the same seed gives the same run.",
            DefaultValueFactory = _ => 1,
        };
        var duration = new Option<TimeSpan?>("--for")
        {
            Description = "How long, in simulated time, such as 90s, 15m, 6h or 2d. Default: until Ctrl-C; with "
                + "--virtual an hour, or the recording's length.",
            HelpName = "DURATION",
            CustomParser = ParseDuration,
        };
        var window = new Option<TimeSpan?>("--window")
        {
            Description = "Length of the nodes' windows, 1s to 1h. Default: each kind's own, 60 s and 10 s.",
            HelpName = "DURATION",
            CustomParser = ParseDuration,
        };
        var isVirtual = new Option<bool>("--virtual") { Description = "Virtual time, as fast as it goes." };
        var service = new Option<Uri?>("--service")
        {
            Description = "A service that runs already. Its API token, role operator, is taken from EDGEFLEET_TOKEN; "
                + "nodes connect to --mqtt.",
            HelpName = "URL",
            CustomParser = ParseAddress,
        };
        var data = new Option<string?>("--data")
        {
            Description = "Data folder of the service. Default: ./data; with --virtual a temporary one.",
            HelpName = "FOLDER",
        };
        var http = new Option<string?>("--http")
        {
            Description = "Where the service serves its pages. Default: http://127.0.0.1:8080; with --virtual a free port.",
            HelpName = "URL",
        };
        http.Validators.Add(result => Check(result, TryAddress(result.GetValueOrDefault<string>(), out _),
            "--http takes an address such as http://127.0.0.1:8080."));
        var mqtt = new Option<string?>("--mqtt")
        {
            Description = "Where nodes find the gateway. Default: 127.0.0.1:1883.",
            HelpName = "HOST:PORT",
        };
        mqtt.Validators.Add(result => Check(result, TryEndPoint(result.GetValueOrDefault<string>(), out _, out _),
            "--mqtt takes HOST:PORT, such as 127.0.0.1:1883."));
        var faults = new Option<FaultPlan?>("--faults")
        {
            Description = "What goes wrong: none, rough, storm (without --virtual only their outages and power cuts), or a JSON "
                + "file with lossPercent, duplicatePercent, reorderPercent, delayMs (these with --virtual), partitionsPerDay, partitionMinutes, powerCutsPerDay, flashKib. "
                + "Default: none.",
            HelpName = "PLAN",
            CustomParser = ParseFaults,
        };
        var airBox = new Option<string?>("--replay-airbox")
        {
            Description = "A recording for the Air Boxes: CSV with a time column, PM2.5, TEMP and RH; may be gzipped.",
            HelpName = "FILE",
        };
        var bridge = new Option<string?>("--replay-bridge")
        {
            Description = "A recording for the bridge nodes: CSV with a time column and vertical acceleration in g.",
            HelpName = "FILE",
        };
        var update = new Option<string[]>("--update")
        {
            Description = "Bundles to update the fleet to, one for each kind of node, for the hardware class sim (see "
                + "`edgefleet bundle create`); the service and the boards trust --trust. Needs --virtual.",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
        };
        var trust = new Option<string?>("--trust")
        {
            Description = "The public key, in PEM, of whoever signed the bundles.",
            HelpName = "FILE",
        };
        var updateAt = new Option<TimeSpan?>("--update-at")
        {
            Description = "When the service is told of the bundles, after the start. Default: 5m.",
            HelpName = "DURATION",
            CustomParser = ParseDuration,
        };
        var restarts = new Option<int>("--service-restarts")
        {
            Description = "How often the service is restarted, evenly over the run. Needs --virtual.",
        };
        restarts.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() is >= 0 and <= MostRestarts,
            $"--service-restarts takes 0 to {MostRestarts}."));
        var json = new Option<bool>("--json")
        {
            Description = "Print the summary as JSON on standard output, everything else on standard error.",
        };
        var root = new RootCommand(
            "Runs the real firmware of a fleet on simulated boards, with a fleet service to report to.")
        {
            nodes, mix, seed, duration, window, isVirtual, service, data, http, mqtt, faults, airBox, bridge, update, trust, updateAt, restarts, json,
        };
        root.SetAction((result, cancel) =>
        {
            bool inVirtual = result.GetValue(isVirtual);
            if (UpdatePlan.TryLoad(
                result.GetValue(update) ?? [], result.GetValue(trust), result.GetValue(updateAt) ?? TimeSpan.FromMinutes(5),
                out var plan) is { } unusable)
            {
                Console.Error.WriteLine(unusable);
                return Task.FromResult(BadArguments);
            }
            var options = new SimOptions
            {
                Nodes = result.GetValue(nodes),
                Mix = result.GetValue(mix) ?? (3, 1),
                Seed = result.GetValue(seed),
                For = result.GetValue(duration),
                Window = result.GetValue(window),
                Virtual = inVirtual,
                Service = result.GetValue(service),
                DataPath = result.GetValue(data) ?? (inVirtual ? null : "./data"),
                Http = result.GetValue(http) ?? (inVirtual ? "http://127.0.0.1:0" : "http://127.0.0.1:8080"),
                Mqtt = result.GetValue(mqtt) ?? "127.0.0.1:1883",
                Faults = Faults(result.GetValue(faults) ?? FaultPlan.None, inVirtual),
                ReplayAirBox = result.GetValue(airBox),
                ReplayBridge = result.GetValue(bridge),
                Update = plan,
                ServiceRestarts = result.GetValue(restarts),
                Json = result.GetValue(json),
            };
            if (Contradiction(options) is not { } wrong)
                return run(options, cancel);
            Console.Error.WriteLine(wrong);
            return Task.FromResult(BadArguments);
        });
        root.Subcommands.Add(RehearseCommand.Create());
        return root;
    }

    // The named plans are for both kinds of time.
    private static FaultPlan Faults(FaultPlan plan, bool inVirtual) =>
        !inVirtual && (plan == FaultPlan.Rough || plan == FaultPlan.Storm) ? plan.OverTcp() : plan;

    // What options that are right by themselves cannot mean together.
    private static string? Contradiction(SimOptions options)
    {
        if (options.Virtual && options.Service != null)
            return "--virtual brings its own service: a running one cannot be slowed down. Leave --service out.";
        if (!options.Virtual && (options.Update != null || options.ServiceRestarts != 0))
            return "--update and --service-restarts need --virtual.";
        if (!options.Virtual && options.Faults.NeedsMemoryLink)
            return "TCP neither loses nor repeats messages: lossPercent, duplicatePercent, reorderPercent and delayMs need --virtual.";
        if (options.Window is { } length && (length < TimeSpan.FromSeconds(1) || length > TimeSpan.FromHours(1)))
            return "--window takes 1s to 1h.";
        return null;
    }

    private static int ParseNodes(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, out int count) && count is >= 1 and <= MostNodes)
            return count;
        result.AddError($"--nodes takes 1 to {MostNodes:N0}.");
        return 1;
    }

    /// <summary>Takes HOST:PORT apart.</summary>
    public static bool TryEndPoint(string? text, out string host, out int port)
    {
        host = "";
        port = 0;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), out port) || port is < 0 or > 65535)
            return false;
        host = text![..colon].Trim('[', ']');
        return true;
    }

    private static (int, int)? ParseMix(ArgumentResult result)
    {
        string[] parts = result.Tokens[0].Value.Split(':');
        if (parts.Length == 2 && int.TryParse(parts[0], out int airBox) && int.TryParse(parts[1], out int bridge)
            && airBox is >= 0 and <= MostNodes && bridge is >= 0 and <= MostNodes && airBox + bridge > 0)
            return (airBox, bridge);
        result.AddError("--mix takes two whole numbers, such as 3:1; not both may be 0.");
        return null;
    }

    private static bool TryAddress(string? text, out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static Uri? ParseAddress(ArgumentResult result)
    {
        if (TryAddress(result.Tokens[0].Value, out var address))
            return address;
        result.AddError($"'{result.Tokens[0].Value}' is no address; write it like http://127.0.0.1:8080.");
        return null;
    }

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        if (Durations.TryParse(result.Tokens[0].Value, out var duration))
            return duration;
        result.AddError($"'{result.Tokens[0].Value}' is no duration; write it like 250ms, 90s, 15m, 6h or 2d.");
        return null;
    }

    private static FaultPlan ParseFaults(ArgumentResult result)
    {
        if (FaultPlan.TryLoad(result.Tokens[0].Value, out var plan, out string error))
            return plan;
        result.AddError(error);
        return FaultPlan.None;
    }

    private static void Check(OptionResult result, bool good, string message)
    {
        if (!good)
            result.AddError(message);
    }
}
