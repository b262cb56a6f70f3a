using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>What the sampler's thread and the uplink's thread take from the heap.</summary>
public sealed class AllocationTests
{
    private const int Ticks = 10_000;
    private const int WindowMs = 10_000;

    // Measured: 331 bytes a window, in .NET on 64 bits: three file names of about a hundred bytes each.
    private const int MostUplinkBytes = 400;

    /// <summary>Ten thousand readings: 166 windows of a minute, and an alarm that comes and goes.</summary>
    [Fact]
    public void An_air_box_samples_without_allocating()
    {
        TestNode test = new TestNode().Claimed();
        test.Dust.Value = (now, _) => now / 300_000 % 2 == 0 ? 100 : 900;
        Deliver(test.Link, test.Node, test.NowMs, Channels.Pm25, 50, 60_000);
        (long sampling, _, uint windows, uint events) = Measure(test.Node, test.NowMs, 1000);
        Assert.Equal(0, sampling);
        Assert.InRange(windows, 150u, 170u);
        Assert.InRange(events, 10u, 60u);
    }

    /// <summary>Ten thousand drains of the FIFO: 400 s of vibration, 40 windows, an alarm that comes and goes.</summary>
    [Fact]
    public void A_bridge_node_samples_without_allocating()
    {
        ScriptedLink link = new();
        TestAccelerometer sensor = new() { Value = (n, axis) => n / 5000 % 2 == 0 ? 0 : (int)(n % 2) * 100_000 };
        NodeRuntime node = Bridge(link, sensor);
        node.Tick(0);
        Deliver(link, node, 0, Channels.AccelZ, 1, WindowMs, Statistic.StdDev);
        (long sampling, _, uint windows, uint events) = Measure(node, 0, NodeLimits.FastPollMs);
        Assert.Equal(0, sampling);
        Assert.InRange(windows, 38u, 41u);
        Assert.InRange(events, 5u, 20u);
    }

    /// <summary>
    /// The uplink may allocate, and does: the names of segment files, which are made anew for each access. What else
    /// came up here would sooner or later make the collector stop the sampler.
    /// </summary>
    [Fact]
    public void The_uplink_allocates_no_more_than_the_names_of_files()
    {
        QuietStorage storage = new();
        ScriptedLink claiming = new();
        TestSensor[] sensors = [new((Channels.Pm25, Units.MicrogramsPerCubicMetre, -1), (Channels.Temperature, Units.Celsius, -2))];
        AirBox(storage, claiming, sensors);
        QuietLink link = new();
        NodeRuntime node = AirBox(storage, link, sensors);
        (long sampling, long uplink, uint windows, uint events) = Measure(node, 0, 1000);
        Assert.Equal(0, sampling);
        Assert.InRange(windows, 166u, 167u);
        Assert.Equal(0u, events);
        Assert.Equal(0u, node.Outbox.Windows.Waiting);
        Assert.InRange(uplink / windows, 1, MostUplinkBytes);
    }

    /// <summary>A sensor that fails, a ring that is full and a length that changes are on the sample path as well.</summary>
    [Fact]
    public void Faults_on_the_sample_path_do_not_allocate_either()
    {
        TestSensor sensor = new((Channels.Pm25, Units.MicrogramsPerCubicMetre, 0))
        {
            Result = now => (SensorResult)(now / 1000 % 4),
            Value = (now, _) => now / 1000 % 3 == 0 ? int.MaxValue : (int)now,
        };
        Sampling.ScalarSampler scalar = new([sensor], 60_000);
        TestAccelerometer accelerometer = new();
        Sampling.VibrationSampler vibration = new(accelerometer, 10_000);
        long before = 0;
        for (int tick = 0; tick < 2 * Ticks; tick++)
        {
            if (tick == Ticks)
                before = GC.GetAllocatedBytesForCurrentThread();
            accelerometer.Dead = tick / 1000 % 2 == 1;
            accelerometer.Lose = tick % 100 == 0 ? 3 : 0;
            scalar.SetWindow(tick / 100 % 2 == 0 ? 60_000 : 1000);
            scalar.SetUtcOffset(TestNode.Epoch2026 + tick % 50);
            vibration.SetWindow(tick / 100 % 2 == 0 ? 10_000 : 1000);
            scalar.Sample(tick * 1000L);
            vibration.Sample(tick * 40L);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotNull(scalar.Ring.Readable());
        Assert.Null(scalar.Ring.Writable());
    }

    /// <summary>
    /// Half the ticks to warm up, the others measured; the two halves of a node in turn, as two threads step them. What
    /// the test's own storage and link allocate counts to the uplink.
    /// </summary>
    private static (long Sampling, long Uplink, uint Windows, uint Events) Measure(NodeRuntime node, long from, int stepMs)
    {
        long sampling = 0;
        long uplink = 0;
        uint windows = 0;
        uint events = 0;
        for (int tick = 0; tick < 2 * Ticks; tick++)
        {
            if (tick == Ticks)
            {
                sampling = 0;
                uplink = 0;
                windows = node.Outbox.Windows.Added;
                events = node.Outbox.Events.Added;
            }
            long now = from + tick * (long)stepMs;
            long start = GC.GetAllocatedBytesForCurrentThread();
            node.SampleTick(now);
            long middle = GC.GetAllocatedBytesForCurrentThread();
            node.UplinkTick(now);
            sampling += middle - start;
            uplink += GC.GetAllocatedBytesForCurrentThread() - middle;
        }
        return (sampling, uplink, node.Outbox.Windows.Added - windows, node.Outbox.Events.Added - events);
    }

    private static NodeRuntime Bridge(ScriptedLink link, IAccelerometer sensor)
    {
        NodeRuntime node = BridgeNode.Create(Settings(), Ports(new FaultyStorage(1), link), sensor);
        return Claim(node, link);
    }

    private static NodeRuntime AirBox(IStorage storage, ILink link, IScalarSensor[] sensors)
    {
        NodeRuntime node = AirBoxNode.Create(Settings(), Ports(storage, link), sensors);
        return link is ScriptedLink scripted ? Claim(node, scripted) : node;
    }

    private static NodeSettings Settings() => new()
    {
        FirmwareVersion = "1",
        EnrolmentId = TestNode.Enrolment,
        EnrolmentSecret = new byte[Limits.KeyBytes],
        GatewayHost = "gateway.test",
        GatewayPort = 1883,
    };

    private static NodePorts Ports(IStorage storage, ILink link) =>
        new(link, storage, new TestClock(), new SeededEntropy(1), new TestBoard());

    private static NodeRuntime Claim(NodeRuntime node, ScriptedLink link)
    {
        link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Claim)
                link.Deliver(TestNode.Grant(sent.Claim()));
            return true;
        };
        for (int i = 0; i < 10; i++)
            node.UplinkTick(i * 10_000);
        Assert.NotEmpty(node.DeviceId);
        return node;
    }

    private static void Deliver(
        ScriptedLink link, NodeRuntime node, long nowMs, string channel, int level, int windowMs,
        Statistic statistic = Statistic.Mean)
    {
        DesiredState desired = new() { HasConfig = true };
        desired.Config.Version = 1;
        desired.Config.WindowMs = windowMs;
        desired.Config.ThresholdCount = 1;
        desired.Config.Thresholds[0].Id = "alarm";
        desired.Config.Thresholds[0].Channel = channel;
        desired.Config.Thresholds[0].Statistic = statistic;
        desired.Config.Thresholds[0].Level = new DecimalValue(level, 0);
        link.Deliver(desired);
        node.UplinkTick(nowMs);
        Assert.Equal(1u, node.Config.Version);
    }
}
