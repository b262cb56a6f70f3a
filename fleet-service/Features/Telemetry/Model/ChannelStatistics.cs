namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Statistics over windows of one channel, exact from the windows' own: means and deviations are weighted by samples.
/// Parts are put together pairwise (Chan, Golub and LeVeque 1979; third and fourth moments: Pebay, Sandia report
/// SAND2008-6212), which does not cancel the way sums of powers do.
/// </summary>
public struct ChannelStatistics
{
    /// <summary>Windows with a value.</summary>
    public long Windows;

    /// <summary>Windows in which the channel had no value.</summary>
    public long MissingWindows;

    /// <summary>Samples.</summary>
    public long Count;

    /// <summary>Mean of the samples.</summary>
    public double Mean;

    /// <summary>Sum of the samples' squared deviations from <see cref="Mean"/>.</summary>
    public double SquaresAboutMean;

    /// <summary>Samples of windows whose skewness and kurtosis are known, or in which nothing varied.</summary>
    public long ShapeCount;

    /// <summary>Sum of the samples' cubed deviations from <see cref="Mean"/>; counts where all shapes are known.</summary>
    public double CubesAboutMean;

    /// <summary>Sum of the fourth powers of the samples' deviations from <see cref="Mean"/>; as the cubes.</summary>
    public double FourthsAboutMean;

    /// <summary>Sum of the samples' squared deviations, each from the mean of its own window.</summary>
    public double SquaresWithin;

    /// <summary>Smallest sample.</summary>
    public double Min;

    /// <summary>Largest sample.</summary>
    public double Max;

    /// <summary>Largest deviation of a sample from the mean of its window.</summary>
    public double Peak;

    /// <summary>All quality flags of the windows together.</summary>
    public int Quality;

    /// <summary>Time that windows with a value cover, in milliseconds.</summary>
    public long CoveredMs;

    /// <summary>Standard deviation of all samples about their mean; 0 without samples.</summary>
    public readonly double Sd => Count == 0 ? 0 : Math.Sqrt(SquaresAboutMean / Count);

    /// <summary>
    /// Root mean square of the samples about their windows' means: the alternating part, without offset, drift or
    /// gravity. 0 without samples.
    /// </summary>
    public readonly double Rms => Count == 0 ? 0 : Math.Sqrt(SquaresWithin / Count);

    /// <summary>Peak over root mean square, both about the windows' means; null where nothing varied.</summary>
    public readonly double? Crest => Rms > 0 ? Peak / Rms : null;

    /// <summary>Skewness of all samples; null where nothing varied, or of some windows it is not known.</summary>
    public readonly double? Skewness => HasShape ? CubesAboutMean / Count / Math.Pow(SquaresAboutMean / Count, 1.5) : null;

    /// <summary>Kurtosis of all samples about their mean, 3 for a normal distribution; null as the skewness.</summary>
    public readonly double? Kurtosis => HasShape ? FourthsAboutMean / SquaresAboutMean / SquaresAboutMean * Count : null;

    private readonly bool HasShape => Count != 0 && ShapeCount == Count && SquaresAboutMean > 0;

    /// <summary>Adds a window's word on the channel.</summary>
    public void Add(in ChannelValue value, int durationMs)
    {
        Quality |= value.Quality;
        if (value.Count == 0)
        {
            MissingWindows++;
            return;
        }
        double squares = value.Count * value.Sd * value.Sd;
        bool shaped = value.Kurtosis > 0 || value.Sd == 0;
        Merge(new ChannelStatistics
        {
            Windows = 1,
            Count = value.Count,
            Mean = value.Mean,
            SquaresAboutMean = squares,
            SquaresWithin = squares,
            ShapeCount = shaped ? value.Count : 0,
            CubesAboutMean = value.Skewness * squares * value.Sd,
            FourthsAboutMean = value.Kurtosis * squares * value.Sd * value.Sd,
            Min = value.Min,
            Max = value.Max,
            Peak = value.Peak,
            CoveredMs = durationMs,
        });
    }

    /// <summary>Adds what was put together elsewhere; the samples must be others.</summary>
    public void Merge(in ChannelStatistics other)
    {
        Quality |= other.Quality;
        MissingWindows += other.MissingWindows;
        if (other.Count == 0)
            return;
        Min = Count == 0 ? other.Min : Math.Min(Min, other.Min);
        Max = Count == 0 ? other.Max : Math.Max(Max, other.Max);
        Peak = Math.Max(Peak, other.Peak);
        Windows += other.Windows;
        CoveredMs += other.CoveredMs;
        SquaresWithin += other.SquaresWithin;
        double apart = other.Mean - Mean;
        long count = Count + other.Count;
        double part = (double)other.Count / count;
        double rest = (double)Count / count;
        double between = apart * apart * rest * other.Count;
        ShapeCount += other.ShapeCount;
        FourthsAboutMean += other.FourthsAboutMean
            + between * apart * apart * (rest * rest - rest * part + part * part)
            + 6 * apart * apart * (rest * rest * other.SquaresAboutMean + part * part * SquaresAboutMean)
            + 4 * apart * (rest * other.CubesAboutMean - part * CubesAboutMean);
        CubesAboutMean += other.CubesAboutMean + between * apart * (rest - part)
            + 3 * apart * (rest * other.SquaresAboutMean - part * SquaresAboutMean);
        SquaresAboutMean += other.SquaresAboutMean + between;
        Mean = Count == 0 ? other.Mean : Mean + apart * part;
        Count = count;
    }
}
