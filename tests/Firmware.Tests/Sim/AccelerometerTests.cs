using System.Numerics;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>That the simulated bridge swings at its modes, over the noise of the real chip.</summary>
public sealed class AccelerometerTests
{
    // Monday, 2 March 2026, in Taipei: three in the night, and half past three in the afternoon.
    private const long NightUtcMs = 1772380800000 + (3 * 3600_000);
    private const long DayUtcMs = 1772380800000 + (long)(15.5 * 3600_000);
    private const double MicroGPerCount = 3.9;
    private const int Segment = 2048;

    [Fact]
    public void The_spectrum_has_the_modes_and_the_floor_of_the_chip()
    {
        SimBridge bridge = new(11);
        List<int>[] axes = Record(bridge, DayUtcMs, minutes: 30, out _);
        double[] vertical = Psd(axes[2]);
        BridgeMode[] modes = [.. bridge.Modes.Where(m => m.Axis == 2).OrderBy(m => m.FrequencyHz)];
        foreach (BridgeMode mode in modes)
        {
            int at = (int)Math.Round(mode.FrequencyHz / 125 * Segment);
            int peak = Enumerable.Range(at - 12, 25).MaxBy(i => vertical[i]);
            Assert.InRange(peak * 125.0 / Segment, mode.FrequencyHz * 0.96, mode.FrequencyHz * 1.04);
            double beside = (vertical[at - 40 < 8 ? at + 40 : at - 40] + vertical[at + 40]) / 2;
            Assert.True(vertical[peak] > 5 * beside, $"{mode}: {vertical[peak]} at the peak, {beside} beside it");
        }
        double[] along = Psd(axes[0]);
        double floor = Math.Sqrt(along.Skip((int)(45.0 / 125 * Segment)).Take((int)(15.0 / 125 * Segment)).Average());
        Assert.InRange(floor, 22.5 * 0.9, 22.5 * 1.3);
    }

    [Fact]
    public void Gravity_is_on_z_and_a_quiet_night_is_noise()
    {
        List<int>[] axes = Record(new SimBridge(11), NightUtcMs, minutes: 10, out int missed);
        Assert.Equal(0, missed);
        Assert.Equal(10 * 60 * 125 + 1, axes[2].Count);
        Assert.InRange(axes[2].Average() * MicroGPerCount / 1e6, 0.94, 1.06);
        Assert.InRange(axes[0].Average() * MicroGPerCount / 1e6, -0.08, 0.08);
        // 22.5 micro-g/sqrt(Hz) over 62.5 Hz.
        double noise = 22.5 * Math.Sqrt(62.5);
        Assert.InRange(Deviation(axes[0]) * MicroGPerCount, noise * 0.97, noise * 1.5);
    }

    [Fact]
    public void Traffic_by_day_shakes_more_than_the_night_and_stays_below_a_tenth_of_g()
    {
        SimBridge bridge = new(5);
        double day = Deviation(Record(bridge, DayUtcMs, 20, out _)[2]);
        List<int> night = Record(bridge, NightUtcMs, 20, out _)[2];
        Assert.True(day > 1.5 * Deviation(night), $"{day} by day, {Deviation(night)} at night");
        int middle = (int)night.Average();
        Assert.All(night, z => Assert.InRange((z - middle) * MicroGPerCount, -100_000, 100_000));
    }

    [Fact]
    public void Nodes_of_one_bridge_feel_the_same_vehicles()
    {
        SimBridge bridge = new(5);
        double[] Loudness(ulong seed, double place)
        {
            List<int> z = Record(bridge, DayUtcMs, 20, out _, seed, place)[2];
            return [.. z.Chunk(1250).Where(c => c.Length == 1250).Select(c => Math.Log(Deviation([.. c])))];
        }

        double[] a = Loudness(1, 0.3);
        double[] b = Loudness(2, 0.4);
        double[] elsewhere = [.. Record(new SimBridge(6), DayUtcMs, 20, out _, 2, 0.4)[2]
            .Chunk(1250).Where(c => c.Length == 1250).Select(c => Math.Log(Deviation([.. c])))];
        Assert.InRange(Correlation(a, b), 0.6, 1);
        Assert.InRange(Correlation(a, elsewhere), -0.4, 0.4);
    }

    [Fact]
    public void The_same_seed_gives_the_same_samples_however_they_are_drained()
    {
        static List<int> Run(ulong seed, int stepMs)
        {
            VirtualClock clock = new(DayUtcMs);
            SimAccelerometer sensor = new(clock, new SimBridge(1), seed);
            List<int> all = [];
            int[] xyz = new int[96];
            for (int t = 0; t <= 8000; t += stepMs)
            {
                clock.AdvanceTo(DayUtcMs + t);
                while (sensor.Drain(t, xyz, 32, out int triples, out int missed) == SensorResult.Ok)
                {
                    Assert.Equal(0, missed);
                    all.AddRange(xyz.Take(3 * triples));
                }
            }
            return all;
        }

        Assert.Equal(Run(3, 40), Run(3, 200));
        Assert.NotEqual(Run(3, 40), Run(4, 40));
    }

