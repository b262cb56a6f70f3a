using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// Velocity and its frequency, against sines whose velocity is known and against the same filter in doubles.
/// </summary>
public sealed class VelocityTests
{
    private const int WindowMs = 10_000;

    // Nanometres per second squared of one count: the ADXL355 at 2 g.
    private const double Scale = 38_246;

    /// <summary>A sine of 0.5 m/s2 on top of gravity has the velocity 0.5 / (2 pi f), at all rates that hold its band.</summary>
    [Theory]
    [InlineData(125, 1)]
    [InlineData(125, 5)]
    [InlineData(125, 10)]
    [InlineData(125, 31.25)]
    [InlineData(125, 50)]
    [InlineData(250, 1)]
    [InlineData(250, 5)]
    [InlineData(250, 10)]
    [InlineData(250, 50)]
    [InlineData(250, 80)]
    [InlineData(500, 1)]
    [InlineData(500, 80)]
    [InlineData(1000, 1)]
    [InlineData(1000, 5)]
    [InlineData(1000, 10)]
    [InlineData(1000, 50)]
    [InlineData(1000, 80)]
    [InlineData(4000, 1)]
    [InlineData(4000, 80)]
    public void A_sine_has_its_velocity_within_two_per_cent(int rate, double hertz)
    {
        const double Acceleration = 0.5;
        ClosedWindow window = Last(Run(rate, n => 9.81 + Acceleration * Math.Sin(2 * Math.PI * hertz * n / rate + 0.3)));
        double velocity = Acceleration / (2 * Math.PI * hertz) * 1e6;
        Assert.Equal(QualityFlags.None, window.Quality[Vx]);
        Assert.InRange(window.StdDev[Vx] / (velocity / Math.Sqrt(2)), 0.98, 1.02);
        Assert.InRange(Math.Abs(window.Mean[Vx]), 0, 0.01 * velocity);
        // At 50 of 125 Hz a period has five samples in two: between them the peak is seen to cos(36 degrees / 2) at least.
        double seen = Math.Cos(Math.PI * hertz / rate / (rate == 125 && hertz == 50 ? 2 : 1));
        Assert.InRange(window.Max[Vx] / velocity, 0.98 * seen, 1.02);
        Assert.InRange(-window.Min[Vx] / velocity, 0.98 * seen, 1.02);
    }

    /// <summary>
    /// Frequency from zero crossings: to 2 % up to a quarter of the sample rate, where a straight line between two samples
    /// still crosses about where the sine does; to 6 % up to four tenths of it.
    /// </summary>
    [Theory]
    [InlineData(125, 1, 0.02)]
    [InlineData(125, 10.79, 0.02)]
    [InlineData(125, 31, 0.02)]
    [InlineData(125, 50, 0.06)]
    [InlineData(250, 1, 0.02)]
    [InlineData(250, 5, 0.02)]
    [InlineData(250, 10, 0.02)]
    [InlineData(250, 50, 0.02)]
    [InlineData(250, 80, 0.06)]
    [InlineData(1000, 80, 0.02)]
    public void The_frequency_of_a_sine_is_found(int rate, double hertz, double within)
    {
        foreach (ClosedWindow window in Run(rate, n => 0.5 * Math.Sin(2 * Math.PI * hertz * n / rate + 0.3))[2..])
        {
            Assert.Equal(1, window.Count[Fx]);
            Assert.InRange(window.Mean[Fx] / 100.0 / hertz, 1 - within, 1 + within);
        }
    }

    /// <summary>The frequency is that of the strongest motion, not of what lasts longest.</summary>
    [Fact]
    public void The_frequency_is_the_peaks()
    {
        ClosedWindow window = Last(Run(250, n =>
        {
            double t = n / 250.0 % 10;
            double burst = Math.Exp(-(t - 5) * (t - 5) / 0.08) * Math.Sin(2 * Math.PI * 20 * t);
            return 0.02 * Math.Sin(2 * Math.PI * 4 * t) + 2 * burst;
        }));
        Assert.InRange(window.Mean[Fx], 1900, 2100);
    }

