using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Tests.Core;

namespace EdgeFleet.Firmware.Tests.Dsp;

/// <summary>What a whole bridge node makes of gaps, of a sensor that is stuck or gone, of its memory and of power cuts.</summary>
public sealed class ModalTrackerTests
{
    private const int Rate = 125;

    [Fact]
    public void A_frequency_is_in_the_window_in_which_its_spectrum_ended_and_in_no_other()
    {
        ModalBench bench = Tracking(Sine(11.3));
        bench.Run(200_000);
        Assert.InRange(bench.Modes.Spectra, 11, 12);
        Assert.All(bench.Mode(1), hertz => Assert.Equal(11.3, hertz, 0.02));
        Assert.InRange(bench.Mode(1).Length, bench.Modes.Spectra - 1, bench.Modes.Spectra);
        // Not even as a record that says that there is no value.
        Assert.Equal(bench.Mode(1).Length, bench.Records.Count(r => r.Name.EndsWith("/f1", StringComparison.Ordinal)));
        Assert.DoesNotContain(bench.Records, r => r.Name.EndsWith("/f2", StringComparison.Ordinal));
        Assert.InRange(bench.Modes.Mode(0).Amplitude, 6900, 7200);
    }

    /// <summary>The half of a segment that is not whole is begun anew; a loss in every one of them, and there is no spectrum.</summary>
    [Theory]
    [InlineData(6000, true)]
    [InlineData(1500, false)]
    public void No_segment_bridges_a_gap(int everyMs, bool some)
    {
        ModalBench bench = Tracking(Sine(11.3));
        for (int i = 0; i < 400_000 / everyMs; i++)
        {
            bench.Run(everyMs);
            // An odd number of half waves: over a bridged gap the sine would be two.
            bench.Sensor.Lose = 61;
        }
        if (some)
            Assert.NotEmpty(bench.Mode(1));
        else
            Assert.Equal(0, bench.Modes.Spectra);
        Assert.All(bench.Mode(1), hertz => Assert.Equal(11.3, hertz, 0.02));
    }

    [Fact]
    public void A_sensor_that_is_stuck_or_gone_has_no_frequency()
    {
        bool stuck = false;
        Func<long, int, int> sine = Sine(11.3);
        ModalBench bench = Tracking((n, axis) => stuck ? 123_456 : sine(n, axis));
        bench.Run(100_000);
        int before = bench.Modes.Spectra;
        Assert.True(before > 3);
        stuck = true;
        bench.Run(100_000);
        // The one that was under way at most: what is whole and flat does not count.
        Assert.InRange(bench.Modes.Spectra, before, before + 1);
        stuck = false;
        bench.Run(100_000);
        Assert.InRange(bench.Modes.Spectra, before + 4, before + 7);
        bench.Sensor.Dead = true;
        before = bench.Modes.Spectra;
        bench.Run(100_000);
        Assert.InRange(bench.Modes.Spectra, before, before + 1);
        Assert.Empty(bench.Drifts);
        Assert.All(bench.Mode(1), hertz => Assert.Equal(11.3, hertz, 0.1));
    }

    /// <summary>A sensor whose clock is 2 % fast shows all bins 2 % low; the node measures the clock and says the truth.</summary>
    [Fact]
    public void The_sensors_own_clock_does_not_shift_a_frequency()
    {
        ModalBench bench = new ModalBench(new FastSensor()).Online();
        bench.Configure(Small);
        bench.Run(200_000);
        Assert.Equal(11.3, bench.Mode(1)[^1], 0.02);
    }

    [Fact]
    public void An_alarm_outlives_a_power_cut_and_ends_with_what_raised_it()
    {
        double hertz = 11.3;
        double phase = 0;
        TestAccelerometer Sensor() => new()
        {
            AxisMask = 4,
            Value = (n, axis) => axis != 2 ? 0
                : (int)(10_000 * Math.Sin(phase += 2 * Math.PI * hertz / Rate)) + Noise(n),
        };
        FaultyStorage storage = new(1);
        ModalBench bench = new ModalBench(Sensor(), storage).Online();
        bench.Configure(Small);
        bench.Run(200_000);
        hertz = 11;
        bench.Run(100_000);
        NodeEvent raised = Assert.Single(bench.Drifts);
        Assert.Equal((EventType.ThresholdRaised, "drift-f1", "f1", 1u), (raised.Type, raised.Rule, raised.Channel, raised.ConfigVersion));
        Assert.Equal(11.0, raised.Value.ToDouble(), 0.02);
        Assert.Equal(11.3 * 0.99, raised.Level.ToDouble(), 0.02);
        Assert.StartsWith("2.6", raised.Text, StringComparison.Ordinal);
        Assert.Contains(" % below 11.30", raised.Text, StringComparison.Ordinal);

        bench = new ModalBench(Sensor(), storage).Online();
        bench.Run(100_000);
        NodeEvent still = Assert.Single(bench.Drifts);
        Assert.Equal((EventType.ThresholdRaised, "stands since before the boot"), (still.Type, still.Text));
        Assert.Equal(11.3, bench.Modes.Mode(0).Usual, 0.02);
        hertz = 11.3;
        bench.Run(150_000);
        Assert.Equal(EventType.ThresholdCleared, bench.Drifts.Last().Type);

        bench = new ModalBench(Sensor(), storage).Online();
        bench.Run(100_000);
        Assert.Empty(bench.Drifts);
    }

