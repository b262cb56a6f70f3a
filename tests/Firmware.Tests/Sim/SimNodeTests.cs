using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Flash;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>The real node code on the simulated board: through faults and power cuts it keeps its accounts.</summary>
public sealed class SimNodeTests
{
    // The length that the service tells holds from the next window on; the first one is as long as an Air Box's are.
    private const int DefaultWindowMs = 60_000;

    [Theory]
    [InlineData(NodeKind.AirBox)]
    [InlineData(NodeKind.Bridge)]
    public async Task A_node_claims_connects_and_reports(NodeKind kind)
    {
        SimWorld world = new(windowMs: 1000);
        SimNode node = world.Add(kind, 1, new LinkFaults { MinDelayMs = 20 });
        Assert.Null(node.Status);
        Assert.True(node.PowerOn());
        await world.RunAsync(DefaultWindowMs + 1000);
        uint before = node.Status!.Value.Produced;
        await world.RunAsync(60_000);
        SimNodeStatus status = node.Status!.Value;
        Assert.Equal("dev-" + node.HardwareId, status.DeviceId);
        Assert.Equal(UplinkState.Online, status.State);
        Assert.InRange(status.Produced - before, 59u, 61u);
        Assert.Equal(status.Produced, status.Acknowledged + status.Buffered);
        Assert.InRange(status.Buffered, 0u, 2u);
        Assert.True(world.Gateway.Stored(status.DeviceId, status.Epoch).Count >= status.Acknowledged);
        Assert.Empty(world.Gateway.Malformed);
    }

    [Fact]
    public void An_erased_board_of_another_run_counts_its_windows_under_another_epoch()
    {
        SimWorld world = new();
        SimNode first = world.Add(NodeKind.AirBox, 7), repeated = world.Add(NodeKind.AirBox, 7);
        SimNode later = world.Add(NodeKind.AirBox, 7, run: 1_800_000_000_000);
        Assert.True(first.PowerOn() && repeated.PowerOn() && later.PowerOn());
        Assert.Equal(first.HardwareId, later.HardwareId);
        Assert.Equal(first.Status!.Value.Epoch, repeated.Status!.Value.Epoch);
        Assert.NotEqual(first.Status!.Value.Epoch, later.Status!.Value.Epoch);
    }

    [Fact]
    public async Task A_node_without_power_keeps_what_is_on_flash_and_nothing_else()
    {
        SimWorld world = new();
        SimNode node = world.Add(NodeKind.AirBox, 2);
        node.PowerOn();
        await world.RunAsync(DefaultWindowMs + 30_000);
        node.Link.Partitioned = true;
        await world.RunAsync(30_000);
        SimNodeStatus before = node.Status!.Value;
        Assert.InRange(before.Buffered, 25u, 32u);
        node.PowerCut();
        Assert.False(node.IsOn);
        Assert.False(node.Tick());
        Assert.Equal(long.MaxValue, node.NextDueUtcMs);
        world.Wait(3600_000);
        Assert.True(node.PowerOn());
        SimNodeStatus after = node.Status!.Value;
        Assert.Equal((before.DeviceId, before.Epoch, before.Produced), (after.DeviceId, after.Epoch, after.Produced));
        Assert.True(after.Buffered >= before.Buffered);
        Assert.True(node.UptimeMs < 1000);
    }

