using Spectre.Console;

namespace EdgeFleet.FleetSim;

/// <summary>One run of the program: sets up what the options ask for, tells about it, and sums up.</summary>
internal static class Simulation
{
    public static async Task<int> RunAsync(SimOptions options, CancellationToken cancel)
    {
        // With --json standard output belongs to the script that reads it.
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(options.Json ? Console.Error : Console.Out),
        });
        var recordings = Recordings.Load(options, DateTimeOffset.UtcNow);
        var summary = options.Virtual
            ? await RunVirtualAsync(options, recordings, console, cancel)
            : await RunRealAsync(options, recordings, console, cancel);
        if (options.Json)
            Console.Out.WriteLine(summary.ToJson());
        else
            summary.Print(console);
        return summary.Balanced ? 0 : 1;
    }

    private static async Task<Summary> RunVirtualAsync(
        SimOptions options, Recordings recordings, IAnsiConsole console, CancellationToken cancel)
    {
        string? temporary = options.DataPath == null ? Directory.CreateTempSubdirectory("fleetsim-").FullName : null;
        try
        {
            await using var run = await VirtualRun.StartAsync(options, recordings, options.DataPath ?? temporary!, cancel);
            return await console.Progress().Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var task = progress.AddTask($"{options.Nodes:N0} nodes", maxValue: 1);
                    run.Progress = (passed, all) =>
                    {
                        task.Value = passed / all;
                        task.Description = $"{options.Nodes:N0} nodes, {passed:d\\.hh\\:mm\\:ss} simulated";
                    };
                    var summary = await run.RunAsync(recordings, cancel);
                    task.Value = 1;
                    return summary;
                });
        }
        finally
        {
            if (temporary != null)
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static async Task<Summary> RunRealAsync(
        SimOptions options, Recordings recordings, IAnsiConsole console, CancellationToken stop)
    {
        CommandLine.TryEndPoint(options.Mqtt, out string host, out int port);
        // Setting up and summing up go on after Ctrl-C: it ends the simulation, not the account of it.
        await using var service = options.Service == null
            ? await ServiceHost.StartAsync(options, options.DataPath!, null, stop)
            : null;
        using var remote = options.Service is { } address ? new FleetApi(address, Token()) : null;
        var api = service?.Api ?? remote!;
        var run = await RealRun.StartAsync(options, recordings, api, (host, port), stop);
        Welcome(options, service, console);
        await run.RunAsync(Ticker(run, options, console), stop);
        console.WriteLine();
        console.WriteLine("Stopping: hearing out the nodes.");
        bool heard = await run.DrainAsync(CancellationToken.None);
        if (!heard)
            console.MarkupLine("[yellow]Some nodes could not hand in all their windows within a minute; they are counted as still on nodes.[/]");
        if (service != null)
            await service.ProjectedAsync(CancellationToken.None);
        var summary = await run.SummariseAsync(CancellationToken.None);
        run.Close();
        return summary;
    }

    private static void Welcome(SimOptions options, ServiceHost? service, IAnsiConsole console)
    {
        console.WriteLine();
        console.WriteLine($"  A city of {options.AirBoxes:N0} Air Boxes and {options.Nodes - options.AirBoxes:N0} bridge nodes reports to MQTT {options.Mqtt}.");
        if (service == null)
        {
            console.WriteLine($"  Watch it at {options.Service}");
        }
        else
        {
            console.WriteLine($"  Watch it at {service.Address}");
            console.WriteLine(service.AdminPassword is { } password
                ? $"  Sign in as 'admin' with the one-time password {password}"
                : "  Sign in as 'admin' with the password that you chose.");
            console.WriteLine($"  The service keeps its data in {Path.GetFullPath(options.DataPath!)}");
        }
        console.WriteLine("  Ctrl-C ends it.");
        console.WriteLine();
    }

    /// <summary>A line that is rewritten every second on a terminal, and written every minute elsewhere.</summary>
    private static Action<TimeSpan> Ticker(RealRun run, SimOptions options, IAnsiConsole console)
    {
        bool terminal = !options.Json && !Console.IsOutputRedirected;
        var every = TimeSpan.FromSeconds(terminal ? 1 : 60);
        var next = TimeSpan.Zero;
        return elapsed =>
        {
            if (elapsed < next)
                return;
            next = elapsed + every;
            var statuses = run.Fleet.Nodes.Where(node => node.IsOn).Select(node => node.Status!.Value).ToList();
            string line = $"{elapsed:hh\\:mm\\:ss}  {statuses.Count(s => s.State == Firmware.Uplink.UplinkState.Online):N0} online, "
                + $"{statuses.Sum(s => s.Produced):N0} windows, {statuses.Sum(s => s.Acknowledged):N0} acknowledged, "
                + $"{statuses.Sum(s => s.Buffered):N0} waiting";
            if (terminal)
                console.Write($"\r  {line}   ");
            else
                console.WriteLine(line);
        };
    }

    private static string Token() => Environment.GetEnvironmentVariable("EDGEFLEET_TOKEN") is { Length: > 0 } token
        ? token
        : throw new FleetApiException("--service needs an API token of the role operator in the variable EDGEFLEET_TOKEN.");
}
