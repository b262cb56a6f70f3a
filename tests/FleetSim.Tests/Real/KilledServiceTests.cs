using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Real;

/// <summary>Nodes over real TCP and in real time, and a service that dies again and again in the middle of it.</summary>
public sealed class KilledServiceTests
{
    private const int Nodes = 200;
    private const int Kills = 10;

    // Windows of a second: some five rounds of the whole fleet between two kills.
    private const long AcknowledgedBetweenKills = 5 * Nodes;

    [Fact]
    public async Task Ten_kills_lose_nothing_and_store_nothing_twice()
    {
        await using var service = new ServiceProcess();
        await service.StartAsync();
        using var api = new FleetApi(service.Address, await service.MakeTokenAsync());
        var options = new SimOptions { Nodes = Nodes, Mix = (19, 1), Seed = 3, Window = TimeSpan.FromSeconds(1) };
        var recordings = new Recordings(null, null, new Boards.Sim.Time.ReferenceClockPlan());
        RealRun run = await RealRun.StartAsync(
            options, recordings, api, ("127.0.0.1", service.Mqtt), TestContext.Current.CancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        int kills = 0;
        long target = AcknowledgedBetweenKills;
        uint[] before = new uint[Nodes];
        Task killing = Task.CompletedTask;
        await run.RunAsync(_ => Progress(), stop.Token);
        await killing;
        Assert.Equal(Kills, kills);
        Assert.True(await run.DrainAsync(TestContext.Current.CancellationToken), "Some node could not hand in its windows.");

        Summary summary = await run.SummariseAsync(TestContext.Current.CancellationToken);
        run.Close();
        Assert.Equal(Nodes, summary.NodesReporting);
        Assert.Equal(
            summary.WindowsProduced,
            summary.WindowsStored + summary.WindowsDropped - summary.WindowsDroppedYetStored);
        Assert.Equal(0, summary.Duplicates);
        Assert.Equal(0, summary.Rejected);
        Assert.True(summary.WindowsStored > Kills * AcknowledgedBetweenKills, $"{summary}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{summary}");

        void Progress()
        {
            if (!killing.IsCompleted)
                return;
            uint[] acknowledged = [.. run.Fleet.Nodes.Select(node => node.Status?.Acknowledged ?? 0)];
            if (acknowledged.Sum(count => (long)count) < target)
                return;
            if (kills < Kills)
            {
                kills++;
                target = acknowledged.Sum(count => (long)count) + AcknowledgedBetweenKills;
                before = acknowledged;
                killing = Task.Run(RestartAsync);
            }
            // After the last one every node must be heard again.
            else if (acknowledged.Zip(before).All(pair => pair.First > pair.Second))
            {
                stop.Cancel();
            }
        }

        async Task RestartAsync()
        {
            await service.KillAsync();
            await service.StartAsync();
        }
    }
}
