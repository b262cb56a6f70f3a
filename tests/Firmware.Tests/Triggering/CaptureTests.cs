using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Tests.Triggering;

/// <summary>From the shock to the chunks that the gateway gets.</summary>
public sealed class CaptureTests
{
    private const int Pre = 500;
    private const int Post = 1000;

    [Fact]
    public void A_shock_becomes_an_event_and_a_waveform_of_all_three_axes()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        long at = bench.Shock(x: 5000, z: 20_000);
        bench.Run(20_000);

        NodeEvent trigger = Assert.Single(bench.Triggers);
        Assert.Equal("az", trigger.Channel);
        // More than the long mean over the short one, 30 s over 0.5 s, it cannot be by much.
        Assert.Equal(-3, trigger.Value.Exponent);
        Assert.InRange(trigger.Value.ToDouble(), 10, 61);
        Assert.Equal(4.0, trigger.Level.ToDouble());
        long shockMs = TestNodeEpoch + (at * 8);
        Assert.InRange(trigger.TimeMs, shockMs, shockMs + 100);

        List<WaveformChunk> chunks = bench.Sent;
        Assert.Equal(9, chunks.Count);
        Assert.All(chunks, c => Assert.Equal(trigger.Sequence, c.Capture));
        Assert.All(chunks, c => Assert.Equal(trigger.Epoch, c.Epoch));
        Assert.All(chunks, c => Assert.Equal(0u, c.Gaps));
        Assert.All(chunks, c => Assert.Equal(125_000u, c.RateMilliHz));
        Assert.All(chunks, c => Assert.Equal(38_246e-9, c.Scale.ToDouble(), 12));
        // The first sample's number follows from its time; a sample is 8 ms.
        long first = (chunks[0].TimeMs - TestNodeEpoch + 4) / 8;
        Assert.InRange(at - first, Pre - 20, Pre);
        for (int axis = 0; axis < 3; axis++)
        {
            int?[] samples = BridgeBench.Axis(chunks, trigger.Sequence, axis);
            Assert.Equal(Pre + Post, samples.Length);
            long shift = Enumerable.Range(-6, 13).First(s => samples[0] == bench.Sample(first + s, axis)
                && samples[700] == bench.Sample(first + s + 700, axis));
            Assert.Equal(samples, [.. Enumerable.Range(0, Pre + Post).Select(i => (int?)bench.Sample(first + shift + i, axis))]);
            Assert.InRange(shift, -6, 6);
        }
        bench.AssertNothingUnaccounted();
        Assert.Equal(0u, bench.Chunks.Waiting);
        Assert.Equal(0u, bench.Chunks.Ledger.Dropped);
    }

    [Fact]
    public void Updates_wait_from_the_shock_until_its_waveform_is_on_flash()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        Assert.False(bench.Node.Interlocks.Stand);
        bench.Shock();
        bench.Run(3000);
        Assert.True(bench.Node.Interlocks.EventInProgress);
        Assert.Equal(0u, bench.Chunks.Added);
        for (int i = 0; i < 60 && bench.Node.Interlocks.Stand; i++)
            bench.Run(1000);
        Assert.False(bench.Node.Interlocks.Stand);
        Assert.Equal(9u, bench.Chunks.Added);
    }

    [Fact]
    public void A_quiet_bridge_fires_nothing()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Run(300_000);
        Assert.Empty(bench.Triggers);
        Assert.Empty(bench.Sent);
        Assert.Equal(0u, bench.Chunks.Added);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void As_many_axes_as_asked_for_must_shake(int needed, bool fires)
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => c.Needed = needed);
        bench.Warm();
        bench.Shock(x: 20_000, y: 0, z: 20_000);
        bench.Run(20_000);
        Assert.Equal(fires ? 1 : 0, bench.Triggers.Count());
    }

    [Fact]
    public void A_trigger_that_is_off_or_looks_elsewhere_does_not_fire()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => c.Needed = 0);
        bench.Warm().Shock();
        bench.Run(40_000);
        Assert.Empty(bench.Triggers);
        bench.Configure(c => c.AxisMask = 3, 2);
        bench.Warm().Shock();
        bench.Run(40_000);
        Assert.Empty(bench.Triggers);
        bench.Configure(c => c.AxisMask = 4, 3);
        bench.Warm().Shock();
        bench.Run(40_000);
        Assert.Single(bench.Triggers);
    }

    [Fact]
    public void What_is_too_short_does_not_count_and_after_an_event_it_is_quiet_for_a_while()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => c.MinDurationMs = 4000);
        bench.Warm().Shock();
        bench.Run(30_000);
        Assert.Empty(bench.Triggers);
        bench.Configure(c => c.CooldownMs = 60_000, 2);
        bench.Warm().Shock();
        bench.Run(30_000);
        bench.Shock();
        bench.Run(40_000);
        Assert.Single(bench.Triggers);
        bench.Shock();
        bench.Run(20_000);
        Assert.Equal(2, bench.Triggers.Count());
        Assert.Equal(18, bench.Sent.Count);
    }

    /// <summary>What the sensor lost inside a capture is missing in the right place, and in no other.</summary>
    [Fact]
    public void A_gap_inside_a_capture_is_counted_and_placed()
    {
        BridgeBench bench = new BridgeBench().Online().Warm();
        bench.Shock();
        bench.Run(3000);
        bench.Sensor.Lose = 100;
        bench.Run(2000);
        bench.Sensor.Lose = 7;
        bench.Run(20_000);
        NodeEvent trigger = Assert.Single(bench.Triggers);
        List<WaveformChunk> chunks = bench.Sent;
        Assert.All(chunks, c => Assert.Equal(107u, c.Gaps));
        int?[] samples = BridgeBench.Axis(chunks, trigger.Sequence, 2);
        Assert.Equal(Pre + Post, samples.Length);
        Assert.Equal(107, samples.Count(s => s == null));
        // Where a sample is there it is the sensor's of that very moment.
        int known = Array.FindIndex(samples, s => s != null);
        long first = Enumerable.Range(4000, 3000).First(
            n => Enumerable.Range(known, 40).All(i => samples[i] == bench.Sample(n + i, 2)));
        for (int i = 0; i < samples.Length; i++)
            Assert.True(samples[i] == null || samples[i] == bench.Sample(first + i, 2), $"sample {i}");
    }

    [Fact]
    public void The_memory_of_a_node_bounds_what_it_may_be_told_to_capture()
    {
        BridgeBench bench = new BridgeBench().Online();
        bench.Configure(c => (c.PreMs, c.PostMs) = (10_000, 14_576));
        Assert.Equal(1u, bench.Node.Config.Version);
        bench.Configure(c => (c.PreMs, c.PostMs) = (10_000, 14_584), 2);
        Assert.Equal(1u, bench.Node.Config.Version);
        bench.Configure(c => c.HighMilliHz = 62_500, 3);
        Assert.Equal(1u, bench.Node.Config.Version);
        bench.Run(1000);
        ReportedState state = bench.Link.Of(Contracts.TopicKind.State).Last().State();
        Assert.Equal(3u, state.RefusedConfigVersion);
        Assert.Equal(ConfigFault.TriggerBand, state.RefusedConfigFault);
    }

    private static long TestNodeEpoch => Core.TestNode.Epoch2026;
}
