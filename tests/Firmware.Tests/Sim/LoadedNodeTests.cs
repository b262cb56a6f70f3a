using System.Diagnostics;
using System.Runtime.CompilerServices;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Load;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>A node whose code was loaded is the node that the simulator was compiled with, and costs little more.</summary>
[Collection(LoadedCode.Name)]
public sealed class LoadedNodeTests(ITestOutputHelper output)
{
    private static readonly LinkFaults Faults = new() { MinDelayMs = 20, DelayMs = 30, Loss = 0.02, Duplicate = 0.01, DropsPerHour = 4 };

    [Theory]
    [InlineData(NodeKind.AirBox)]
    [InlineData(NodeKind.Bridge)]
    public async Task A_loaded_node_sends_byte_for_byte_what_the_compiled_one_sends(NodeKind kind)
    {
        SimWorld compiled = await PlayAsync(kind, null), loaded = await PlayAsync(kind, TestApplications.Of(kind));
        Assert.Equal(compiled.Sent, loaded.Sent);
        Assert.Equal(compiled.Trace, loaded.Trace);
        Assert.True(compiled.Sent.Count(sent => sent.Kind == TopicKind.Telemetry) > 40);
        Assert.Contains(compiled.Sent, sent => sent.Kind == TopicKind.Event);
        Assert.Contains(compiled.Sent, sent => sent.Kind == TopicKind.State);
    }

    [Fact]
    public void Nodes_of_one_application_share_its_code_and_those_of_another_do_not()
    {
        SimWorld world = new();
        SimNode one = Add(world, NodeKind.AirBox, 1), two = Add(world, NodeKind.AirBox, 2), bridge = Add(world, NodeKind.Bridge, 3);
        Assert.True(one.PowerOn() && two.PowerOn());
        Assert.Equal(1, LoadedApplication.Count);
        Assert.True(bridge.PowerOn());
        Assert.Equal(2, LoadedApplication.Count);
        one.PowerCut();
        bridge.PowerCut();
        Assert.Equal(1, LoadedApplication.Count);
        Assert.NotNull(two.Status);
        two.PowerCut();
        Assert.Equal(0, LoadedApplication.Count);
    }

    [Fact]
    public void Code_that_every_node_has_left_leaves_the_memory()
    {
        WeakReference context = RunAndLeave();
        Assert.Equal(0, LoadedApplication.Count);
        // It goes in several collections: its objects first, then what their finalizers held.
        for (int i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(context.IsAlive);
    }

    /// <summary>The figures that the README names; a bound is held for the memory, which does not depend on the machine's day.</summary>
    [Fact]
    public void A_loaded_node_costs_little_more_than_a_compiled_one()
    {
        (double compiledBytes, double compiledNs) = Cost(null);
        (double loadedBytes, double loadedNs) = Cost(TestApplications.Of(NodeKind.AirBox));
        output.WriteLine($"compiled: {compiledBytes:N0} bytes a node, {compiledNs:N0} ns a step");
        output.WriteLine($"loaded:   {loadedBytes:N0} bytes a node, {loadedNs:N0} ns a step");
        Assert.InRange(loadedBytes, 0.5 * compiledBytes, 1.5 * compiledBytes);
    }

    private static SimNode Add(SimWorld world, NodeKind kind, ulong seed) =>
        world.Add(kind, seed, with: options => options with { Golden = TestApplications.Of(kind) });

    // Forty minutes of faults, and a power cut in the middle. Both boards have slots, and nothing to put into them.
    private static async Task<SimWorld> PlayAsync(NodeKind kind, byte[]? golden)
    {
        SimWorld world = new(windowMs: 10_000);
        SimNode node = world.Add(kind, 11, Faults, with: options =>
        {
            options.Settings.FirmwareVersion = "0.1.0";
            return options with { TrustedKeys = [TestApplications.Modulus], Golden = golden };
        });
        Assert.True(node.PowerOn());
        await world.RunAsync(20 * 60_000);
        node.PowerCut();
        world.Wait(30_000);
        Assert.True(node.PowerOn());
        Assert.Equal(golden == null, node.Runtime != null);
        await world.RunAsync(20 * 60_000);
        node.PowerCut();
        return world;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunAndLeave()
    {
        SimWorld world = new();
        byte[] application = TestApplications.Of(NodeKind.AirBox);
        SimNode node = Add(world, NodeKind.AirBox, 1);
        node.PowerOn();
        for (int i = 0; i < 100; i++)
        {
            world.Wait(1000);
            node.Tick();
        }
        LoadedApplication same = LoadedApplication.Take([application]);
        WeakReference context = same.Watch();
        same.Release();
        Assert.True(context.IsAlive);
        node.PowerCut();
        return context;
    }

    private static (double Bytes, double Ns) Cost(byte[]? golden)
    {
        const int Nodes = 100, Steps = 600;
        SimWorld world = new();
        List<SimNode> nodes = [];
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Nodes; i++)
        {
            nodes.Add(world.Add(NodeKind.AirBox, (ulong)(100 + i), with: options => options with
            {
                TrustedKeys = [TestApplications.Modulus], Golden = golden,
            }));
            Assert.True(nodes[i].PowerOn());
        }
        long bytes = GC.GetTotalMemory(true) - before;
        long steps = 0, ticks = 0;
        for (int step = 0; step < Steps; step++)
        {
            world.Wait(1000);
            long start = Stopwatch.GetTimestamp();
            foreach (SimNode node in nodes)
                node.Tick();
            // The first steps compile.
            if (step >= Steps / 2)
                (steps, ticks) = (steps + Nodes, ticks + Stopwatch.GetTimestamp() - start);
        }
        foreach (SimNode node in nodes)
            node.PowerCut();
        return ((double)bytes / Nodes, ticks * 1e9 / Stopwatch.Frequency / steps);
    }
}

/// <summary>Tests that count what is loaded run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LoadedCode
{
    public const string Name = "code that was loaded";
}