    /// <summary>Whole numbers lose nothing that shows in a micrometre a second, whatever comes in.</summary>
    [Theory]
    [InlineData(125, 1)]
    [InlineData(125, 300)]
    [InlineData(250, 300)]
    [InlineData(250, 500_000)]
    [InlineData(1000, 500_000)]
    [InlineData(4000, 500_000)]
    public void Random_input_gives_what_the_filter_in_doubles_gives(int rate, int counts)
    {
        Random random = new(5);
        int[] input = [.. Enumerable.Range(0, rate * 40).Select(_ => random.Next(-counts, counts))];
        List<ClosedWindow> windows = RunCounts(rate, n => n < input.Length ? input[n] : 0, 40_000);
        double[] wanted = Reference(input, rate);
        Assert.InRange(windows.Count, 3, 4);
        for (int w = 1; w < windows.Count; w++)
        {
            double[] part = wanted[(w * rate * 10)..((w + 1) * rate * 10)];
            double mean = part.Average();
            double deviation = Math.Sqrt(part.Average(v => (v - mean) * (v - mean)));
            double unit = Math.Max(1.5, deviation * 3e-4);
            Assert.Equal(part.Length, windows[w].Count[Vx]);
            Assert.Equal(mean, windows[w].Mean[Vx], unit);
            Assert.Equal(deviation, windows[w].StdDev[Vx], unit);
            Assert.Equal(part.Min(), windows[w].Min[Vx], unit);
            Assert.Equal(part.Max(), windows[w].Max[Vx], unit);
        }
    }

    /// <summary>The largest input there is, at the worst rates, swings the sums as far as they go, and not over.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(125)]
    [InlineData(250)]
    [InlineData(4000)]
    public void Full_swing_at_the_corner_does_not_overflow(int rate)
    {
        foreach (double hertz in (double[])[0.3, 0.52, 0.8, 2])
        {
            int[] input =
            [
                .. Enumerable.Range(0, rate * 40)
                    .Select(n => Math.Sin(2 * Math.PI * hertz * n / rate) < 0 ? -(1 << 19) : (1 << 19) - 1),
            ];
            ClosedWindow window = RunCounts(rate, n => n < input.Length ? input[n] : 0, 40_000)[2];
            double[] part = Reference(input, rate)[(rate * 20)..(rate * 30)];
            Assert.Equal(part.Max(), window.Max[Vx], 5e-4 * part.Max());
            Assert.Equal(part.Min(), window.Min[Vx], 5e-4 * part.Max());
            Assert.InRange(part.Max(), 0, 0.5 * (1 << 19) * Scale * 1e-3);
        }
    }

    /// <summary>A hole in a slow, large motion: integrated over, its step would be a false peak.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(0)]
    public void A_gap_is_not_bridged_and_the_window_says_so(int lost)
    {
        TestAccelerometer sensor = new() { Value = (n, _) => (int)(20_000 * Math.Sin(2 * Math.PI * 2 * n / 125.0)) };
        VibrationSampler sampler = new(sensor, WindowMs);
        List<ClosedWindow> windows = [];
        for (long now = 0; now <= 80_000; now += 40)
        {
            // No number of lost samples: the sensor does not answer for a moment.
            sensor.Lose = now == 32_000 ? lost : 0;
            sensor.Dead = lost == 0 && now == 32_000;
            sampler.Sample(now);
            windows.AddRange(WindowTests.Take(sampler));
        }
        double peak = 20_000 * Scale * 1e-3 / (2 * Math.PI * 2);
        Assert.Equal(QualityFlags.WarmingUp | QualityFlags.Partial, windows[0].Quality[Vx]);
        Assert.InRange(windows[0].Count[Vx], 480, 500);
        ClosedWindow gap = windows.Single(w => (w.Quality[0] & QualityFlags.Gap) != 0);
        int expected = QualityFlags.Gap | QualityFlags.WarmingUp | QualityFlags.Partial;
        Assert.Equal(expected, gap.Quality[Vx] & ~QualityFlags.Missing);
        Assert.InRange(gap.Count[Vx], 480, 500);
        Assert.Equal(1250, gap.Count[0]);
        Assert.Equal(gap.Count[0] + lost, gap.Count[Rate]);
        Assert.All(windows, w => Assert.InRange(w.Max[Vx], 0.9 * peak, 1.02 * peak));
        Assert.All(windows, w => Assert.InRange(w.Mean[Fx], 196, 204));
    }

