using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class BucketPlanTests
{
    [Theory]
    [InlineData(10, 70, 60, new long[] { 10, 60, 70 })]
    [InlineData(0, 180, 60, new long[] { 0, 60, 120, 180 })]
    [InlineData(61, 62, 60, new long[] { 61, 62 })]
    public void Edges_are_whole_multiples_cut_to_the_range(long from, long to, long interval, long[] edges)
    {
        BucketPlan plan = BucketPlan.Every(new(from * 1000, to * 1000), interval * 1000, null).Value!;
        Assert.Equal(edges.Select(edge => edge * 1000), plan.Edges);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_time_falls_into_the_bucket_that_holds_it(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            long fromMs = random.NextInt64(1_000_000_000);
            var range = new TimeRange(fromMs, fromMs + random.NextInt64(1, 10_000_000));
            BucketPlan plan = round % 2 == 0
                ? BucketPlan.Every(range, random.NextInt64(1000, 1_000_000), null).Value!
                : BucketPlan.AtMost(range, random.Next(1, 500), random.Next(1000, 60_000));
            long timeMs = random.NextInt64(range.FromMs, range.ToMs);
            int index = plan.IndexOf(timeMs);
            Assert.InRange(timeMs, plan.Edges[index], plan.Edges[index + 1] - 1);
            Assert.Equal((range.FromMs, range.ToMs), (plan.Edges[0], plan.Edges[^1]));
        }
    }

    [Fact]
    public void Days_of_a_zone_follow_its_midnights_over_the_change_of_clocks()
    {
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        TimeRange range = Range("2026-03-27T23:00Z", "2026-03-30T22:00Z");
        BucketPlan plan = BucketPlan.Every(range, 86_400_000, berlin).Value!;
        Assert.Equal([24.0, 23.0, 24.0], Hours(plan));
        range = Range("2026-10-23T22:00Z", "2026-10-26T23:00Z");
        Assert.Equal([24.0, 25.0, 24.0], Hours(BucketPlan.Every(range, 86_400_000, berlin).Value!));
    }

    [Fact]
    public void Where_clocks_change_at_midnight_days_neither_overlap_nor_leave_a_hole()
    {
        TimeZoneInfo santiago = TimeZoneInfo.FindSystemTimeZoneById("America/Santiago");
        BucketPlan plan = BucketPlan.Every(Range("2026-01-01T03:00Z", "2027-01-01T03:00Z"), 86_400_000, santiago).Value!;
        Assert.Equal(365, plan.Count);
        Assert.All(Hours(plan), hours => Assert.InRange(hours, 23, 25));
    }

    [Theory]
    [InlineData(999, null)]
    [InlineData(3_600_000, "Europe/Berlin")]
    [InlineData(1000, null)]
    public void What_cannot_be_is_named(long intervalMs, string? zone)
    {
        TimeZoneInfo? found = zone is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zone);
        Result<BucketPlan> plan = BucketPlan.Every(Range("2026-01-01T00:00Z", "2026-02-01T00:00Z"), intervalMs, found);
        Assert.Equal("invalid", plan.Fault!.Name);
    }

    [Theory]
    [InlineData("2026-03-01T00:00:00Z", 0)]
    [InlineData("2026-03-01T08:00:00+08:00", 0)]
    [InlineData("2026-03-01T08:00:00 08:00", 0)]
    [InlineData("2026-02-28T19:00-05:00", 0)]
    [InlineData("2026-03-01T00:00:00.250Z", 250)]
    public void A_time_with_a_zone_is_read(string text, long offsetMs) =>
        Assert.Equal(Bench.At(0) + offsetMs, Parse(text).Value.FromMs);

    [Theory]
    [InlineData("2026-03-01T00:00:00")]
    [InlineData("2026-03-01")]
    [InlineData("01.03.2026")]
    [InlineData("1772323200")]
    [InlineData("now")]
    [InlineData("")]
    [InlineData("1969-03-01T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    public void A_time_without_one_is_refused(string text) => Assert.Equal("invalid", Parse(text).Fault!.Name);

    [Theory]
    [InlineData("15m", 900_000)]
    [InlineData("1s", 1000)]
    [InlineData("6h", 21_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0m", 0)]
    [InlineData("m", 0)]
    [InlineData("-5m", 0)]
    [InlineData("5 m", 0)]
    [InlineData("99999999d", 0)]
    public void An_interval_is_a_number_and_a_unit(string text, long milliseconds) =>
        Assert.Equal(milliseconds != 0, TimeRange.TryParseInterval(text, out long found) && found == milliseconds);

    private static Result<TimeRange> Parse(string from) =>
        TimeRange.Parse(from, "2026-04-01T00:00:00Z", new ManualTime(Bench.Start));

    private static TimeRange Range(string from, string to) =>
        TimeRange.Parse(from, to, new ManualTime(Bench.Start)).Value;

    private static IEnumerable<double> Hours(BucketPlan plan) =>
        plan.Edges.Zip(plan.Edges.Skip(1), (edge, next) => (next - edge) / 3_600_000.0);
}
