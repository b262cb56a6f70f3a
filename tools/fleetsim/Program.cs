using System.CommandLine;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.FleetSim;
using EdgeFleet.Service.Hosting;

// Exit codes: 0 all windows accounted for; 1 they are not, or the arguments are wrong; 2 it could not start or go on.
// After Ctrl-C the nodes are heard out, which has its own limit.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) };
return await CommandLine.Create(RunAsync).Parse(args).InvokeAsync(invocation);

static async Task<int> RunAsync(SimOptions options, CancellationToken cancel)
{
    try
    {
        return await Simulation.RunAsync(options, cancel);
    }
    catch (StartupException problem)
    {
        // The service speaks of its settings; here they are options.
        Console.Error.WriteLine("fleetsim: " + problem.Message.Replace("Http:Url", "--http").Replace("Mqtt:Listen", "--mqtt")
            .Replace("Data:Path", "--data"));
    }
    catch (Exception problem) when (problem is FleetApiException or RecordingException
        or FileNotFoundException or DirectoryNotFoundException)
    {
        Console.Error.WriteLine($"fleetsim: {problem.Message}");
    }
    catch (IOException problem) when (problem.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
    {
        Console.Error.WriteLine($"fleetsim: {problem.Message} Stop the program that has it, or choose others with --http and --mqtt.");
    }
    catch (OperationCanceledException) when (cancel.IsCancellationRequested)
    {
        Console.Error.WriteLine("fleetsim: stopped before the end; no summary.");
    }
    return 2;
}
