using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Waveforms;

namespace EdgeFleet.Service.Tests.Waveforms;

/// <summary>Spectra held to what follows from the signal alone: Parseval's theorem, and where its tones are.</summary>
public sealed class SpectrumTests
{
    private const double Rate = 125;
    private const double Scale = 38_246e-9;

    [Theory]
    [InlineData(3.3)]
    [InlineData(10.79)]
    [InlineData(41.0)]
    public void A_tone_stands_where_it_is_and_has_its_power(double hertz)
    {
        // 0.02 m/s2 over gravity.
        int[] counts = [.. Enumerable.Range(0, 8000).Select(
            i => (int)Math.Round((9.80665 + (0.02 * Math.Sin(2 * Math.PI * hertz * i / Rate))) / Scale))];
        SpectrumAnswer found = Spectrum.Of(Waveform(new WaveformPiece(0, counts)));
        AxisSpectrum axis = Assert.Single(found.Axes);
        Assert.Equal(Rate / 1024, found.StepHz, 12);
        Assert.Equal(14, axis.Segments);
        Assert.InRange(axis.PeakHz!.Value, hertz - found.StepHz, hertz + found.StepHz);
        double power = axis.Density.Sum(density => density * density) * found.StepHz;
        Assert.Equal(0.02 * 0.02 / 2, power, 0.0002 * 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_power_of_noise_is_its_variance(int seed)
    {
        var random = new Random(seed);
        int[] counts = [.. Enumerable.Range(0, 100_000).Select(_ => random.Next(-10_000, 10_001))];
        SpectrumAnswer found = Spectrum.Of(Waveform(new WaveformPiece(0, counts)));
        double variance = counts.Average(count => count * Scale * count * Scale);
        double power = found.Axes[0].Density.Sum(density => density * density) * found.StepHz;
        Assert.InRange(power / variance, 0.98, 1.02);
        // White: each half of the band has half of it.
        double low = found.Axes[0].Density.Take(257).Sum(density => density * density) * found.StepHz;
        Assert.InRange(low / power, 0.48, 0.52);
    }

    [Fact]
    public void Segments_do_not_reach_over_holes_and_short_stretches_have_no_spectrum()
    {
        int[] tone = [.. Enumerable.Range(0, 400).Select(i => (int)(10_000 * Math.Sin(2 * Math.PI * 5 * i / Rate)))];
        SpectrumAnswer holed = Spectrum.Of(Waveform(new WaveformPiece(0, tone), new WaveformPiece(1000, tone)));
        // 400 samples hold at least three segments of 128, half over each other: 5 in each piece.
        Assert.Equal(Rate / 128, holed.StepHz, 12);
        Assert.Equal(10, holed.Axes[0].Segments);
        Assert.InRange(holed.Axes[0].PeakHz!.Value, 4, 6);

        SpectrumAnswer none = Spectrum.Of(Waveform(new WaveformPiece(0, tone[..63]), new WaveformPiece(100, tone[..63])));
        Assert.Equal(0, none.Axes[0].Segments);
        Assert.Empty(none.Axes[0].Density);
        Assert.Null(none.Axes[0].PeakHz);
    }

    [Fact]
    public void An_axis_that_stands_still_has_no_peak()
    {
        SpectrumAnswer found = Spectrum.Of(Waveform(new WaveformPiece(0, new int[500])));
        Assert.Null(found.Axes[0].PeakHz);
        Assert.All(found.Axes[0].Density, density => Assert.Equal(0, density));
    }

    private static Waveform Waveform(params WaveformPiece[] pieces)
    {
        int span = (int)pieces[^1].First + pieces[^1].Counts.Length;
        StoredCapture capture = new(
            new CaptureKey("bridge-1", 1, 1), 0, "Synchronised", 125_000, new DecimalValue(38_246, -9), 0, 1, 1, span, 0);
        return new Waveform(capture, [new WaveformAxis(2, [], pieces)]);
    }
}
