using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Time as the simulated world has it, as a node learns of it, and as a service beside it sees it.</summary>
public sealed class ClockTests
{
    private const long Start = SimWorld.StartUtcMs;

    private readonly VirtualClock _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void By_default_a_node_knows_the_date_at_once_and_rightly()
    {
        SimReferenceClock clock = new(_clock, Start, new ReferenceClockPlan());
        Assert.True(clock.TryGetUtcMs(out long utcMs));
        Assert.Equal(Start, utcMs);
        _clock.AdvanceTo(Start + 1234);
        Assert.True(clock.TryGetUtcMs(out utcMs));
        Assert.Equal(Start + 1234, utcMs);
    }

    [Fact]
    public void Without_a_time_server_the_date_stays_unknown()
    {
        SimReferenceClock clock = new(_clock, Start, new ReferenceClockPlan(Never: true));
        Assert.False(clock.TryGetUtcMs(out _));
        _clock.AdvanceTo(Start + (365L * 24 * 3600 * 1000));
        Assert.False(clock.TryGetUtcMs(out _));
    }

    [Fact]
    public void A_late_date_is_late_after_every_boot()
    {
        ReferenceClockPlan plan = new(NotSetForMs: 5000);
        Assert.Equal(Start + 5000, FirstKnown(Start, plan));
        Assert.Equal(Start + 25_000, FirstKnown(Start + 20_000, plan));
    }

    [Fact]
    public void A_date_that_comes_with_the_network_comes_once()
    {
        ReferenceClockPlan plan = new(NotSetUntilUtcMs: Start + 7000);
        Assert.Equal(Start + 7000, FirstKnown(Start, plan));
        Assert.Equal(Start + 20_000, FirstKnown(Start + 20_000, plan));
        Assert.Equal(Start + 30_000, FirstKnown(Start + 27_000, plan with { NotSetForMs = 3000 }));
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(-10L * 365 * 24 * 3600 * 1000)]
    public void A_wrong_date_is_off_by_as_much_all_the_time(long offsetMs)
    {
        SimReferenceClock clock = new(_clock, Start, new ReferenceClockPlan(OffsetMs: offsetMs));
        for (int i = 0; i < 3; i++)
        {
            _clock.AdvanceTo(Start + (i * 1000));
            Assert.True(clock.TryGetUtcMs(out long utcMs));
            Assert.Equal(_clock.UtcMs + offsetMs, utcMs);
        }
    }

