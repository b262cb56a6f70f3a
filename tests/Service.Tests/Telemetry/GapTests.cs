using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class GapTests
{
    [Fact]
    public async Task Each_gap_says_why()
    {
        await using Bench bench = await Bench.RunningAsync();
        // 1-3 come; 4-6 are dropped; 7-8 come; 9 is on its way; 10 comes; power is off; 11 comes; 12-13 wait.
        await bench.ProjectAsync(Messages.Telemetry(
            "a", Bench.At(40), W(1, 0), W(2, 1), W(3, 2), W(7, 6), W(8, 7), W(10, 9), W(11, 30)));
        await bench.ProjectAsync(Messages.Of("a", TopicKind.State, Bench.At(41), Messages.State(new ReportedState
        {
            Boots = 1,
            Sequence = 1,
            Epoch = 7,
            HardwareId = "a0b1c2d3e4f5",
            FirmwareVersion = "1.0.0",
            WindowsProduced = 13,
            WindowsDropped = 3,
            DroppedFirst = 4,
            DroppedLast = 6,
        })));
        await foreach (RejectedPayload row in bench.Store.ReadRejectedAsync(null, 1, CancellationToken.None))
            Assert.Fail(row.Error);
        bench.Time.Advance(TimeSpan.FromMinutes(42));
        await bench.RestartAsync();

        GapAnswer gaps = (await bench.Gaps.GapsAsync("a", Bench.Range(0, 60), CancellationToken.None)).Value!;
        Assert.Equal(
            [(4u, 6u, GapFate.DroppedByNode), (9u, 9u, GapFate.NotYetReceived), (12u, 13u, GapFate.NotYetReceived)],
            gaps.Sequences.Select(gap => (gap.First, gap.Last, gap.Fate)));
        Assert.Equal(
            [
                (Bench.At(3), Bench.At(6), 3L, GapFate.DroppedByNode), (Bench.At(8), Bench.At(9), 1L, GapFate.NotYetReceived),
                (Bench.At(10), Bench.At(30), 0L, GapFate.NotSampled), (Bench.At(31), Bench.At(42), 2L, GapFate.NotYetReceived),
            ],
            gaps.Times.Select(Flat));
        DeviceStats stats = bench.Counts.Device("a")!;
        Assert.Equal((7, 13, 3, 3), (stats.WindowsStored, stats.WindowsProduced, stats.WindowsDropped, stats.WindowsMissing));
    }

    [Fact]
    public async Task A_gap_that_began_before_the_range_is_cut_to_it()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(40), W(1, 0), W(2, 20)));
        GapAnswer gaps = (await bench.Gaps.GapsAsync("a", Bench.Range(10, 21), CancellationToken.None)).Value!;
        Assert.Equal([(Bench.At(10), Bench.At(20), 0L, GapFate.NotSampled)], gaps.Times.Select(Flat));
    }

    [Fact]
    public async Task A_gap_closes_when_the_late_window_comes()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(5), W(1, 0), W(3, 2)));
        Assert.Single((await bench.Gaps.GapsAsync("a", Bench.Range(0, 3), CancellationToken.None)).Value!.Times);
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(6), W(2, 1)));
        GapAnswer gaps = (await bench.Gaps.GapsAsync("a", Bench.Range(0, 3), CancellationToken.None)).Value!;
        Assert.Empty(gaps.Times);
        Assert.Empty(gaps.Sequences);
    }

    [Fact]
    public async Task A_chart_of_single_windows_shows_the_gap_as_an_empty_bucket()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(40), W(1, 0), W(2, 1), W(3, 10)));
        BucketSeries series = (await bench.Queries.PointsAsync(
            "a", "pm25", null, Bench.Range(0, 20), 100, CancellationToken.None)).Value!;
        Assert.Null(series.IntervalMs);
        Assert.Equal([true, true, false, true], series.Buckets.Select(bucket => bucket.Mean is not null));
        Assert.Equal((Bench.At(2), Bench.At(10)), (Ms(series.Buckets[2].Start), Ms(series.Buckets[2].End)));
        // With fewer points than windows the buckets are longer ones.
        series = (await bench.Queries.PointsAsync(
            "a", "pm25", null, Bench.Range(0, 20), 2, CancellationToken.None)).Value!;
        Assert.InRange(series.Buckets.Count, 1, 2);
        Assert.Equal(3, series.Buckets.Sum(bucket => bucket.Windows));
    }

    private static SentWindow W(uint sequence, int minute) =>
        new(7, sequence, Bench.At(minute), 60_000, 0, Messages.Pm25(1000));

    private static (long, long, long, GapFate) Flat(TimeGap gap) => (Ms(gap.From), Ms(gap.To), gap.MissingWindows, gap.Fate);

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
