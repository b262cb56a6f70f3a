using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>The sensor's true rate and the times of windows, from drains that come when they come.</summary>
public sealed class SampleClockTests
{
    private const int WindowMs = 10_000;
    private const int Rate = 10;

    /// <summary>
    /// A sensor whose clock is off, drained late by up to 30 ms and now and then by 300: the rate is known to 0.05 % in
    /// half a minute and to 50 parts in a million after five, windows begin when they began and meet each other.
    /// </summary>
    [Theory]
    [InlineData(125_000, 0)]
    [InlineData(125_000, 0.02)]
    [InlineData(125_000, -0.02)]
    [InlineData(250_000, 0.013)]
    [InlineData(250_000, -0.02)]
    [InlineData(1_000_000, 0.02)]
    public void The_rate_of_a_sensor_that_is_off_is_found(int nominal, double off)
    {
        double truth = nominal * (1 + off);
        Drifting sensor = new(nominal, _ => truth);
        List<ClosedWindow> windows = Run(sensor, 400_000);
        int length = (int)((long)nominal * WindowMs / 1_000_000);
        Assert.InRange(windows.Count, (int)(400 * (1 + off) / 10) - 1, (int)(400 * (1 + off) / 10));
        Assert.Equal(QualityFlags.WarmingUp, windows[0].Quality[Rate]);
        for (int w = 0; w < windows.Count; w++)
        {
            double within = w < 3 ? 0.025 : w < 30 ? 5e-4 : 5e-5;
            Assert.InRange(windows[w].Mean[Rate] / truth, 1 - within, 1 + within);
            Assert.Equal(length, windows[w].Count[Rate]);
            if (w < 3)
                continue;
            Assert.Equal(QualityFlags.None, windows[w].Quality[Rate]);
            double start = (double)w * length * 1_000_000 / truth;
            Assert.InRange(windows[w].StartMs - start, -3, 9 + 500_000.0 / nominal);
            Assert.InRange(windows[w].DurationMs - length * 1_000_000.0 / truth, -6, 6);
            double next = windows[w - 1].StartMs + windows[w - 1].DurationMs;
            Assert.InRange(windows[w].StartMs - next, -8, 8);
        }
    }

    /// <summary>A housing that warms up by 40 ppm a minute is followed, ten minutes behind.</summary>
    [Fact]
    public void A_rate_that_drifts_is_followed()
    {
        Drifting sensor = new(125_000, ms => 125_000 * (1 + 40e-6 * ms / 60_000));
        ClosedWindow window = Run(sensor, 3_600_000)[^1];
        Assert.InRange(window.Mean[Rate] / 125_000.0 - 1, 48 * 40e-6, 60 * 40e-6);
    }

    /// <summary>Counted losses leave the line as it is; what nobody counted begins a new one, and keeps the rate.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loss_does_not_bend_the_line(bool counted)
    {
        Drifting sensor = new(125_000, _ => 126_500) { LoseFromMs = 203_000, LoseUntilMs = 204_700, SaysHowMany = counted };
        List<ClosedWindow> windows = Run(sensor, 400_000);
        Assert.All(windows[3..], w => Assert.InRange(w.Mean[Rate] / 126_500.0, 1 - 5e-4, 1 + 5e-4));
        ClosedWindow gap = windows.Single(w => (w.Quality[0] & QualityFlags.Gap) != 0);
        Assert.Equal(counted ? 1250 + sensor.Lost : 1250, gap.Count[Rate]);
        ClosedWindow last = windows[^1];
        double end = last.StartMs + last.DurationMs;
        // Its last sample is the one that completed it: the loss is in the time, whether it was counted or not.
        double wanted = (windows.Count * 1250 + sensor.Lost) / 0.1265;
        Assert.InRange(end - wanted, -20, 20);
    }

    [Fact]
    public void A_rate_that_cannot_be_is_not_believed()
    {
        Drifting sensor = new(125_000, _ => 150_000);
        List<ClosedWindow> windows = Run(sensor, 60_000);
        Assert.Equal(125_000, windows[^1].Mean[Rate]);
        Assert.Equal(QualityFlags.WarmingUp | QualityFlags.OutOfRange, windows[^1].Quality[Rate]);
    }

    /// <summary>Velocities are per second of the true clock: 2 % of rate are 2 % of velocity.</summary>
    [Fact]
    public void A_velocity_takes_the_true_rate()
    {
        const double Truth = 255;
        Drifting sensor = new(250_000, _ => Truth * 1000)
        {
            Value = n => (int)(20_000 * Math.Sin(2 * Math.PI * 10 * n / Truth)),
        };
        ClosedWindow window = Run(sensor, 100_000)[^1];
        double velocity = 20_000 * sensor.NanoMetresPerCount * 1e-3 / (2 * Math.PI * 10);
        Assert.InRange(window.StdDev[4] * Math.Sqrt(2) / velocity, 0.99, 1.01);
        Assert.InRange(window.Mean[7], 990, 1010);
    }

    private static List<ClosedWindow> Run(Drifting sensor, long until)
    {
        VibrationSampler sampler = new(sensor, WindowMs);
        Random random = new(3);
        List<ClosedWindow> windows = [];
        long now = 0;
        while (now <= until)
        {
            sampler.Sample(now);
            windows.AddRange(WindowTests.Take(sampler));
            now += 40 + random.Next(31) + (random.Next(200) == 0 ? 300 : 0);
        }
        return windows;
    }

    /// <summary>An accelerometer with a clock of its own, which says one rate and makes samples at another.</summary>
    private sealed class Drifting(int nominal, Func<double, double> truthMilliHz) : IAccelerometer
    {
        private double _made;
        private long _taken;
        private long _lastMs;

        public Func<long, int> Value { get; set; } = n => (int)(n % 100);

        public long LoseFromMs { get; set; } = -1;

        public long LoseUntilMs { get; set; } = -1;

        public bool SaysHowMany { get; set; }

        public int Lost { get; private set; }

        public int RateMilliHz => nominal;

        public int NanoMetresPerCount => 38_246;

        public int AxisMask => 7;

        public SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed)
        {
            for (; _lastMs < nowMs; _lastMs++)
                _made += truthMilliHz(_lastMs) * 1e-6;
            triples = 0;
            missed = 0;
            if (nowMs >= LoseFromMs && nowMs < LoseUntilMs)
                return SaysHowMany ? SensorResult.NotReady : SensorResult.Failed;
            if (LoseUntilMs > 0 && nowMs >= LoseUntilMs)
            {
                // What a FIFO that overran still has is its newest.
                Lost = (int)(_made - _taken) - 5;
                _taken += Lost;
                missed = SaysHowMany ? Lost : 0;
                LoseUntilMs = -1;
            }
            for (; triples < maxTriples && _taken + 1 <= _made; triples++, _taken++)
            {
                for (int axis = 0; axis < 3; axis++)
                    xyz[triples * 3 + axis] = Value(_taken);
            }
            return triples == 0 ? SensorResult.NotReady : SensorResult.Ok;
        }

        public SensorResult ReadTemperature(out int centiCelsius)
        {
            centiCelsius = 2150;
            return SensorResult.Ok;
        }
    }
}