    [Fact]
    public void Virtual_time_stands_still_and_never_goes_back()
    {
        Assert.Equal((Start, Start), (_clock.StartUtcMs, _clock.UtcMs));
        _clock.AdvanceTo(Start + 10);
        _clock.AdvanceTo(Start + 5);
        Assert.Equal(Start + 10, _clock.UtcMs);
        Assert.Equal(Start + 10, _clock.Provider.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(TimeZoneInfo.Utc, _clock.Provider.LocalTimeZone);
        long stamp = _clock.Provider.GetTimestamp();
        _clock.AdvanceTo(Start + 2510);
        Assert.Equal(TimeSpan.FromSeconds(2.5), _clock.Provider.GetElapsedTime(stamp));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_then_of_their_making()
    {
        Timer("late", 300);
        Timer("first of two", 200);
        Timer("second of two", 200);
        Timer("early", 100);
        Assert.Equal(Start + 100, _clock.NextTimerMs);
        _clock.AdvanceTo(Start + 99);
        Assert.Empty(_fired);
        _clock.AdvanceTo(Start + 250);
        Assert.Equal(["100 early", "200 first of two", "200 second of two"], _fired);
        _clock.AdvanceTo(Start + 1000);
        Assert.Equal("300 late", _fired[^1]);
        Assert.Equal((4, long.MaxValue), (_fired.Count, _clock.NextTimerMs));
    }

    [Fact]
    public void A_period_is_kept_over_a_long_step()
    {
        Timer("tick", 100, 250);
        Timer("between", 500);
        _clock.AdvanceTo(Start + 900);
        Assert.Equal(["100 tick", "350 tick", "500 between", "600 tick", "850 tick"], _fired);
    }

    [Fact]
    public void A_timer_that_was_changed_or_ended_does_not_fire_as_it_was()
    {
        ITimer moved = Timer("moved", 100);
        ITimer stopped = Timer("stopped", 100, 10);
        ITimer ended = Timer("ended", 100, 10);
        Assert.True(moved.Change(TimeSpan.FromMilliseconds(400), Timeout.InfiniteTimeSpan));
        Assert.True(stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        ended.Dispose();
        Assert.Equal(Start + 400, _clock.NextTimerMs);
        _clock.AdvanceTo(Start + 1000);
        Assert.Equal(["400 moved"], _fired);
        Assert.True(stopped.Change(TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan));
        Assert.False(ended.Change(TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan));
        _clock.AdvanceTo(Start + 2000);
        Assert.Equal(["400 moved", "1005 stopped"], _fired);
    }

    [Fact]
    public void What_a_timer_starts_is_due_within_the_same_step()
    {
        _clock.Provider.CreateTimer(
            _ => Timer("child", 50), null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        _clock.AdvanceTo(Start + 200);
        Assert.Equal(["150 child"], _fired);
    }

    [Fact]
    public void A_fraction_of_a_millisecond_is_never_too_early()
    {
        _clock.Provider.CreateTimer(Fire, "soon", TimeSpan.FromMicroseconds(1), Timeout.InfiniteTimeSpan);
        _clock.AdvanceTo(Start);
        Assert.Empty(_fired);
        _clock.AdvanceTo(Start + 1);
        Assert.Equal(["1 soon"], _fired);
    }

    [Fact]
    public async Task Ticks_and_cancellations_run_on_virtual_time()
    {
        using PeriodicTimer hourly = new(TimeSpan.FromHours(1), _clock.Provider);
        ValueTask<bool> tick = hourly.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource soon = new(TimeSpan.FromMinutes(1), _clock.Provider);
        _clock.AdvanceTo(Start + 3_599_999);
        Assert.True(soon.IsCancellationRequested);
        Assert.False(tick.IsCompleted);
        _clock.AdvanceTo(Start + 3_600_000);
        Assert.True(await tick);
    }

    [Fact]
    public void The_real_clock_begins_where_it_is_told_and_runs_by_the_monotonic_clock()
    {
        AdjustableTime time = new();
        RealClock shifted = new(1_000_000, time);
        RealClock present = new(null, time);
        Assert.Equal((1_000_000, time.Utc.ToUnixTimeMilliseconds()), (shifted.UtcMs, present.UtcMs));
        long began = present.UtcMs;
        time.Utc -= TimeSpan.FromHours(1);
        time.Stamp += 2500;
        Assert.Equal((1_002_500, began + 2500), (shifted.UtcMs, present.UtcMs));
    }

    [Fact]
    public void The_real_clock_shows_this_machines_time()
    {
        long before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        RealClock clock = new();
        long first = clock.UtcMs;
        Assert.InRange(first, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1);
        Assert.True(clock.UtcMs >= first);
    }

    private long FirstKnown(long bootUtcMs, ReferenceClockPlan plan)
    {
        VirtualClock world = new(bootUtcMs);
        SimReferenceClock clock = new(world, bootUtcMs, plan);
        while (!clock.TryGetUtcMs(out _))
            world.AdvanceTo(world.UtcMs + 1);
        return world.UtcMs;
    }

    private ITimer Timer(string name, int dueMs, int periodMs = -1) => _clock.Provider.CreateTimer(
        Fire, name, TimeSpan.FromMilliseconds(dueMs), TimeSpan.FromMilliseconds(periodMs));

    private void Fire(object? name) => _fired.Add($"{_clock.UtcMs - Start} {name}");

    /// <summary>A clock on the wall that is set, and one that only runs on, in milliseconds.</summary>
    private sealed class AdjustableTime : TimeProvider
    {
        public DateTimeOffset Utc { get; set; } = DateTimeOffset.FromUnixTimeMilliseconds(Start);

        public long Stamp { get; set; }

        public override long TimestampFrequency => 1000;

        public override DateTimeOffset GetUtcNow() => Utc;

        public override long GetTimestamp() => Stamp;
    }
}
