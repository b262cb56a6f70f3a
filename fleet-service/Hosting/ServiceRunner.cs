using Microsoft.AspNetCore.Connections;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Hosting;

/// <summary>Runs the service as a process of its own: one line and an exit code for everything that stops it early.</summary>
internal static class ServiceRunner
{
    private const int Stopped = 0;
    private const int CannotStart = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using WebApplication app = FleetServiceApp.Create(args);
            await app.StartAsync();
            app.Services.GetRequiredService<FirstStart>().Announce(Console.Error);
            await app.WaitForShutdownAsync();
            return Stopped;
        }
        catch (StartupException e)
        {
            return Say(e.Message);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return Say($"port-in-use: {e.Message.TrimEnd('.')}. " +
                "Stop the program that has it, or choose another with --Http:Url or --Mqtt:Listen.");
        }
        catch (Exception e) when (StorageFault.Of(e) is { } fault)
        {
            return Say($"{fault.Name}: {fault.Detail} ({e.GetBaseException().Message}) Look after Data:Path.");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            return Say($"address-unusable: {e.Message}. Choose another with --Http:Url or --Mqtt:Listen.");
        }
    }

    private static int Say(string line)
    {
        Console.Error.WriteLine("edgefleet: " + line);
        return CannotStart;
    }
}
