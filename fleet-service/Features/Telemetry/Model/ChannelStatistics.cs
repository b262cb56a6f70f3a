namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Statistics over windows of one channel, exact from the windows' own: means and deviations are weighted by samples.
/// Parts are put together pairwise (Chan, Golub and LeVeque 1979), which does not cancel the way sums of squares do.
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
        Merge(new ChannelStatistics
        {
            Windows = 1,
            Count = value.Count,
            Mean = value.Mean,
            SquaresAboutMean = squares,
            SquaresWithin = squares,
            Min = value.Min,
            Max = value.Max,
            Peak = Math.Max(value.Max - value.Mean, value.Mean - value.Min),
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
        SquaresAboutMean += other.SquaresAboutMean + apart * apart * ((double)Count / count) * other.Count;
        Mean = Count == 0 ? other.Mean : Mean + apart * ((double)other.Count / count);
        Count = count;
    }
}
