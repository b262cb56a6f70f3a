using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class TimeRuleTests
{
    private const long Day = 24L * 3600 * 1000;

    private static readonly long Received = Bench.At(0);

    public static TheoryData<long, TimeQuality, long, StoredTime> Times => new()
    {
        // What clocks say.
        { Received - 90_000, TimeQuality.Synchronised, Received - 90_000, StoredTime.Synchronised },
        { Received - 90_000, TimeQuality.Gateway, Received - 90_000, StoredTime.Gateway },
        { Limits.MinUtcMs, TimeQuality.Synchronised, Limits.MinUtcMs, StoredTime.Synchronised },
        { Received + Day, TimeQuality.Synchronised, Received + Day, StoredTime.Synchronised },
        // What counts back from the sending.
        { -90_000, TimeQuality.Relative, Received - 90_000, StoredTime.Relative },
        { -90_000, TimeQuality.AtLeast, Received - 90_000, StoredTime.AtLeast },
        { 0, TimeQuality.Relative, Received, StoredTime.Relative },
        // RFC 8428 section 4.5.3: a small time is relative, whatever else is said.
        { -5_000, TimeQuality.Synchronised, Received - 5_000, StoredTime.Relative },
        // What cannot be.
        { Limits.MinUtcMs - 1, TimeQuality.Synchronised, Received - 60_000, StoredTime.Receipt },
        { 86_400_000, TimeQuality.Synchronised, Received - 60_000, StoredTime.Receipt },
        { Received + Day + 1, TimeQuality.Gateway, Received - 60_000, StoredTime.Receipt },
        { Limits.MaxUtcMs, TimeQuality.Synchronised, Received - 60_000, StoredTime.Receipt },
        { 1, TimeQuality.Relative, Received - 60_000, StoredTime.Receipt },
        { Received, TimeQuality.AtLeast, Received - 60_000, StoredTime.Receipt },
        { -30L * 365 * Day, TimeQuality.Relative, Received - 60_000, StoredTime.Receipt },
        { long.MinValue, TimeQuality.Relative, Received - 60_000, StoredTime.Receipt },
        { long.MaxValue, TimeQuality.Synchronised, Received - 60_000, StoredTime.Receipt },
        { long.MinValue, TimeQuality.Synchronised, Received - 60_000, StoredTime.Receipt },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public void Says_what_is_stored(long sentMs, TimeQuality quality, long storedMs, StoredTime stored) =>
        Assert.Equal((storedMs, stored), TimeRule.Resolve(sentMs, quality, Received, 60_000));

    [Theory]
    [InlineData(1_700_000_000.123, 1_700_000_000_123)]
    [InlineData(-0.5, -500)]
    [InlineData(1e300, long.MaxValue)]
    [InlineData(-1e300, long.MaxValue)]
    public void Seconds_become_milliseconds(double seconds, long milliseconds) =>
        Assert.Equal(milliseconds, TimeRule.FromSeconds(seconds));

    [Fact]
    public async Task A_clock_years_off_loses_no_measurement_and_is_counted()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry(
            "a", Received,
            new SentWindow(1, 1, Received - 5000 * Day, 60_000, TimeQuality.Synchronised, Messages.Pm25(1000)),
            new SentWindow(1, 2, Received + 400 * Day, 60_000, TimeQuality.Synchronised, Messages.Pm25(2000))));
        List<StoredWindow> windows = await bench.WindowsAsync("a");
        Assert.All(windows, window => Assert.Equal((Received - 60_000, StoredTime.Receipt), (window.StartMs, window.Time)));
        Assert.Equal(2, bench.Counts.Device("a")!.TimesReplaced);
        Assert.Equal(20.0, bench.Queries.Latest("a").Single().Mean);
    }
}
