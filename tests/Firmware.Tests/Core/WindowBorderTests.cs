using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>Where windows begin and end, whatever the clock and the sampler's thread do.</summary>
public sealed class WindowBorderTests
{
    private const int Minute = 60_000;

    private sealed record Span(long StartMs, int DurationMs, int Count, int Quality)
    {
        public long EndMs => StartMs + DurationMs;
    }

    [Fact]
    public void Windows_meet_and_each_sample_is_in_one_of_them()
    {
        ScalarSampler sampler = New(Minute, out TestSensor sensor);
        List<Span> windows = Run(sampler, 0, 10 * Minute);
        Assert.Equal(10, windows.Count);
        AssertMeet(windows);
        Assert.Equal(sensor.Reads - 1, windows.Sum(w => w.Count));
        Assert.All(windows, w => Assert.Equal(new Span(w.StartMs, Minute, 60, QualityFlags.None), w));
    }

    [Fact]
    public void Windows_begin_at_round_times_once_the_clock_is_known()
    {
        ScalarSampler sampler = New(Minute, out _);
        List<Span> windows = Run(sampler, 0, 150_000);
        long offset = TestNode.Epoch2026 + 17_300;
        sampler.SetUtcOffset(offset);
        windows.AddRange(Run(sampler, 151_000, 10 * Minute));
        AssertMeet(windows);
        // The window in which the clock came ends as it would have; the next is cut at the border.
        Assert.Equal([Minute, Minute, Minute, 42_700, Minute], windows.Take(5).Select(w => w.DurationMs));
        Assert.Equal(QualityFlags.Partial, windows[3].Quality);
        Assert.All(windows.Skip(4), w =>
        {
            Assert.Equal(0, (w.StartMs + offset) % Minute);
            Assert.Equal(QualityFlags.None, w.Quality);
        });
    }

    /// <summary>
    /// A disciplined clock drifts against uptime by milliseconds a minute, to either side. No window may be made of the
    /// sliver between the old border and the new one.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(7)]
    [InlineData(-7)]
    [InlineData(0)]
    public void A_drifting_clock_makes_no_slivers(int driftMsPerWindow)
    {
        ScalarSampler sampler = New(Minute, out TestSensor sensor);
        Random random = new(5);
        List<Span> windows = [];
        long now = 0;
        for (int w = 0; w < 500; w++)
        {
            int wobble = driftMsPerWindow != 0 ? driftMsPerWindow * w : random.Next(-30, 31);
            sampler.SetUtcOffset(TestNode.Epoch2026 + wobble);
            windows.AddRange(Run(sampler, now, (w + 1) * (long)Minute - 500));
            now = sampler.NextSampleMs;
        }
        Assert.InRange(windows.Count, 498, 500);
        Assert.All(windows.Skip(1), w =>
        {
            Assert.InRange(w.DurationMs, Minute - 100, Minute + 100);
            Assert.InRange(w.Count, 59, 62);
            Assert.Equal(QualityFlags.None, w.Quality);
        });
        AssertInOrder(windows);
        Assert.InRange(sensor.Reads - windows.Sum(w => w.Count), 0, 61);
    }

    [Theory]
    [InlineData(3_600_000L)]
    [InlineData(-3_600_000L)]
    [InlineData(10L * 365 * 86_400_000)]
    [InlineData(-5L * 365 * 86_400_000)]
    [InlineData(12_345L)]
    [InlineData(-12_345L)]
    [InlineData(-TestNode.Epoch2026)]
    public void A_clock_that_jumps_costs_one_short_window_and_no_sample(long jumpMs)
    {
        ScalarSampler sampler = New(Minute, out TestSensor sensor);
        sampler.SetUtcOffset(TestNode.Epoch2026);
        List<Span> windows = Run(sampler, 0, 3 * Minute + 20_000);
        sampler.SetUtcOffset(TestNode.Epoch2026 + jumpMs);
        windows.AddRange(Run(sampler, sampler.NextSampleMs, 10 * Minute));
        AssertMeet(windows);
        Assert.InRange(windows.Count(w => w.DurationMs < Minute), 0, 1);
        Assert.InRange(sensor.Reads - windows.Sum(w => w.Count), 1, 60);
        Assert.Equal(0, (windows[^1].StartMs + TestNode.Epoch2026 + jumpMs) % Minute);
    }

    [Fact]
    public void A_sampler_that_is_late_shortens_no_window()
    {
        ScalarSampler sampler = New(Minute, out TestSensor sensor);
        Random random = new(3);
        List<Span> windows = [];
        for (long now = 0; now < 20 * Minute; now = sampler.NextSampleMs + random.Next(900))
        {
            sampler.Sample(now);
            windows.AddRange(Take(sampler));
        }
        AssertMeet(windows);
        Assert.All(windows, w => Assert.Equal((Minute, QualityFlags.None), (w.DurationMs, w.Quality)));
        Assert.InRange(sensor.Reads - windows.Sum(w => w.Count), 0, 60);
    }

