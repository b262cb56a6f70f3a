using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>Nodes that do not report, each by its own interval, and sites where several do not.</summary>
public sealed class SilenceTests
{
    [Theory]
    [InlineData(10_000, 180)]
    [InlineData(60_000, 180)]
    [InlineData(600_000, 1800)]
    [InlineData(0, 900)]
    public async Task A_node_is_offline_after_three_of_its_own_intervals_and_not_before(int windowMs, int seconds)
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.ConnectAsync(id);
        if (windowMs != 0)
            await scene.StateAsync(id, windowMs);
        scene.Disconnect(id);
        Pass(scene, seconds);
        await scene.SweepAsync();
        Assert.Empty(scene.Book.Open());
        Pass(scene, 1);
        await scene.SweepAsync();
        Alert alert = Assert.Single(scene.Book.Open());
        Assert.Equal((id, "offline", AlertSource.Offline), (alert.Device, alert.Key, alert.Source));
        await scene.SweepAsync();
        Assert.Equal(1, Assert.Single(scene.Book.Open()).Count);
        await scene.ConnectAsync(id);
        await scene.SweepAsync();
        Assert.Empty(scene.Book.Open());
    }

    [Fact]
    public async Task A_connected_node_without_measurements_is_stale_and_when_it_goes_it_is_offline_alone()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.ConnectAsync(id);
        await scene.StateAsync(id);
        Pass(scene, 181);
        await scene.StateAsync(id, sequence: 2);
        await scene.SweepAsync();
        Assert.Equal("stale:telemetry", Assert.Single(scene.Book.Open()).Key);
        Pass(scene, 2701);
        await scene.SweepAsync();
        Assert.Equal(["stale:state", "stale:telemetry"], scene.Book.Open().Select(a => a.Key).Order());
        scene.Disconnect(id);
        Pass(scene, 181);
        await scene.SweepAsync();
        Assert.Equal("offline", Assert.Single(scene.Book.Open()).Key);
    }

    [Fact]
    public async Task The_time_in_which_the_service_was_away_is_nobodys_silence()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-alerts-").FullName;
        try
        {
            ManualTimeProvider clock = new();
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                await scene.ConnectAsync(await scene.NodeAsync());
            }
            clock.Advance(TimeSpan.FromHours(5));
            await using (AlertScene scene = await AlertScene.StartAsync(folder, clock))
            {
                await scene.SweepAsync();
                Assert.Empty(scene.Book.Open());
                Pass(scene, 901);
                await scene.SweepAsync();
                Assert.Single(scene.Book.Open());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Several_silent_nodes_of_one_site_are_one_alert_that_tells_of_all()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        List<string> nodes = [];
        for (int i = 0; i < 4; i++)
            nodes.Add(await scene.NodeAsync("Shezi Bridge"));
        string other = await scene.NodeAsync("Renai Road");
        foreach (string id in nodes.Append(other))
        {
            await scene.ConnectAsync(id);
            await scene.StateAsync(id);
            scene.Disconnect(id);
        }
        await scene.ConnectAsync(nodes[3]);
        Pass(scene, 181);
        await scene.SweepAsync();
        IReadOnlyList<Alert> open = scene.Book.Open();
        Alert site = Assert.Single(open, a => a.Source == AlertSource.Site);
        Assert.Equal(("Shezi Bridge", (string?)null, Severity.Critical), (site.Site, site.Device, site.Severity));
        Assert.StartsWith("3 of 4 nodes silent", site.Text);
        Assert.Equal(nodes[..3].Order(), open.Where(a => a.Parent == site.Id).Select(a => a.Device).Order());
        Assert.Null(Assert.Single(open, a => a.Device == other).Parent);
        // Two of three come back: one silent node is no site any more, and speaks for itself.
        await scene.ConnectAsync(nodes[0]);
        await scene.ConnectAsync(nodes[1]);
        await scene.SweepAsync();
        open = scene.Book.Open();
        Assert.DoesNotContain(open, a => a.Source == AlertSource.Site);
        Assert.Null(Assert.Single(open, a => a.Device == nodes[2]).Parent);
    }

    [Fact]
    public async Task Who_is_taken_down_has_no_alerts()
    {
        await using AlertScene scene = await AlertScene.StartAsync();
        string id = await scene.NodeAsync();
        await scene.EventAsync(id, Contracts.Messages.EventType.Fault, text: "fan");
        await scene.Service.Get<DeviceDirectory>().DecommissionAsync(id, Actor.System);
        await scene.SweepAsync();
        Assert.Empty(scene.Book.Open());
        await scene.EventAsync(id, Contracts.Messages.EventType.Fault, text: "fan");
        Assert.Empty(scene.Book.Open());
    }

    private static void Pass(AlertScene scene, int seconds) => scene.Service.Clock.SetUtcNow(
        scene.Service.Clock.GetUtcNow().AddSeconds(seconds));
}
