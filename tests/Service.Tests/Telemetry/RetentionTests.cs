using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class RetentionTests
{
    private const int Minutes = 5 * 60 + 17;

    [Fact]
    public async Task Hours_say_the_same_as_the_windows_that_they_replace()
    {
        await using Bench bench = await Bench.RunningAsync();
        SentWindow[] windows = await FillAsync(bench);
        BucketSeries before = await HoursAsync(bench);
        Assert.False(before.RolledUp);

        bench.Options.RawDays = 2;
        bench.Time.Advance(TimeSpan.FromDays(2) + TimeSpan.FromHours(3.5));
        Assert.Equal(3 * 60 - 1, await bench.Retention.PassAsync(CancellationToken.None));
        Assert.Equal(0, await bench.Retention.PassAsync(CancellationToken.None));

        BucketSeries after = await HoursAsync(bench);
        Assert.True(after.RolledUp);
        Same(before, after);
        Assert.Equal(windows.Length - (3 * 60 - 1), (await bench.WindowsAsync("a")).Count);
        Assert.Equal(windows.Length, bench.Counts.Device("a")!.WindowsStored);
    }

    [Fact]
    public async Task Late_windows_join_their_hour_and_repeated_ones_do_not()
    {
        await using Bench bench = await Bench.RunningAsync();
        SentWindow[] windows = await FillAsync(bench, late: window => window.Sequence % 7 == 0);
        bench.Options.RawDays = 2;
        bench.Time.Advance(TimeSpan.FromDays(3));
        await bench.Retention.PassAsync(CancellationToken.None);
        Assert.Empty(await bench.WindowsAsync("a"));

        // Everything comes again, and with it what was missing.
        await bench.ProjectAsync([.. windows.Chunk(30).Select(part => Messages.Telemetry("a", bench.Time.NowMs, part))]);
        Assert.Equal(windows.Length / 7, (await bench.WindowsAsync("a")).Count);
        BucketSeries mixed = await HoursAsync(bench);
        await bench.Retention.PassAsync(CancellationToken.None);
        BucketSeries rolledUp = await HoursAsync(bench);

        await using Bench fresh = await Bench.RunningAsync();
        await FillAsync(fresh);
        BucketSeries expected = await HoursAsync(fresh);
        Same(expected, mixed);
        Same(expected, rolledUp);
        Assert.Equal(windows.Length, bench.Counts.Device("a")!.WindowsStored);
    }

    [Fact]
    public async Task Rollups_and_events_end_as_well()
    {
        await using Bench bench = await Bench.RunningAsync();
        await FillAsync(bench);
        await bench.ProjectAsync(Messages.Of("a", TopicKind.Event, Bench.At(1), Messages.Event(
            new NodeEvent { Epoch = 1, Sequence = 1, Type = EventType.Boot, TimeMs = Bench.At(0) })));
        bench.Options.RawDays = 1;
        bench.Options.RollupDays = 2;
        bench.Options.EventDays = 2;
        bench.Time.Advance(TimeSpan.FromDays(4));
        await bench.Retention.PassAsync(CancellationToken.None);
        Assert.All((await HoursAsync(bench)).Buckets, bucket => Assert.Null(bucket.Mean));
        Assert.Empty(await bench.Reports.EventsAsync(null, Bench.Range(-10, 10), null, null, 10, CancellationToken.None));
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(30, 20, 10)]
    [InlineData(30, 40, 0)]
    public void Settings_out_of_range_are_named(int rawDays, int rollupDays, int eventDays) => Assert.NotNull(
        new TelemetryOptions { RawDays = rawDays, RollupDays = rollupDays, EventDays = eventDays }.Fault());

    private static async Task<SentWindow[]> FillAsync(Bench bench, Func<SentWindow, bool>? late = null)
    {
        var random = new Random(3);
        // Minute 90 is missing: an hour with a gap must stay one.
        SentWindow[] windows = [.. Enumerable.Range(0, Minutes).Where(minute => minute != 90).Select(
            (minute, i) => new SentWindow(
                1, (uint)i + 1, Bench.At(minute), 60_000, 0, Messages.Pm25(random.Next(5000), random.Next(1, 60))))];
        await bench.ProjectAsync([.. windows.Where(window => late?.Invoke(window) != true).Chunk(30)
            .Select(part => Messages.Telemetry("a", Bench.At(Minutes), part))]);
        return windows;
    }

    private static async Task<BucketSeries> HoursAsync(Bench bench) => (await bench.Queries.BucketsAsync(
        "a", "pm25", null, Bench.Range(-60, 7 * 60), 3_600_000, null, CancellationToken.None)).Value!;

    private static void Same(BucketSeries expected, BucketSeries actual)
    {
        Assert.Equal(expected.Buckets.Count, actual.Buckets.Count);
        foreach ((Bucket one, Bucket other) in expected.Buckets.Zip(actual.Buckets))
        {
            Assert.Equal(
                (one.Start, one.End, one.Windows, one.Count, one.Min, one.Max, one.Peak, one.CoveredMs),
                (other.Start, other.End, other.Windows, other.Count, other.Min, other.Max, other.Peak, other.CoveredMs));
            Assert.Equal(one.Mean is null, other.Mean is null);
            Assert.Equal(one.Mean ?? 0, other.Mean ?? 0, 10);
            Assert.Equal(one.Sd ?? 0, other.Sd ?? 0, 10);
            Assert.Equal(one.Rms ?? 0, other.Rms ?? 0, 10);
        }
    }
}
