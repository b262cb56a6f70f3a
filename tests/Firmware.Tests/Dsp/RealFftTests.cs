using System.Numerics;
using EdgeFleet.Firmware.Dsp;
using MathNet.Numerics.IntegralTransforms;

namespace EdgeFleet.Firmware.Tests.Dsp;

/// <summary>The board's transform against the definition, against Parseval's theorem and against another library's.</summary>
public sealed class RealFftTests
{
    public static TheoryData<int> Lengths => [16, 32, 64, 256, 512, 1024, 2048, 4096];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Powers_are_those_of_the_transforms_definition(int length)
    {
        int[] samples = Samples(length, 1);
        // Full length of the definition is O(n^2); some bins of the long ones are enough, the next test has all.
        float[] powers = Powers(new RealFft(length), samples, 7);
        double scale = samples.Sum(v => (double)v * v);
        for (int k = 0; k <= length / 2; k += Math.Max(1, length / 128))
        {
            Complex sum = 0;
            for (int i = 0; i < length; i++)
                sum += samples[i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * k * i / length);
            Assert.Equal(sum.Magnitude * sum.Magnitude, powers[k], 4e-6 * scale);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Powers_are_those_of_another_library(int length)
    {
        int[] samples = Samples(length, 2);
        float[] powers = Powers(new RealFft(4096), samples, 100);
        Complex[] expected = [.. samples.Select(v => new Complex(v, 0))];
        Fourier.Forward(expected, FourierOptions.AsymmetricScaling);
        double mean = samples.Sum(v => (double)v * v);
        for (int k = 0; k <= length / 2; k++)
        {
            double amplitude = Math.Sqrt(powers[k]);
            Assert.Equal(expected[k].Magnitude, amplitude, 2e-6 * Math.Sqrt(mean));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Energy_is_the_same_in_time_and_frequency(int length)
    {
        int[] samples = Samples(length, 3);
        float[] powers = Powers(new RealFft(length), samples, 33);
        double inTime = samples.Sum(v => (double)v * v);
        double both = powers.Skip(1).Take((length / 2) - 1).Sum(p => (double)p);
        double inFrequency = (powers[0] + powers[length / 2] + (2 * both)) / length;
        Assert.Equal(1, inFrequency / inTime, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(100_000)]
    public void The_size_of_the_pieces_changes_nothing(int butterflies)
    {
        int[] samples = Samples(2048, 4);
        Assert.Equal(Powers(new RealFft(2048), samples, 64), Powers(new RealFft(2048), samples, butterflies));
    }

    [Fact]
    public void A_piece_is_no_larger_than_asked()
    {
        RealFft fft = new(2048);
        int[] samples = Samples(2048, 5);
        fft.Load(samples, 0, 2048);
        int pieces = 0;
        for (; !fft.IsDone; pieces++)
            fft.Step(256);
        // 1,024 complex points: 10 stages of 512 butterflies.
        Assert.Equal(20, pieces);
    }

    [Fact]
    public void The_window_is_Hanns_and_takes_the_mean_out()
    {
        int[] samples = [.. Samples(1024, 6).Select(v => v + 256_000)];
        double whole = samples.Average(v => (double)v);
        int mean = (int)whole;
        float rest = (float)(whole - mean);
        RealFft fft = new(1024);
        for (int at = 0; at < 1024; at += 64)
            fft.LoadHann(samples, at, 64, mean, rest);
        while (!fft.IsDone)
            fft.Step(50);
        float[] powers = new float[513];
        fft.AddPowers(powers, 0, 256);
        Complex[] expected = [.. samples.Select((v, i) =>
            new Complex((v - whole) * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / 1024))), 0))];
        Fourier.Forward(expected, FourierOptions.AsymmetricScaling);
        double size = Math.Sqrt(expected.Sum(c => c.Magnitude * c.Magnitude) / 1024);
        for (int k = 0; k <= 512; k++)
            Assert.Equal(expected[k].Magnitude, Math.Sqrt(powers[k]), 4e-6 * size);
    }

    private static int[] Samples(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(-500_000, 500_001))];
    }

    private static float[] Powers(RealFft fft, int[] samples, int butterflies)
    {
        fft.Begin(samples.Length);
        for (int at = 0; at < samples.Length; at += 16)
            fft.Load(samples, at, 16);
        while (!fft.IsDone)
            fft.Step(butterflies);
        float[] powers = new float[(samples.Length / 2) + 1];
        fft.AddPowers(powers, 0, samples.Length / 8);
        fft.AddPowers(powers, (samples.Length / 8) + 1, samples.Length / 4);
        return powers;
    }
}
