using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Nodes;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// The numbers of a window against the same numbers computed plainly, in two passes and in doubles, from the list of
/// all samples.
/// </summary>
public sealed class WindowTests
{
    private const int Minute = 60_000;

    public static TheoryData<string, Func<long, int>> Signals()
    {
        TheoryData<string, Func<long, int>> signals = [];
        signals.Add("constant", _ => 4711);
        signals.Add("zero", _ => 0);
        signals.Add("negative", n => -500_000 - (int)(n % 3));
        signals.Add("random", n => Noise(n, -400_000, 400_000));
        signals.Add("extremes in turn", n => n % 2 == 0 ? -(1 << 19) : (1 << 19) - 1);
        signals.Add("far off, hardly moving", n => 524_280 + (int)(n % 2));
        signals.Add("first sample an outlier", n => n % 10_000 == 0 ? -(1 << 19) : 524_285 + (int)(n % 2));
        signals.Add("one spike", n => n % 500 == 250 ? 300_000 : 7);
        signals.Add("ramp", n => (int)(n % 1000) * 500);
        return signals;
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_scalar_window_says_what_its_samples_say(string name, Func<long, int> signal)
    {
        TestSensor sensor = Scalar((now, _) => signal(now / 1000));
        ScalarSampler sampler = new([sensor], Minute);
        List<ClosedWindow> windows = Run(sampler, 10 * Minute);
        Assert.Equal(10, windows.Count);
        for (int w = 0; w < windows.Count; w++)
        {
            int[] samples = [.. Enumerable.Range(w * 60, 60).Select(n => signal(n))];
            Check(name, windows[w], 0, samples, 100, 0.5 + 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_vibration_window_says_what_its_samples_say(string name, Func<long, int> signal)
    {
        TestAccelerometer sensor = new() { Value = (n, axis) => axis == 2 ? signal(n) : signal(n + axis * 77) };
        VibrationSampler sampler = new(sensor, 10_000);
        List<ClosedWindow> windows = Run(sampler, 60_100);
        Assert.Equal(6, windows.Count);
        double micro = sensor.NanoMetresPerCount / 1000.0;
        for (int w = 0; w < windows.Count; w++)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                int[] samples = [.. Enumerable.Range(w * 1250, 1250).Select(n => sensor.Value(n, axis))];
                Check($"{name}, axis {axis}", windows[w], axis, samples, micro, 0.5 + 1e-3);
                CheckShape($"{name}, axis {axis}", windows[w], axis, samples);
            }
            Assert.Equal(2150, windows[w].Mean[3]);
        }
    }

    /// <summary>
    /// An hour at 4,000 Hz, the fastest that an ADXL355 samples, is 14.4 million samples; the first at one end of 20 bits
    /// and all others at the other make the largest distances that there can be.
    /// </summary>
    [Fact]
    public void The_longest_window_at_the_highest_rate_does_not_overflow()
    {
        const int Count = 14_400_000;
        const int Low = -(1 << 19);
        const int High = (1 << 19) - 1;
        TestAccelerometer sensor = new()
        {
            RateMilliHz = 4_000_000,
            Value = (n, axis) => axis == 0 ? (n % Count == 0 ? Low : High) : axis == 1 ? (n % Count == 0 ? High : Low)
                : n % 2 == 0 ? Low : High,
        };
        ClosedWindow window = Assert.Single(Run(new VibrationSampler(sensor, Limits.MaxWindowMs), Limits.MaxWindowMs));
        double micro = sensor.NanoMetresPerCount / 1000.0;
        double span = (double)High - Low;
        double alone = span * Math.Sqrt((Count - 1.0) / Count / Count);
        Assert.Equal(Count, window.Count[0]);
        Assert.Equal((High - span / Count) * micro, window.Mean[0], 1.0);
        Assert.Equal((Low + span / Count) * micro, window.Mean[1], 1.0);
        Assert.Equal(-0.5 * micro, window.Mean[2], 1.0);
        Assert.Equal(alone * micro, window.StdDev[0], 1.0);
        Assert.Equal(alone * micro, window.StdDev[1], 1.0);
        // Two values, the rare one with probability p: skewness (1 - 2p) / sqrt(p q), kurtosis 1 / (p q) - 3.
        const double Rare = (Count - 1.0) / Count / Count;
        Assert.Equal(-1000 * Math.Sqrt(1 / Rare - 4), window.Skewness[0], 1000 * Math.Sqrt(Count) * 1e-6);
        Assert.Equal(1000 * Math.Sqrt(1 / Rare - 4), window.Skewness[1], 1000 * Math.Sqrt(Count) * 1e-6);
        Assert.Equal([int.MaxValue, int.MaxValue, 1000], window.Kurtosis[..3]);
        Assert.Equal(span / 2 * micro, window.StdDev[2], 1.0);
        Assert.Equal(Limits.MaxWindowMs, window.DurationMs);
        // At both ends of the scale a sensor clips.
        Assert.Equal(QualityFlags.OutOfRange, window.Quality[0]);
    }

    /// <summary>The powers of a section fit its sums with as many samples and as much swing as there may be, no more.</summary>
    [Fact]
    public void Sections_are_dimensioned_for_their_fourth_powers()
    {
        Int128 fourth = (Int128)NodeLimits.SectionSwing * NodeLimits.SectionSwing
            * NodeLimits.SectionSwing * NodeLimits.SectionSwing;
        Assert.True(fourth * NodeLimits.SectionSamples <= long.MaxValue);
        Assert.True(fourth * (NodeLimits.SectionSamples + 1) > long.MaxValue);
        Int128 velocity = (Int128)1 << (NodeLimits.VelocityBits - 1);
        Assert.True(velocity * velocity * NodeLimits.DrainTriples <= long.MaxValue);
    }

    [Fact]
    public void The_widest_slow_sensor_does_not_overflow_in_an_hour()
    {
        const int Span = NodeLimits.MaxScalarSpan;
        TestSensor sensor = Scalar((now, _) => now == 0 ? int.MinValue : int.MinValue + Span - (now == 1000 ? 1 : 0));
        sensor.Least = int.MinValue;
        sensor.Most = int.MaxValue;
        ClosedWindow window = Assert.Single(Run(new ScalarSampler([sensor], Limits.MaxWindowMs), Limits.MaxWindowMs));
        int[] samples = [.. Enumerable.Range(0, 3600).Select(n => sensor.Value(n * 1000L, 0))];
        Check("widest", window, 0, samples, 100, 1);
        Assert.True((Int128)Span * Span * 3600 * 2 < long.MaxValue);
    }

    [Fact]
    public void What_no_sensor_can_measure_is_left_out_and_said()
    {
        TestSensor sensor = Scalar((now, _) => (now / 1000 % 5) switch
        {
            0 => int.MaxValue,
            1 => int.MinValue,
            _ => 100,
        });
        ClosedWindow window = Assert.Single(Run(new ScalarSampler([sensor], Minute), Minute));
        Assert.Equal(36, window.Count[0]);
        Assert.Equal(10_000, window.Mean[0]);
        Assert.Equal(0, window.StdDev[0]);
        Assert.Equal(QualityFlags.OutOfRange, window.Quality[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Sparse_samples_are_counted_as_they_are(int samples)
    {
        TestSensor sensor = Scalar((now, _) => (int)now);
        sensor.Result = now => now / 1000 < samples ? SensorResult.Ok : SensorResult.NotReady;
        ClosedWindow window = Assert.Single(Run(new ScalarSampler([sensor], Minute), Minute));
        Assert.Equal(samples, window.Count[0]);
        if (samples == 0)
            Assert.Equal(QualityFlags.Missing, window.Quality[0]);
        else
            Check("sparse", window, 0, [.. Enumerable.Range(0, samples).Select(n => n * 1000)], 100, 0.5 + 1e-9);
    }

    [Fact]
    public void A_sensor_that_fails_or_warms_up_is_told_apart_and_recovers()
    {
        TestSensor sensor = Scalar((now, _) => 100 + (int)(now / 1000 % 2));
        sensor.Result = now => (now / Minute) switch
        {
            0 => SensorResult.WarmingUp,
            1 => SensorResult.Failed,
            2 => now % 2000 == 0 ? SensorResult.Ok : SensorResult.Failed,
            _ => SensorResult.Ok,
        };
        List<ClosedWindow> windows = Run(new ScalarSampler([sensor], Minute), 4 * Minute);
        Assert.Equal([0, 0, 30, 60], windows.Select(w => w.Count[0]));
        Assert.Equal(
            [QualityFlags.WarmingUp | QualityFlags.Missing, QualityFlags.Missing, QualityFlags.Missing, QualityFlags.None],
            windows.Select(w => w.Quality[0]));
    }

    [Fact]
    public void One_dead_sensor_does_not_cost_the_other()
    {
        TestSensor dead = Scalar((_, _) => 1);
        dead.Result = _ => SensorResult.Failed;
        TestSensor alive = Scalar((now, _) => (int)(now / 1000));
        ClosedWindow window = Assert.Single(Run(new ScalarSampler([dead, alive], Minute), Minute));
        Assert.Equal([0, 60], window.Count[..2]);
        Assert.Equal([QualityFlags.Missing, QualityFlags.None], window.Quality[..2]);
        Assert.Equal(2950, window.Mean[1]);
    }

    [Fact]
    public void A_reading_that_never_changes_is_called_frozen_until_it_does()
    {
        TestSensor sensor = Scalar((now, _) => now < 20 * Minute ? 55 : 56);
        List<ClosedWindow> windows = Run(new ScalarSampler([sensor], Minute), 22 * Minute);
        Assert.Equal(QualityFlags.None, windows[8].Quality[0]);
        Assert.Equal(QualityFlags.Frozen, windows[10].Quality[0]);
        Assert.Equal(QualityFlags.Frozen, windows[19].Quality[0]);
        Assert.Equal(QualityFlags.None, windows[20].Quality[0]);
    }

    [Fact]
    public void A_silent_accelerometer_makes_empty_windows_and_a_part_before_them()
    {
        TestAccelerometer sensor = new();
        VibrationSampler sampler = new(sensor, 10_000);
        List<ClosedWindow> windows = Run(sampler, 15_000);
        sensor.Dead = true;
        windows.AddRange(Run(sampler, 40_000, 15_000));
        sensor.Dead = false;
        Assert.Equal([1250, 625, 0], windows.Select(w => w.Count[0]));
        Assert.Equal(QualityFlags.Partial | QualityFlags.Gap | QualityFlags.Missing, windows[1].Quality[0]);
        Assert.Equal(QualityFlags.Missing, windows[2].Quality[0]);
        Assert.Equal([1, 0, 0], windows.Select(w => w.Count[3]));
        Assert.Equal(5000, windows[1].DurationMs);
    }

    [Fact]
    public void Samples_that_the_accelerometer_lost_are_counted_and_their_window_says_so()
    {
        TestAccelerometer sensor = new();
        VibrationSampler sampler = new(sensor, 10_000);
        List<ClosedWindow> windows = Run(sampler, 12_000);
        sensor.Lose = 40;
        windows.AddRange(Run(sampler, 40_000, 12_000));
        Assert.Equal(40u, sampler.SamplesMissed);
        Assert.Equal([QualityFlags.None, QualityFlags.Gap, QualityFlags.None], windows.Take(3).Select(w => w.Quality[0]));
        Assert.All(windows, w => Assert.Equal(1250, w.Count[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_axis_that_is_not_there_is_no_channel(int mask)
    {
        TestAccelerometer sensor = new() { AxisMask = mask };
        VibrationSampler sampler = new(sensor, 10_000);
        Assert.Equal(5, sampler.ChannelCount);
        int axis = mask / 2;
        Assert.Equal(new[] { Channels.AccelX, Channels.AccelY, Channels.AccelZ }[axis], sampler.ChannelName(0));
        ClosedWindow window = Assert.Single(Run(sampler, 10_100));
        int[] samples = [.. Enumerable.Range(0, 1250).Select(n => sensor.Value(n, axis))];
        Check("one axis", window, 0, samples, sensor.NanoMetresPerCount / 1000.0, 0.501);
    }

    [Fact]
    public void An_accelerometer_that_claims_no_rate_stops_nothing()
    {
        TestAccelerometer sensor = new() { RateMilliHz = 0 };
        Run(new VibrationSampler(sensor, 10_000), 60_000);
    }

    [Fact]
    public void A_window_that_nobody_takes_is_counted_as_missed_and_the_old_ones_stay()
    {
        TestSensor sensor = Scalar((now, _) => (int)(now / 1000));
        ScalarSampler sampler = new([sensor], Minute);
        for (long now = 0; now <= 20 * Minute; now += 1000)
            sampler.Sample(now);
        Assert.Equal((20u - NodeLimits.SlowRingSlots) * 60, sampler.SamplesMissed);
        Assert.Equal(NodeLimits.SlowRingSlots, Take(sampler).Count);
    }

    private static TestSensor Scalar(Func<long, int, int> value) =>
        new((Channels.Pm25, Units.MicrogramsPerCubicMetre, 0)) { Value = value, Least = -(1 << 19) };

    private static List<ClosedWindow> Run(ISampler sampler, long until, long from = 0)
    {
        List<ClosedWindow> windows = [];
        for (long now = Math.Max(from, sampler.NextSampleMs); now <= until; now = sampler.NextSampleMs)
        {
            sampler.Sample(now);
            windows.AddRange(Take(sampler));
        }
        return windows;
    }

    /// <summary>Copies, since the ring fills its slots again.</summary>
    internal static List<ClosedWindow> Take(ISampler sampler)
    {
        List<ClosedWindow> windows = [];
        while (sampler.Ring.Readable() is { } window)
        {
            ClosedWindow copy = new() { StartMs = window.StartMs, DurationMs = window.DurationMs };
            foreach ((Array from, Array to) in new (Array, Array)[]
            {
                (window.Mean, copy.Mean), (window.Min, copy.Min), (window.Max, copy.Max),
                (window.StdDev, copy.StdDev), (window.Skewness, copy.Skewness), (window.Kurtosis, copy.Kurtosis), (window.Count, copy.Count), (window.Quality, copy.Quality),
            })
                Array.Copy(from, to, from.Length);
            windows.Add(copy);
            sampler.Ring.Release();
        }
        return windows;
    }

    private static void Check(
        string what, ClosedWindow window, int channel, int[] samples, double scale, double within)
    {
        double mean = samples.Average(s => (double)s);
        double variance = samples.Average(s => (s - mean) * (s - mean));
        Assert.Equal(samples.Length, window.Count[channel]);
        Near(what + ": mean", mean * scale, window.Mean[channel], within);
        Near(what + ": min", samples.Min() * scale, window.Min[channel], within);
        Near(what + ": max", samples.Max() * scale, window.Max[channel], within);
        Near(what + ": deviation", Math.Sqrt(variance) * scale, window.StdDev[channel], within);
    }

    private static void CheckShape(string what, ClosedWindow window, int channel, int[] samples)
    {
        double mean = samples.Average(s => (double)s);
        double variance = samples.Average(s => (s - mean) * (s - mean));
        if (variance == 0)
        {
            Assert.Equal((0, 0), (window.Skewness[channel], window.Kurtosis[channel]));
            return;
        }
        double third = samples.Average(s => Math.Pow(s - mean, 3));
        double fourth = samples.Average(s => Math.Pow(s - mean, 4));
        double skewness = 1000 * third / Math.Pow(variance, 1.5);
        double kurtosis = 1000 * fourth / (variance * variance);
        Near(what + ": skewness", skewness, window.Skewness[channel], 0.51 + 1e-6 * Math.Abs(skewness));
        Near(what + ": kurtosis", kurtosis, window.Kurtosis[channel], 0.51 + 1e-6 * kurtosis);
    }

    private static void Near(string what, double wanted, long got, double within) =>
        Assert.True(Math.Abs(wanted - got) <= within, $"{what} is {got}, not {wanted}");

    private static int Noise(long n, int least, int most) =>
        (int)(least + (long)new Random((int)n).NextInt64(most - least));
}
