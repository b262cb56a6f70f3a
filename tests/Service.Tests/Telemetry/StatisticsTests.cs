using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>Statistics put together from windows, against those of the samples themselves.</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(21, 0, 1)]
    [InlineData(22, 9.81, 1e-4)]
    [InlineData(23, 101_325, 0.5)]
    [InlineData(24, -1e6, 1e-3)]
    public void Equal_those_of_all_samples(int seed, double offset, double spread)
    {
        var random = new Random(seed);
        var all = new List<double>();
        var pooled = default(ChannelStatistics);
        var halves = new ChannelStatistics[2];
        double within = 0;
        double peak = 0;
        for (int window = 0; window < 300; window++)
        {
            double drift = random.NextDouble() * spread * 3;
            double[] samples = [.. Enumerable.Range(0, random.Next(1, 500))
                .Select(_ => offset + drift + Math.Pow(random.NextDouble() - 0.4, 3) * 4 * spread)];
            double mean = samples.Average();
            double squares = samples.Sum(sample => (sample - mean) * (sample - mean));
            within += squares;
            peak = Math.Max(peak, samples.Max(sample => Math.Abs(sample - mean)));
            var value = new ChannelValue(
                1, mean, samples.Min(), samples.Max(), Math.Sqrt(squares / samples.Length), samples.Length, 0, 0,
                Shape(samples, 3), Shape(samples, 4));
            pooled.Add(value, 1000);
            halves[window % 2].Add(value, 1000);
            all.AddRange(samples);
        }
        ChannelStatistics merged = halves[0];
        merged.Merge(halves[1]);

        double overall = all.Average();
        double deviation = Math.Sqrt(all.Sum(sample => (sample - overall) * (sample - overall)) / all.Count);
        foreach (ChannelStatistics statistics in (ChannelStatistics[])[pooled, merged])
        {
            Assert.Equal(all.Count, statistics.Count);
            Assert.Equal(300, statistics.Windows);
            Assert.Equal(300_000, statistics.CoveredMs);
            Near(overall, statistics.Mean, Math.Abs(overall) * 1e-13 + spread * 1e-12);
            Near(deviation, statistics.Sd, deviation * 1e-6);
            Near(Math.Sqrt(within / all.Count), statistics.Rms, deviation * 1e-6);
            Near(peak, statistics.Peak, peak * 1e-6);
            Near(peak / Math.Sqrt(within / all.Count), statistics.Crest!.Value, 1e-5);
            Near(Shape(all, 3), statistics.Skewness!.Value, 1e-4);
            Near(Shape(all, 4), statistics.Kurtosis!.Value, 1e-4);
            Assert.Equal(all.Min(), statistics.Min);
            Assert.Equal(all.Max(), statistics.Max);
        }
    }

    /// <summary>One window of a node that does not say its shape: of the whole it is not known, rather than wrong.</summary>
    [Fact]
    public void Shape_is_unknown_where_a_window_does_not_say_it()
    {
        var statistics = default(ChannelStatistics);
        statistics.Add(new ChannelValue(1, 0, -2, 2, 1, 100, 0, 0, 0.5, 3), 1000);
        Assert.Equal((0.5, 3.0, 2.0), (statistics.Skewness, statistics.Kurtosis, statistics.Crest));
        // Nothing varied: that is a shape, too.
        statistics.Add(new ChannelValue(1, 0, 0, 0, 0, 100, 0, 0), 1000);
        Assert.Equal(6.0, statistics.Kurtosis!.Value, 1e-12);
        statistics.Add(new ChannelValue(1, 0, -2, 2, 1, 1, 0, 0), 1000);
        Assert.Equal((null, null), (statistics.Skewness, statistics.Kurtosis));
        Assert.NotNull(statistics.Crest);
    }

    /// <summary>An hour that was rolled up before shapes were known is read, and says that it does not know.</summary>
    [Fact]
    public void Rollups_keep_the_shape_and_read_those_without()
    {
        var statistics = default(ChannelStatistics);
        statistics.Add(new ChannelValue(1, 0.1, -2, 2, 1, 100, 0, 0, 0.5, 3), 1000);
        statistics.Add(new ChannelValue(1, 0.2, -2, 2, 1, 50, 0, 0, -0.5, 4), 1000);
        byte[] bytes = RollupCodec.Write(new BlobWriter(), new(7, 0, new Dictionary<int, ChannelStatistics> { [3] = statistics }));
        Assert.Equal(statistics, RollupCodec.Read(7, 0, bytes).Channels[3]);
        // What the first version wrote ended with the peak.
        const int ShapeBytes = 2 + 2 * sizeof(double);
        byte[] old = bytes[..^ShapeBytes];
        old[0] = 1;
        ChannelStatistics read = RollupCodec.Read(7, 0, old).Channels[3];
        Assert.Equal((150L, statistics.Peak, statistics.Sd), (read.Count, read.Peak, read.Sd));
        Assert.Null(read.Kurtosis);
    }

    private static double Shape(IReadOnlyList<double> samples, int power)
    {
        double mean = samples.Average();
        double deviation = Math.Sqrt(samples.Average(sample => (sample - mean) * (sample - mean)));
        return deviation == 0 ? 0 : samples.Average(sample => Math.Pow((sample - mean) / deviation, power));
    }

    [Fact]
    public void Without_samples_everything_is_zero_and_nothing_is_divided_by_it()
    {
        var statistics = default(ChannelStatistics);
        statistics.Merge(default);
        statistics.Add(new ChannelValue(1, 0, 0, 0, 0, 0, 1, 0), 1000);
        Assert.Equal((0L, 1L, 0.0, 0.0), (statistics.Count, statistics.MissingWindows, statistics.Sd, statistics.Rms));
        Assert.Equal(1, statistics.Quality);
    }

    private static void Near(double expected, double actual, double tolerance) =>
        Assert.InRange(actual, expected - tolerance, expected + tolerance);
}