    /// <summary>What is no longer looked for cannot be off.</summary>
    [Fact]
    public void Other_bands_end_the_alarm_and_begin_to_learn()
    {
        double hertz = 11.3;
        double phase = 0;
        ModalBench bench = Tracking((n, axis) => axis != 2 ? 0
            : (int)(10_000 * Math.Sin(phase += 2 * Math.PI * hertz / Rate)) + Noise(n));
        bench.Run(200_000);
        hertz = 11;
        bench.Run(100_000);
        Assert.Single(bench.Drifts);
        bench.Configure(modes =>
        {
            Small(modes);
            modes.HighMilliHz[0] = 14_000;
        }, 2);
        Assert.Equal((EventType.ThresholdCleared, "no longer looked for"), (bench.Drifts.Last().Type, bench.Drifts.Last().Text));
        bench.Run(200_000);
        Assert.Equal(11, bench.Modes.Mode(0).Usual, 0.02);
        Assert.Equal(2, bench.Drifts.Count());
    }

    [Theory]
    [InlineData(1024, 2, 40_000, ConfigFault.None)]
    [InlineData(2048, 2, 40_000, ConfigFault.ModesSegment)]
    [InlineData(1024, 0, 40_000, ConfigFault.ModesAxis)]
    [InlineData(1024, 2, 62_500, ConfigFault.ModesBands)]
    public void What_a_node_cannot_do_it_refuses_by_name(int segment, int axis, int highMilliHz, ConfigFault fault)
    {
        ModalBench bench = new ModalBench(new TestAccelerometer { AxisMask = 4 }, spectrumSamples: 1024).Online();
        bench.Configure(modes =>
        {
            modes.Segment = segment;
            modes.Axis = axis;
            modes.BandCount = 1;
            (modes.LowMilliHz[0], modes.HighMilliHz[0]) = (1000, highMilliHz);
        });
        bench.Run(2000);
        Assert.Equal(fault == ConfigFault.None ? 1u : 0u, bench.Node.Config.Version);
        bench.Run(600_000);
        ReportedState state = bench.Link.Of(TopicKind.State).Last().State();
        Assert.Equal(fault, state.RefusedConfigFault);
    }

    /// <summary>Off, it neither collects nor computes.</summary>
    [Fact]
    public void Off_is_off()
    {
        ModalBench bench = Tracking(Sine(11.3));
        bench.Configure(modes => modes.Averages = 0, 2);
        bench.Run(100_000);
        Assert.Equal(0, bench.Modes.Spectra);
        Assert.Empty(bench.Mode(1));
    }

    /// <summary>Each segment length, from the first block to the spectrum: nothing from the heap, and pieces as many as said.</summary>
    [Theory]
    [InlineData(256, 8)]
    [InlineData(1024, 20)]
    [InlineData(2048, 40)]
    [InlineData(4096, 82)]
    public void Taps_and_pieces_allocate_nothing(int segment, int pieces)
    {
        SegmentBuffer buffer = new(segment);
        WelchSpectrum welch = new(segment);
        int[] xyz = new int[3 * 32];
        Random random = new(1);
        int steps = 0;
        int taken = 0;
        long before = 0;
        for (int block = 0; block < 20 * segment / 32; block++)
        {
            if (block == segment / 8)
                before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < xyz.Length; i++)
                xyz[i] = random.Next(-1000, 1000);
            buffer.Add(xyz, 2, 32);
            for (int i = 0; i < 8; i++)
            {
                bool done = welch.Step(buffer);
                steps += welch.IsBusy || done ? 1 : 0;
                if (done)
                    taken = steps;
            }
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.InRange(welch.Averages, 38, 39);
        Assert.Equal(0, buffer.Skipped);
        Assert.Equal(pieces * welch.Averages, taken);
    }

