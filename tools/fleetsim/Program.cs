using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.FleetSim;
using EdgeFleet.Service.Hosting;

// Exit codes: 0 all windows accounted for; 1 they are not; 2 it could not start or go on.
return await CommandLine.Create(RunAsync).Parse(args).InvokeAsync();

static async Task<int> RunAsync(SimOptions options, CancellationToken cancel)
{
    try
    {
        return await Simulation.RunAsync(options, cancel);
    }
    catch (Exception problem) when (problem is StartupException or FleetApiException or RecordingException
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