    [Fact]
    public void A_queue_that_is_not_drained_loses_its_oldest_and_says_how_many()
    {
        VirtualClock clock = new(DayUtcMs);
        SimAccelerometer sensor = new(clock, new SimBridge(1), 1);
        int[] xyz = new int[96];
        clock.AdvanceTo(DayUtcMs + 1000);
        Assert.Equal(SensorResult.Ok, sensor.Drain(1000, xyz, 32, out int triples, out int missed));
        Assert.Equal(32, triples);
        Assert.Equal(126 - 32, missed);
        Assert.Equal(SensorResult.NotReady, sensor.Drain(1000, xyz, 32, out triples, out missed));
        Assert.Equal((0, 0), (triples, missed));
    }

    [Fact]
    public void Faults_show_as_real_ones_do()
    {
        VirtualClock clock = new(DayUtcMs);
        SimAccelerometer sensor = new(clock, new SimBridge(1), 1) { Fault = SensorFault.Failed };
        int[] xyz = new int[96];
        clock.AdvanceTo(DayUtcMs + 200);
        Assert.Equal(SensorResult.Failed, sensor.Drain(200, xyz, 32, out _, out _));
        Assert.Equal(SensorResult.Failed, sensor.ReadTemperature(out _));
        sensor.Fault = SensorFault.Stuck;
        Assert.Equal(SensorResult.Ok, sensor.Drain(200, xyz, 32, out int triples, out _));
        Assert.Single(xyz.Take(3 * triples).Where((_, i) => i % 3 == 2).Distinct());
        sensor.Fault = SensorFault.None;
        Assert.Equal(SensorResult.Ok, sensor.ReadTemperature(out int centiCelsius));
        Assert.InRange(centiCelsius, 1000, 4500);
    }

    private static List<int>[] Record(
        SimBridge bridge, long startUtcMs, int minutes, out int missed, ulong seed = 9, double place = 0.31)
    {
        VirtualClock clock = new(startUtcMs);
        SimAccelerometer sensor = new(clock, bridge, seed, new AccelerometerMount(place));
        List<int>[] axes = [[], [], []];
        int[] xyz = new int[96];
        missed = 0;
        for (int t = 0; t <= minutes * 60_000; t += 200)
        {
            clock.AdvanceTo(startUtcMs + t);
            while (sensor.Drain(t, xyz, 32, out int triples, out int lost) == SensorResult.Ok)
            {
                missed += lost;
                for (int i = 0; i < triples * 3; i++)
                    axes[i % 3].Add(xyz[i]);
            }
        }
        return axes;
    }

    private static double Deviation(List<int> values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average();
        double meanB = b.Average();
        double ab = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return ab / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    /// <summary>Welch's method, Hann window, half overlap: micro-g squared a hertz.</summary>
    private static double[] Psd(List<int> counts)
    {
        double mean = counts.Average();
        double[] psd = new double[Segment / 2];
        double[] window = [.. Enumerable.Range(0, Segment).Select(i => 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Segment)))];
        double power = window.Sum(w => w * w);
        int segments = 0;
        for (int from = 0; from + Segment <= counts.Count; from += Segment / 2, segments++)
        {
            Complex[] x = [.. Enumerable.Range(0, Segment).Select(i => new Complex(window[i] * (counts[from + i] - mean) * MicroGPerCount, 0))];
            Transform(x);
            for (int i = 0; i < psd.Length; i++)
                psd[i] += 2 * x[i].Magnitude * x[i].Magnitude / (125 * power);
        }
        return [.. psd.Select(p => p / segments)];
    }

    // Radix 2, in place.
    private static void Transform(Complex[] x)
    {
        for (int i = 1, j = 0; i < x.Length; i++)
        {
            int bit = x.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
                j ^= bit;
            j ^= bit;
            if (i < j)
                (x[i], x[j]) = (x[j], x[i]);
        }
        for (int length = 2; length <= x.Length; length <<= 1)
        {
            Complex step = Complex.FromPolarCoordinates(1, -2 * Math.PI / length);
            for (int from = 0; from < x.Length; from += length)
            {
                Complex turn = Complex.One;
                for (int k = 0; k < length / 2; k++, turn *= step)
                {
                    Complex a = x[from + k];
                    Complex b = x[from + k + (length / 2)] * turn;
                    x[from + k] = a + b;
                    x[from + k + (length / 2)] = a - b;
                }
            }
        }
    }
}
