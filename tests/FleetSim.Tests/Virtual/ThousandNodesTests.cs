using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Virtual;

/// <summary>A city through losses, outages and power cuts: every window is stored once or reported as dropped.</summary>
public sealed class ThousandNodesTests
{
    [Fact]
    public async Task A_thousand_nodes_in_a_storm_account_for_every_window()
    {
        await using var city = await VirtualCity.RunAsync(new SimOptions
        {
            Nodes = 1000,
            Mix = (19, 1),
            Seed = 20,
            Window = TimeSpan.FromSeconds(20),
            For = TimeSpan.FromMinutes(40),
            // Twice the storm's rates, because it lasts for an hour instead of a day.
            Faults = FaultPlan.Storm with { PartitionsPerDay = 96, PowerCutsPerDay = 48 },
        });
        Summary summary = city.Summary;
        Assert.Equal(1000, summary.NodesReporting);
        Assert.Equal(0, summary.Duplicates);
        Assert.Equal(0, summary.WindowsBuffered);
        Assert.Equal(
            summary.WindowsProduced,
            summary.WindowsStored + summary.WindowsDropped - summary.WindowsDroppedYetStored);
        // The faults took place, or the accounts prove nothing.
        Assert.True(summary.WindowsProduced > 60_000, $"{summary}");
        Assert.True(summary.WindowsDropped > 100, $"{summary}");
        Assert.True(summary.DuplicatesReceived > 1000, $"{summary}");
        Assert.True(summary.PowerCuts > 500, $"{summary}");
        Assert.Equal(0, summary.Rejected);
        // What the nodes say of themselves is what the service was told.
        Assert.Equal(city.Run.Fleet!.Nodes.Sum(node => (long)node.Status!.Value.Dropped), summary.WindowsDropped);
    }
}