    [Fact]
    public void A_sampler_that_stood_still_leaves_a_gap_and_no_window_in_it()
    {
        ScalarSampler sampler = New(Minute, out _);
        List<Span> windows = Run(sampler, 0, 90_000);
        windows.AddRange(Run(sampler, 400_000, 10 * Minute));
        Assert.Equal([0, Minute, 400_000, 420_000], windows.Take(4).Select(w => w.StartMs));
        Assert.Equal([60, 31, 20, 60], windows.Take(4).Select(w => w.Count));
        Assert.Equal(QualityFlags.Partial, windows[2].Quality);
        AssertInOrder(windows);
    }

    [Theory]
    [InlineData(Limits.MaxWindowMs, 10_000)]
    [InlineData(10_000, Limits.MaxWindowMs)]
    [InlineData(Minute, Limits.MinWindowMs)]
    [InlineData(7_000, 11_000)]
    public void Another_length_holds_from_the_next_border_and_loses_no_sample(int before, int after)
    {
        ScalarSampler sampler = New(before, out TestSensor sensor);
        sampler.SetUtcOffset(TestNode.Epoch2026);
        List<Span> windows = Run(sampler, 0, 2_000_000);
        sampler.SetWindow(after);
        windows.AddRange(Run(sampler, sampler.NextSampleMs, 12_000_000));
        AssertMeet(windows);
        // From the sooner of the two borders on: nobody waits longer than the shorter length.
        long change = 2_000_000 + Math.Min(before, after) + NodeLimits.SlowPollMs;
        Span next = windows.First(w => w.EndMs > 2_000_000);
        Assert.True(next.EndMs <= change, $"ended at {next.EndMs}");
        Assert.All(windows.Where(w => w.StartMs > next.EndMs + after), w =>
            Assert.Equal((after, 0L), (w.DurationMs, (w.StartMs + TestNode.Epoch2026) % after)));
        Assert.InRange(sensor.Reads - windows.Sum(w => w.Count), 0, after / 1000 + 1);
    }

    [Fact]
    public void Windows_of_vibration_are_made_of_samples_not_of_polls()
    {
        TestAccelerometer sensor = new();
        VibrationSampler sampler = new(sensor, 10_000);
        Random random = new(9);
        List<Span> windows = [];
        for (long now = 0; now < 300_000; now = sampler.NextSampleMs + random.Next(200))
        {
            sampler.Sample(now);
            windows.AddRange(Take(sampler));
        }
        Assert.InRange(windows.Count, 29, 30);
        Assert.All(windows, w => Assert.Equal((10_000, 1250, 0), (w.DurationMs, w.Count, w.Quality)));
        // The true times are the multiples of ten seconds; a window is placed to the poll that began it.
        for (int w = 0; w < windows.Count; w++)
            Assert.InRange(windows[w].StartMs, w * 10_000, w * 10_000 + 8);
    }

    [Fact]
    public void A_shorter_window_of_vibration_holds_at_once()
    {
        TestAccelerometer sensor = new();
        VibrationSampler sampler = new(sensor, Limits.MaxWindowMs);
        List<Span> windows = Run(sampler, 0, 100_000);
        Assert.Empty(windows);
        sampler.SetWindow(10_000);
        windows = Run(sampler, sampler.NextSampleMs, 200_000);
        Assert.InRange(windows[0].Count, 12_500, 12_510);
        Assert.All(windows.Skip(1), w => Assert.Equal(1250, w.Count));
        Assert.InRange(200_000L * 125 / 1000 - windows.Sum(w => w.Count), 0, 1250);
    }

    private static ScalarSampler New(int windowMs, out TestSensor sensor)
    {
        sensor = new TestSensor((Channels.Pm25, Units.MicrogramsPerCubicMetre, 0)) { Value = (now, _) => (int)(now % 997) };
        return new ScalarSampler([sensor], windowMs);
    }

    private static List<Span> Run(ISampler sampler, long from, long until)
    {
        List<Span> windows = [];
        for (long now = from; now <= until; now = sampler.NextSampleMs)
        {
            sampler.Sample(now);
            windows.AddRange(Take(sampler));
        }
        return windows;
    }

    private static List<Span> Take(ISampler sampler)
    {
        List<Span> windows = [];
        while (sampler.Ring.Readable() is { } window)
        {
            windows.Add(new Span(window.StartMs, window.DurationMs, window.Count[0], window.Quality[0]));
            sampler.Ring.Release();
        }
        return windows;
    }

    private static void AssertMeet(List<Span> windows)
    {
        for (int i = 1; i < windows.Count; i++)
            Assert.Equal(windows[i - 1].EndMs, windows[i].StartMs);
    }

    private static void AssertInOrder(List<Span> windows)
    {
        for (int i = 1; i < windows.Count; i++)
            Assert.True(windows[i].StartMs >= windows[i - 1].EndMs, $"window {i} begins inside the one before");
    }
}
