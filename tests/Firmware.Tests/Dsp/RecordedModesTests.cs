using System.Numerics;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Tests.Core;
using EdgeFleet.Firmware.Tests.Sim;
using MathNet.Numerics.IntegralTransforms;

namespace EdgeFleet.Firmware.Tests.Dsp;

/// <summary>The natural frequencies of a real bridge, through a whole node, and its spectrum against another library's.</summary>
public sealed class RecordedModesTests
{
    private const int Rate = 100;
    private const int Segment = 2048;

    // Published with the recording: Welch, Hann 2048, half overlap.
    private static readonly (double Hertz, double Within)[] Published = [(10.79, 0.05), (16.26, 0.1), (13.62, 0.1)];

    /// <summary>Nobody told the node where to look: strongest first.</summary>
    [Fact]
    public void A_node_finds_the_modes_of_the_Munich_bridge_by_itself()
    {
        ModalBench bench = Replay(_ => { });
        for (int mode = 0; mode < 3; mode++)
        {
            double found = Assert.Single(bench.Mode(mode + 1));
            Assert.Equal(Published[mode].Hertz, found, Published[mode].Within);
            Assert.Equal("Hz", bench.Records.First(r => r.Name.EndsWith("/f" + (mode + 1), StringComparison.Ordinal)).Unit);
        }
        double[] amplitudes = [.. Enumerable.Range(0, 3).Select(m => bench.Modes.Mode(m).Amplitude)];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{string.Join(' ', Enumerable.Range(1, 4).SelectMany(bench.Mode))} Hz, {string.Join(' ', amplitudes)} um/s2");
        // The recording's RMS is 151 micro-g, 1,481 um/s2: most of it is in the strongest mode.
        Assert.InRange(amplitudes[0], 600, 1300);
        Assert.True(amplitudes[0] > amplitudes[1] && amplitudes[0] > amplitudes[2]);
        Assert.Equal(0, bench.Modes.Skipped);
        Assert.Empty(bench.Drifts);
    }

    [Fact]
    public void A_node_finds_the_modes_of_the_Munich_bridge_in_the_bands_it_is_given()
    {
        ModalBench bench = Replay(modes =>
        {
            modes.BandCount = 3;
            (modes.LowMilliHz[0], modes.HighMilliHz[0]) = (9500, 12_000);
            (modes.LowMilliHz[1], modes.HighMilliHz[1]) = (15_000, 18_000);
            (modes.LowMilliHz[2], modes.HighMilliHz[2]) = (13_200, 14_800);
        });
        for (int mode = 0; mode < 3; mode++)
            Assert.Equal(Published[mode].Hertz, Assert.Single(bench.Mode(mode + 1)), Published[mode].Within);
        Assert.Empty(bench.Mode(4));
    }

    /// <summary>
    /// Power spectral density as it is published for Welch's method, such as in SciPy: segments less their mean, times a
    /// periodic Hann window, 2 |X|^2 / (rate x sum of the window's squares), averaged.
    /// </summary>
    [Fact]
    public void The_spectrum_is_the_one_that_another_library_makes()
    {
        int[] counts = Counts();
        SegmentBuffer buffer = new(Segment);
        WelchSpectrum welch = new(Segment);
        int[] xyz = new int[3 * 25];
        for (int at = 0; at < counts.Length; at += 25)
        {
            for (int i = 0; i < 25; i++)
                xyz[(3 * i) + 1] = counts[at + i];
            buffer.Add(xyz, 1, 25);
            for (int piece = 0; piece < 7; piece++)
                welch.Step(buffer);
        }
        for (int piece = 0; piece < 100; piece++)
            welch.Step(buffer);
        double[] expected = Expected(counts, out int segments);
        Assert.Equal(segments, welch.Averages);
        Assert.Equal(0, buffer.Skipped);
        double worst = 0;
        for (int k = 1; k <= Segment / 2; k++)
            worst = Math.Max(worst, Math.Abs((welch.Density(k, Rate) / expected[k]) - 1));
        TestContext.Current.TestOutputHelper!.WriteLine($"worst bin off by {worst:e1}");
        Assert.InRange(worst, 0, 1e-4);
    }

    private static double[] Expected(int[] counts, out int segments)
    {
        double[] density = new double[(Segment / 2) + 1];
        segments = 0;
        double[] window = [.. Enumerable.Range(0, Segment).Select(i => 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Segment)))];
        double squares = window.Sum(w => w * w);
        for (int from = 0; from + Segment <= counts.Length; from += Segment / 2, segments++)
        {
            double mean = counts.Skip(from).Take(Segment).Average(v => (double)v);
            Complex[] x = [.. Enumerable.Range(0, Segment).Select(i => new Complex((counts[from + i] - mean) * window[i], 0))];
            Fourier.Forward(x, FourierOptions.AsymmetricScaling);
            for (int k = 0; k < density.Length; k++)
                density[k] += x[k].Magnitude * x[k].Magnitude * (k == 0 || k == Segment / 2 ? 1 : 2) / (Rate * squares);
        }
        for (int k = 0; k < density.Length; k++)
            density[k] /= segments;
        return density;
    }

    private static int[] Counts() =>
        BridgeRecording.Load(SharedData.File("bridge/munich-unibw-2022-04-11-100hz.csv.gz")).Counts;

    /// <summary>A node that lives through the recording, and makes one spectrum of it.</summary>
    private static ModalBench Replay(Action<ModesConfig> change)
    {
        int[] counts = Counts();
        long begin = long.MaxValue;
        TestAccelerometer sensor = new()
        {
            RateMilliHz = Rate * 1000,
            AxisMask = 4,
            Value = (n, axis) => axis == 2 && n >= begin && n < begin + counts.Length ? counts[n - begin] : 0,
        };
        ModalBench bench = new ModalBench(sensor).Online();
        bench.Configure(modes =>
        {
            modes.Averages = 69;
            change(modes);
        });
        begin = bench.NowMs * Rate / 1000;
        bench.Run(760_000);
        return bench;
    }
}