    /// <summary>A whole tracker with its windows, over many spectra in which nothing happens.</summary>
    [Fact]
    public void Tracking_allocates_nothing()
    {
        TestAccelerometer sensor = new() { AxisMask = 4, Value = Sine(11.3) };
        Sampling.VibrationSampler sampler = new(sensor, 10_000);
        ModalTracker tracker = new(sampler, sensor, 512);
        sampler.AddTap(tracker);
        sampler.AddChannels(tracker);
        ModesConfig modes = new();
        Small(modes);
        NoEvents sink = new();
        tracker.Apply(modes, 1, 0, sink);
        long before = 0;
        long now = 0;
        for (int tick = 0; tick < 20_000; tick++, now += NodeLimits.FastPollMs)
        {
            if (tick == 6000)
                before = GC.GetAllocatedBytesForCurrentThread();
            sampler.Sample(now);
            if (sampler.Ring.Readable() != null)
                sampler.Ring.Release();
            tracker.Step(now, sink);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(tracker.Spectra, 47, 49);
        Assert.Equal(0, tracker.Skipped);
    }

    /// <summary>An uplink that is away for longer than a segment loses segments, counts them, and mixes none up.</summary>
    [Fact]
    public void Samples_that_nobody_took_in_time_are_skipped_and_counted()
    {
        SegmentBuffer buffer = new(512);
        WelchSpectrum welch = new(512);
        int[] xyz = new int[3 * 32];
        int sample = 0;
        void Add(int blocks)
        {
            for (int block = 0; block < blocks; block++)
            {
                for (int i = 0; i < 32; i++)
                    xyz[3 * i] = (int)(1000 * Math.Sin(2 * Math.PI * 32 * sample++ / 512.0));
                buffer.Add(xyz, 0, 32);
            }
        }
        Add(16);
        while (welch.Averages == 0)
            welch.Step(buffer);
        // Five halves and a bit: the last two are whole, and one begins to be overwritten while it is read.
        Add(41);
        welch.Step(buffer);
        welch.Step(buffer);
        Add(8);
        for (int i = 0; i < 100; i++)
            welch.Step(buffer);
        Assert.True(buffer.Skipped > 0);
        // A segment with a seam would have power beside the bin of the sine.
        double beside = welch.Density(40, 512) / welch.Density(32, 512);
        Assert.InRange(beside, 0, 1e-6);
    }

    private static int Noise(long n) => (int)((ulong)n * 0x9E3779B97F4A7C15UL >> 58) - 32;

    private static Func<long, int, int> Sine(double hertz) =>
        // A hundredth of a g and the earth's whole one below it; 261 counts are 10 mm/s2.
        (n, axis) => axis == 2 ? 256_000 + (int)(261.5 * Math.Sin(2 * Math.PI * hertz * n / Rate)) + (Noise(n) / 16) : 0;

    private static void Small(ModesConfig modes)
    {
        modes.Segment = 512;
        modes.Averages = 8;
        modes.DriftPpm = 10_000;
        modes.BandCount = 1;
        (modes.LowMilliHz[0], modes.HighMilliHz[0]) = (9000, 13_000);
    }

    private static ModalBench Tracking(Func<long, int, int> value)
    {
        ModalBench bench = new ModalBench(new TestAccelerometer { AxisMask = 4, Value = value }).Online();
        bench.Configure(Small);
        return bench;
    }

    /// <summary>Says 125 Hz, and makes 127.5.</summary>
    private sealed class FastSensor : IAccelerometer
    {
        private const double Truth = Rate * 1.02;
        private long _taken;

        public int RateMilliHz => Rate * 1000;

        public int NanoMetresPerCount => 38_246;

        public int AxisMask => 4;

        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
        {
            missed = 0;
            long there = (long)(nowMs * Truth / 1000);
            for (triples = 0; _taken < there && triples < maxTriples; triples++, _taken++)
                xyz[(triples * 3) + 2] = (int)(10_000 * Math.Sin(2 * Math.PI * 11.3 * _taken / Truth)) + Noise(_taken);
            return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
        }

        public SensorResult ReadTemperature(out int centiCelsius)
        {
            centiCelsius = 0;
            return SensorResult.NotReady;
        }
    }

    private sealed class NoEvents : Thresholds.IEventSink
    {
        public void Emit(NodeEvent happened, long uptimeMs) => Assert.Fail("an event");
    }
}