    /// <summary>
    /// A thousand cuts a seed in whatever flash operation comes up, boots included, with losses and partitions between: no window that was
    /// committed is lost without being reported as dropped, and none is sent twice as another.
    /// </summary>
    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 40)]
    [InlineData(3, 40)]
    [InlineData(4, 40)]
    [InlineData(5, 40)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    [InlineData(8, 3)]
    public async Task Through_a_thousand_power_cuts_the_accounts_are_right(int seed, int windowSegments)
    {
        const int Cuts = 1000;
        bool small = windowSegments < 10;
        SimRandom random = new((ulong)seed);
        SimWorld world = new();
        SimNode node = world.Add(
            NodeKind.AirBox, (ulong)seed, new LinkFaults { Loss = 0.01, Duplicate = 0.05, Reorder = 0.05, DelayMs = 50 },
            windowSegments);
        uint produced = 0;
        while (node.PowerCuts < Cuts)
        {
            CutMoment moment = (CutMoment)random.NextInt(3);
            node.Link.Partitioned = random.NextBool(small ? 0.9 : 0.3);
            Assert.True(node.PowerOn());
            SimNodeStatus booted = node.Status!.Value;
            Assert.True(booted.Produced >= produced, $"cut {node.PowerCuts}: {produced} windows became {booted.Produced}");
            node.CutPowerAt(random.NextInt(120), moment);
            await world.RunAsync(random.NextInt(60_000), () => produced = node.Status?.Produced ?? produced);
            produced = node.Status?.Produced ?? produced;
            node.PowerCut();
            world.Wait(random.NextInt(5000));
            while (random.NextBool(0.3))
                CutInBoot(node, random.NextInt(12), (CutMoment)random.NextInt(3));
        }
        node.Link.Partitioned = false;
        world.EndFaults();
        Assert.True(node.PowerOn());
        await world.RunAsync(60_000);
        CheckAccounts(world, node, expectDrops: small);
        Assert.True(node.Status!.Value.Produced > 5 * Cuts, "The node lived too short to prove anything.");
    }

    [Fact]
    public async Task Sixty_nodes_in_a_storm_lose_nothing()
    {
        SimWorld world = new(windowMs: 5000);
        LinkFaults storm = new() { Loss = 0.1, Duplicate = 0.05, Reorder = 0.05, DelayMs = 400, DropsPerHour = 30 };
        List<SimNode> nodes = [];
        for (ulong i = 0; i < 60; i++)
        {
            nodes.Add(world.Add(
                i % 10 == 0 ? NodeKind.Bridge : NodeKind.AirBox, 500 + i,
                storm with { Partitions = [new Partition(SimWorld.StartUtcMs + 60_000, SimWorld.StartUtcMs + 90_000 + (long)(i * 1000))] }));
            nodes[^1].PowerOn();
        }
        await world.RunAsync(5 * 60_000);
        foreach (SimNode node in nodes)
            node.PowerCut();
        world.Wait(1000);
        foreach (SimNode node in nodes)
            Assert.True(node.PowerOn());
        await world.RunAsync(5 * 60_000);
        world.EndFaults();
        // The longest delay before connecting again, and what it takes to come back then.
        await world.RunAsync(NodeLimits.BackoffMostMs + 60_000);
        uint produced = 0;
        foreach (SimNode node in nodes)
        {
            SimNodeStatus status = node.Status!.Value;
            IReadOnlySet<uint> stored = world.Gateway.Stored(status.DeviceId, status.Epoch);
            Assert.Equal((UplinkState.Online, 0u), (status.State, status.Dropped));
            Assert.InRange(status.Buffered, 0u, 2u);
            for (uint i = 1; i <= status.Acknowledged; i++)
                Assert.Contains(i, stored);
            produced += status.Produced;
        }
        // At twelve a minute; the first minutes of some are longer, for until they get through they know no better.
        Assert.InRange(produced, 60u * 16 * 12 * 3 / 4, 60u * 16 * 12);
        Assert.Empty(world.Gateway.Malformed);
        Assert.Empty(world.Gateway.Contradictions);
        Assert.True(world.Gateway.Duplicates > 0);
    }

    [Fact]
    public async Task A_broken_flash_does_not_stop_a_node()
    {
        SimWorld world = new();
        SimNode node = world.Add(NodeKind.AirBox, 9);
        node.PowerOn();
        await world.RunAsync(DefaultWindowMs + 30_000);
        node.Flash.Broken = true;
        await world.RunAsync(30_000);
        node.Flash.Broken = false;
        await world.RunAsync(60_000);
        SimNodeStatus status = node.Status!.Value;
        Assert.Equal(UplinkState.Online, status.State);
        Assert.InRange(status.Buffered, 0u, 2u);
        CheckAccounts(world, node, expectDrops: false);
    }

    [Fact]
    public void A_boot_that_is_cut_can_be_tried_again()
    {
        SimWorld world = new();
        SimNode node = world.Add(NodeKind.AirBox, 5);
        int boots = 0;
        for (int i = 0; i < 30; i++)
        {
            int cuts = node.PowerCuts;
            bool booted = CutInBoot(node, i, CutMoment.Torn);
            Assert.Equal(cuts + 1, node.PowerCuts);
            boots += booted ? 1 : 0;
        }
        Assert.InRange(boots, 1, 29);
        Assert.True(node.PowerOn());
        Assert.Equal(31, node.Starts);
        Assert.Equal(0u, node.Status!.Value.Produced);
    }

    // Whether the board got through its boot, and lost its power only then.
    private static bool CutInBoot(SimNode node, int ahead, CutMoment moment)
    {
        node.CutPowerAt(ahead, moment);
        bool booted = node.PowerOn(keepCut: true);
        node.PowerCut();
        return booted;
    }

    private static void CheckAccounts(SimWorld world, SimNode node, bool expectDrops)
    {
        SimNodeStatus status = node.Status!.Value;
        IReadOnlySet<uint> stored = world.Gateway.Stored(status.DeviceId, status.Epoch);
        Assert.Empty(world.Gateway.Malformed);
        Assert.Empty(world.Gateway.Contradictions);
        Assert.Equal(1, world.Gateway.EpochsOf(status.DeviceId));
        Assert.Equal(0, node.Flash.Overwrites);
        Assert.InRange(status.Buffered, 0u, 3u);
        Assert.Equal(status.Produced, status.Acknowledged + status.Buffered + status.Dropped);
        Assert.True(expectDrops == status.Dropped > 0, $"{status}");
        Assert.DoesNotContain(stored, s => s == 0 || s > status.Produced);
        // A dropped window may have been stored before, its acknowledgement lost; a stored one is never missing.
        uint missing = 0;
        for (uint i = 1; i <= status.Produced - status.Buffered; i++)
        {
            if (!stored.Contains(i))
                missing++;
        }
        Assert.True(missing <= status.Dropped, $"{missing} of {status.Produced} windows are missing, {status.Dropped} are reported as dropped");
    }
}