    /// <summary>Windows too short for the filter to settle in have no velocity, and say why.</summary>
    [Fact]
    public void A_window_within_the_settling_has_no_velocity()
    {
        TestAccelerometer sensor = new();
        VibrationSampler sampler = new(sensor, 1000);
        sampler.SetWindow(1000);
        List<ClosedWindow> windows = [];
        for (long now = 0; now <= 10_000; now += 40)
        {
            sampler.Sample(now);
            windows.AddRange(WindowTests.Take(sampler));
        }
        Assert.All(windows[..5], w => Assert.Equal((0, 0), (w.Count[Vx], w.Count[Fx])));
        Assert.All(windows[..5], w => Assert.Equal(QualityFlags.WarmingUp | QualityFlags.Partial, w.Quality[Vx]));
        Assert.All(windows[7..], w => Assert.Equal((125, QualityFlags.None), (w.Count[Vx], w.Quality[Vx])));
    }

    private static List<ClosedWindow> Run(int rate, Func<long, double> metresPerSecondSquared) =>
        RunCounts(rate, n => (int)Math.Round(metresPerSecondSquared(n) * 1e9 / Scale), 40_000);

    private static List<ClosedWindow> RunCounts(int rate, Func<long, int> value, int untilMs)
    {
        TestAccelerometer sensor = new() { RateMilliHz = rate * 1000, Value = (n, _) => value(n) };
        VibrationSampler sampler = new(sensor, WindowMs);
        List<ClosedWindow> windows = [];
        for (long now = 0; now <= untilMs; now += 8)
        {
            sampler.Sample(now);
            windows.AddRange(WindowTests.Take(sampler));
        }
        Assert.Equal(Channels.VelocityX, sampler.ChannelName(Vx));
        Assert.Equal(Channels.FrequencyX, sampler.ChannelName(Fx));
        Assert.Equal(Channels.SampleRate, sampler.ChannelName(Rate));
        return windows;
    }

    private static ClosedWindow Last(List<ClosedWindow> windows) => windows[^1];

    /// <summary>The filter of the docstring, written down in doubles; micrometres a second.</summary>
    private static double[] Reference(int[] input, int rate)
    {
        double angle = Math.Min(0.25, 2 * Math.PI * 0.52 / rate);
        double gain = 1.003 * (1 - angle / 2) * (1 - angle / 2);
        double corner = Math.Tan(Math.PI * 80 / rate) / 0.4186;
        double all = 1 + Math.Sqrt(2) * corner + corner * corner;
        double damping = (1 - Math.Sqrt(2) * corner + corner * corner) / all;
        double stiffness = 4 * corner * corner / all;
        double[] velocities = new double[input.Length];
        double[] y = new double[5];
        (double dc, double v, double u, double v1, double v2, double low, double slope) = (input[0], 0, 0, 0, 0, 0, 0);
        for (int n = 0; n < input.Length; n++)
        {
            Array.Copy(y, 0, y, 1, 4);
            y[0] = input[n] - dc;
            dc += y[0] * angle;
            v += gain * (0.880088 * y[2] + 0.068303 * (y[1] + y[3]) - 0.009601 * (y[0] + y[4])) - angle * (v + u);
            u += angle * v;
            slope = slope * damping + ((v + 2 * v1 + v2) / 4 - low) * stiffness;
            low += slope;
            (v1, v2) = (v, v1);
            velocities[n] = (rate >= 200 ? low : v) * Scale * 1e-3 / rate;
        }
        return velocities;
    }

    private const int Vx = 4;
    private const int Fx = 7;
    private const int Rate = 10;
}
