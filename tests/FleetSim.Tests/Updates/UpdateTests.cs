using System.Text.Json;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Contracts;
using EdgeFleet.FleetSim.Tests.Support;
using EdgeFleet.FleetSim.Updates;

namespace EdgeFleet.FleetSim.Tests.Updates;

/// <summary>
/// Whole updates: a build of other sources goes through the service's REST interface and the nodes' one connection into
/// their slots, and its code runs from there, or the node goes back and the service knows why.
/// </summary>
public sealed class UpdateTests(ITestOutputHelper output)
{
    // What a node may meet, without outages so long that a good version would have to give up: it has a quarter of an hour.
    private static readonly FaultPlan Faults = new()
    {
        LossPercent = 3,
        DuplicatePercent = 1,
        ReorderPercent = 1,
        DelayMs = 300,
        PartitionsPerDay = 12,
        PartitionMinutes = 1,
        PowerCutsPerDay = 24,
    };

    [Fact]
    public async Task Two_hundred_nodes_update_through_losses_power_cuts_and_restarts_of_the_service()
    {
        SimOptions options = new()
        {
            Nodes = 200,
            Mix = (19, 1),
            Seed = 5,
            For = TimeSpan.FromMinutes(40),
            Faults = Faults,
            ServiceRestarts = 3,
            Update = SignedBundles.Plan((NodeKind.AirBox, "Next"), (NodeKind.Bridge, "NextBridge")),
        };
        await using var city = await VirtualCity.RunAsync(options);
        Assert.True(city.Summary.Balanced, $"{city.Summary}");
        Assert.True(city.Summary.PowerCuts > 80, $"{city.Summary}");
        foreach (SimNode node in city.Run.Fleet!.Nodes)
        {
            SimNodeStatus status = node.Status!.Value;
            Assert.Equal("0.2.0", status.FirmwareVersion);
            Assert.Equal((0, 0), (node.Crashes, node.Hangs));
            JsonElement reported = await ReportedAsync(city, node);
            Assert.Equal(("confirmed", "none"), Told(reported));
            Assert.NotEqual("golden", reported.GetProperty("running").GetString());
            JsonElement state = await city.GetAsync($"/api/v1/devices/{status.DeviceId}/state");
            // Nobody configured it: what has changed is the code.
            Assert.Equal(node.Kind == NodeKind.Bridge ? 20_000 : 30_000, state.GetProperty("windowMs").GetInt32());
        }
        output.WriteLine($"{city.Summary}");
    }

    [Theory]
    [InlineData("Crashing", "bootFailed")]
    [InlineData("Mute", "deadlinePassed")]
    [InlineData("CannotFetch", "cannotFetch")]
    public async Task A_build_that_does_not_prove_itself_is_left_and_the_service_says_why(string build, string reason)
    {
        SimOptions options = new()
        {
            Nodes = 12,
            Mix = (1, 0),
            Seed = 6,
            For = TimeSpan.FromMinutes(60),
            Faults = Faults with { PowerCutsPerDay = 0 },
            ServiceRestarts = 1,
            Update = SignedBundles.Plan((NodeKind.AirBox, build)),
        };
        await using var city = await VirtualCity.RunAsync(options);
        Assert.True(city.Summary.Balanced, $"{city.Summary}");
        foreach (SimNode node in city.Run.Fleet!.Nodes)
        {
            Assert.Equal("0.1.0", node.Status!.Value.FirmwareVersion);
            JsonElement reported = await ReportedAsync(city, node);
            Assert.Equal(("reverted", reason), Told(reported));
            Assert.Equal("golden", reported.GetProperty("running").GetString());
            Assert.Equal(build == "Crashing" ? 3 : 0, node.Crashes);
            // It is asked for the bundle to this day, and remembers that it was bad.
            JsonElement target = await city.GetAsync($"/api/v1/devices/{node.Status!.Value.DeviceId}/target");
            Assert.Equal("0.2.0", target.GetProperty("target").GetProperty("version").GetString());
        }
    }

    private static async Task<JsonElement> ReportedAsync(VirtualCity city, SimNode node) =>
        (await city.GetAsync($"/api/v1/devices/{node.Status!.Value.DeviceId}/target")).GetProperty("reported");

    private static (string?, string?) Told(JsonElement reported) =>
        (reported.GetProperty("state").GetString(), reported.GetProperty("reason").GetString());
}
