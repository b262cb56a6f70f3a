using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>How much of one axis' vibration lies at which frequency.</summary>
/// <param name="Channel">The axis.</param>
/// <param name="Segments">Segments that the mean was taken over; 0: no stretch without a hole is long enough.</param>
/// <param name="Density">Amplitude spectral density at each frequency, m/s2 a root hertz.</param>
/// <param name="PeakHz">Frequency of the largest density above <see cref="Spectrum.LeastPeakHz"/>, or null.</param>
public sealed record AxisSpectrum(string Channel, int Segments, IReadOnlyList<double> Density, double? PeakHz);

/// <summary>The spectra of a capture.</summary>
/// <param name="StepHz">Distance of two frequencies; the first is 0 Hz.</param>
/// <param name="SegmentSeconds">Length of a segment.</param>
public sealed record SpectrumAnswer(
    CaptureAnswer Capture, string Unit, double StepHz, double SegmentSeconds, IReadOnlyList<AxisSpectrum> Axes);

/// <summary>
/// Welch's method (P. D. Welch, IEEE Transactions on Audio and Electroacoustics 15-2, 1967): Hann windows, half over each
/// other, mean removed. Segments never reach over a hole, so missing samples add nothing.
/// </summary>
public static class Spectrum
{
    /// <summary>Longest segment, in samples: a twelfth of a hertz at 125 Hz.</summary>
    public const int MaxSegment = 1024;

    /// <summary>Shortest segment worth its name, in samples.</summary>
    public const int MinSegment = 64;

    /// <summary>Below this lies what an accelerometer drifts by, in hertz.</summary>
    public const double LeastPeakHz = 0.5;

    /// <summary>The spectra of every axis.</summary>
    public static SpectrumAnswer Of(Waveform waveform)
    {
        double rate = waveform.Capture.RateMilliHz / 1000.0;
        int longest = waveform.Axes.SelectMany(axis => axis.Pieces).Select(piece => piece.Counts.Length).DefaultIfEmpty().Max();
        int segment = MinSegment;
        // At least three segments where the capture is long enough for them: one alone is all noise.
        while (segment < MaxSegment && segment * 4 <= longest)
            segment *= 2;
        return new SpectrumAnswer(
            Captures.Answer(waveform.Capture), "m/s2/Hz^0.5", rate / segment, segment / rate,
            [.. waveform.Axes.Select(axis => Of(axis, waveform.Capture.ScaleFactor, rate, segment))]);
    }

    private static AxisSpectrum Of(WaveformAxis axis, double scale, double rate, int segment)
    {
        double[] window = Window.HannPeriodic(segment);
        double power = rate * window.Sum(w => w * w);
        var sum = new double[(segment / 2) + 1];
        // As MathNet packs the transform of real numbers: two places more than samples.
        var data = new double[segment + 2];
        int segments = 0;
        foreach (WaveformPiece piece in axis.Pieces)
        {
            for (int at = 0; at + segment <= piece.Counts.Length; at += segment / 2)
            {
                double mean = piece.Counts.AsSpan(at, segment).ToArray().Average();
                for (int i = 0; i < segment; i++)
                    data[i] = (piece.Counts[at + i] - mean) * scale * window[i];
                Fourier.ForwardReal(data, segment, FourierOptions.NoScaling);
                for (int i = 0; i < sum.Length; i++)
                    sum[i] += ((data[2 * i] * data[2 * i]) + (data[(2 * i) + 1] * data[(2 * i) + 1])) / power;
                segments++;
            }
        }
        if (segments == 0)
            return new AxisSpectrum(axis.Channel, 0, [], null);
        var density = new double[sum.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            // Both halves of the spectrum stand in one, but for its two ends.
            double sides = i == 0 || i == sum.Length - 1 ? 1 : 2;
            density[i] = Math.Sqrt(sides * sum[i] / segments);
        }
        int first = (int)Math.Ceiling(LeastPeakHz * segment / rate);
        int peak = Enumerable.Range(first, density.Length - first).MaxBy(i => density[i]);
        return new AxisSpectrum(axis.Channel, segments, density, density[peak] > 0 ? peak * rate / segment : null);
    }
}
