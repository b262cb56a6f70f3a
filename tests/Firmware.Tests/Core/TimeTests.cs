using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>
/// When a window was, as the gateway comes to know it: held to the true time, which the test knows and the node does not.
/// </summary>
public sealed class TimeTests
{
    private const int Minute = 60_000;

    /// <summary>One window as it arrived: when the pack was sent, and the head's time as it stands.</summary>
    private sealed record Arrived(uint Sequence, long SentMs, double Time, TimeQuality Quality, int Pack)
    {
        /// <summary>Unix time in milliseconds; of a relative time, by the moment of sending.</summary>
        public double UtcMs => Quality >= TimeQuality.Relative ? SentMs + Time * 1000 : Time * 1000;
    }

    private readonly List<Arrived> _arrived = [];

    // True Unix time at uptime 0 of the boot that runs.
    private long _powerOnMs = TestNode.Epoch2026;

    [Fact]
    public void Without_a_clock_a_node_samples_and_tells_times_relative_to_the_sending()
    {
        TestNode node = Start(gatewayTime: false);
        node.Run(5 * Minute);
        Assert.Equal(5, _arrived.Count);
        Assert.All(_arrived, w =>
        {
            Assert.Equal(TimeQuality.Relative, w.Quality);
            Assert.True(w.Time < 0);
            Assert.Equal(_powerOnMs + (w.Sequence - 1) * (double)Minute, w.UtcMs, 1.0);
        });
        ReportedState state = node.Link.Of(TopicKind.State).Last().State();
        Assert.Equal((-1, TimeQuality.Relative), (state.ClockAgeS, state.ClockQuality));
    }

    [Fact]
    public void A_time_that_comes_later_settles_what_waited()
    {
        TestNode node = Start(gatewayTime: false);
        node.Link.Break();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        node.Run(30 * Minute);
        Assert.Empty(_arrived);
        Online(node, gatewayTime: false);
        node.Clock.OffsetMs = _powerOnMs;
        node.Run(10 * Minute);
        Assert.InRange(_arrived.Count, 39, 41);
        AssertTrue(TimeQuality.Synchronised);
    }

    [Fact]
    public void The_gateways_time_settles_what_waited_as_well()
    {
        TestNode node = Start(gatewayTime: false);
        node.Link.Break();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        node.Run(30 * Minute);
        Online(node, gatewayTime: true);
        node.Run(10 * Minute);
        Assert.InRange(_arrived.Count, 39, 41);
        AssertTrue(TimeQuality.Gateway);
    }

    [Fact]
    public void Windows_of_a_boot_that_knew_the_time_keep_it_through_a_power_cut()
    {
        TestNode node = Start(gatewayTime: false);
        node.Clock.OffsetMs = _powerOnMs;
        node.Link.Break();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        node.Run(20 * Minute);
        PowerCut(node, 3 * 3_600_000 + 123);
        node.Clock.OffsetMs = null;
        Online(node, gatewayTime: false);
        node.Run(5 * Minute);
        List<Arrived> before = [.. _arrived.Where(w => w.Sequence <= 20)];
        Assert.InRange(before.Count, 19, 20);
        Assert.All(before, w =>
        {
            Assert.Equal(TimeQuality.Synchronised, w.Quality);
            Assert.Equal(TestNode.Epoch2026 + (w.Sequence - 1) * (double)Minute, w.UtcMs, 1.0);
        });
        Assert.All(_arrived.Except(before), w => Assert.Equal(TimeQuality.Relative, w.Quality));
        AssertUnmixed();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Windows_of_a_boot_without_a_clock_are_at_least_as_old_as_the_next(bool clockAfter)
    {
        TestNode node = Start(gatewayTime: false);
        node.Link.Break();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        node.Run(10 * Minute + 1);
        PowerCut(node, 2 * 3_600_000);
        if (clockAfter)
            node.Clock.OffsetMs = _powerOnMs;
        node.Run(10 * Minute);
        Online(node, gatewayTime: false);
        node.Run(5 * Minute);
        foreach (Arrived window in _arrived)
        {
            if (window.Sequence <= 10)
            {
                double trueMs = TestNode.Epoch2026 + (window.Sequence - 1) * (double)Minute;
                Assert.Equal(TimeQuality.AtLeast, window.Quality);
                Assert.True(window.UtcMs >= trueMs, "it is told as older than it is");
                Assert.True(window.UtcMs <= _powerOnMs + 1, "it is told as younger than the boot");
            }
            else
            {
                Assert.Equal(clockAfter ? TimeQuality.Synchronised : TimeQuality.Relative, window.Quality);
                double trueMs = _powerOnMs + (window.Sequence - 11) * (double)Minute;
                Assert.Equal(trueMs, window.UtcMs, 1.0);
            }
        }
        Assert.InRange(_arrived.Count, 25, 26);
        AssertUnmixed();
        // A clock after the boot parts the kinds: two packs at least.
        Assert.True(_arrived.Select(w => w.Pack).Distinct().Count() >= (clockAfter ? 2 : 1));
    }

    [Fact]
    public void Kinds_that_alternate_over_many_boots_are_never_mixed_in_a_pack()
    {
        TestNode node = Start(gatewayTime: false);
        node.Link.Break();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        for (int boot = 0; boot < 6; boot++)
        {
            node.Clock.OffsetMs = boot % 2 == 0 ? _powerOnMs : null;
            node.Run(4 * Minute + 10);
            PowerCut(node, 1_000_000);
        }
        node.Clock.OffsetMs = null;
        Online(node, gatewayTime: false);
        node.Run(2 * Minute);
        AssertUnmixed();
        Assert.Equal([.. Enumerable.Range(1, _arrived.Count).Select(n => (uint)n)], _arrived.Select(w => w.Sequence));
        Assert.Equal(12, _arrived.Count(w => w.Quality == TimeQuality.AtLeast));
        Assert.True(_arrived.Count(w => w.Quality == TimeQuality.Synchronised) >= 12);
    }

    /// <summary>
    /// What was kept before a step keeps the time it had; what comes after has the new one; and nothing is lost or
    /// counted twice, whichever way the clock goes.
    /// </summary>
    [Theory]
    [InlineData(8L * 365 * 86_400_000)]
    [InlineData(-6L * 365 * 86_400_000)]
    [InlineData(90_000L)]
    [InlineData(-90_000L)]
    public void A_clock_that_steps_years_moves_only_what_comes_after(long stepMs)
    {
        TestNode node = Start(gatewayTime: false);
        node.Clock.OffsetMs = _powerOnMs;
        node.Run(5 * Minute + 30_000);
        int before = _arrived.Count;
        node.Clock.OffsetMs += stepMs;
        node.Run(5 * Minute);
        Assert.Equal([.. Enumerable.Range(1, _arrived.Count).Select(n => (uint)n)], _arrived.Select(w => w.Sequence));
        Assert.InRange(_arrived.Count, 10, 12);
        for (int i = 1; i < _arrived.Count; i++)
        {
            double gap = _arrived[i].UtcMs - _arrived[i - 1].UtcMs;
            if (i < before)
                Assert.Equal(Minute, gap, 1.0);
            else if (i == before)
                Assert.Equal(Minute + stepMs, gap, 1.0);
            else
                Assert.InRange(gap, 0, Minute + 1);
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(-1L)]
    [InlineData(Limits.MinUtcMs - 1)]
    [InlineData(Limits.MaxUtcMs + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_clock_that_cannot_be_right_is_no_clock(long utcMs)
    {
        TimeKeeper time = new(new FixedClock(utcMs));
        time.Step(1000);
        time.OfferGatewayTime(1000, utcMs);
        Assert.False(time.IsKnown);
        Assert.Equal((0L, -1, TimeQuality.Relative), (time.OffsetMs, time.AgeS(5000), time.Quality));
    }

    [Theory]
    [InlineData(Limits.MinUtcMs)]
    [InlineData(Limits.MaxUtcMs)]
    public void A_clock_at_the_bounds_is_one(long utcMs)
    {
        TimeKeeper time = new(new FixedClock(utcMs));
        time.Step(1000);
        Assert.True(time.IsKnown);
        Assert.Equal(utcMs + 1000, time.ToUtcMs(2000));
    }

    [Fact]
    public void A_reference_clock_is_trusted_more_than_the_gateway_and_stays_when_it_falls_silent()
    {
        TestClock clock = new() { OffsetMs = TestNode.Epoch2026 };
        TimeKeeper time = new(clock);
        time.OfferGatewayTime(0, TestNode.Epoch2026 + 5000);
        Assert.Equal(TimeQuality.Gateway, time.Quality);
        clock.NowMs = 1000;
        time.Step(1000);
        Assert.Equal((TimeQuality.Synchronised, TestNode.Epoch2026), (time.Quality, time.OffsetMs));
        time.OfferGatewayTime(2000, TestNode.Epoch2026 + 9000);
        clock.OffsetMs = null;
        time.Step(3000);
        Assert.Equal((TimeQuality.Synchronised, TestNode.Epoch2026, 2), (time.Quality, time.OffsetMs, time.AgeS(3000)));
        // A clock that loses its battery says 1970: not believed, and the time that is known stays.
        clock.OffsetMs = 0;
        time.Step(4000);
        Assert.Equal(TestNode.Epoch2026, time.OffsetMs);
    }

    [Fact]
    public void Events_settle_their_time_as_windows_do()
    {
        TestNode node = new();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        node.Run(Minute);
        PowerCut(node, 500_000);
        node.Run(Minute);
        node.Clock.OffsetMs = _powerOnMs;
        node.Link.Admit = _ => Ports.LinkEventType.Connected;
        node.Claimed();
        node.Run(1000);
        List<NodeEvent> boots = [.. node.Link.Of(TopicKind.Event).Select(m => m.Event())];
        Assert.Equal([EventType.Boot, EventType.Boot], boots.Select(e => e.Type));
        Assert.Equal(TimeQuality.AtLeast, boots[0].TimeQuality);
        Assert.True(boots[0].TimeMs < 0);
        Assert.Equal((TimeQuality.Synchronised, _powerOnMs), (boots[1].TimeQuality, boots[1].TimeMs));
    }

    private sealed class FixedClock(long utcMs) : Ports.IReferenceClock
    {
        public bool TryGetUtcMs(out long value)
        {
            value = utcMs;
            return true;
        }
    }

    /// <summary>A node that has its identity, just booted on a new day.</summary>
    private TestNode Start(bool gatewayTime)
    {
        TestNode node = new TestNode().Claimed();
        node.NewLink();
        node.Boot();
        Online(node, gatewayTime);
        node.RunUntil(() => node.State == UplinkState.Online);
        return node;
    }

    private void PowerCut(TestNode node, long offMs)
    {
        // On the minute, so that windows of a node that knows the time begin with the boot as the others do.
        _powerOnMs = (_powerOnMs + node.NowMs + offMs) / Minute * Minute + Minute;
        node.Boot();
    }

    private void Online(TestNode node, bool gatewayTime)
    {
        node.Link.Admit = _ => Ports.LinkEventType.Connected;
        node.Link.Subscribed = (kind, _) =>
        {
            if (kind == TopicKind.Desired)
                node.Link.Deliver(new DesiredState { TimeMs = gatewayTime ? _powerOnMs + node.NowMs : 0 });
        };
        node.Link.Acknowledge = sent =>
        {
            if (sent.Kind == TopicKind.Telemetry)
                Note(sent, _powerOnMs + node.NowMs);
            return true;
        };
    }

    private void Note(Sent sent, long sentMs)
    {
        foreach (SenmlRecord head in sent.Records().Where(r => r.HasWindow))
            _arrived.Add(new Arrived((uint)head.Value, sentMs, head.Time, head.TimeQuality, sent.MessageId));
    }

    private void AssertTrue(TimeQuality quality) => Assert.All(_arrived, w =>
    {
        Assert.Equal(quality, w.Quality);
        double since = w.UtcMs - _powerOnMs;
        Assert.Equal(Math.Round(since / 1000) * 1000, since, 1.0);
        Assert.Equal((w.Sequence - 1) * (double)Minute, since, 1.0);
    });

    /// <summary>RFC 8428 section 4.5.3: in a pack all times are relative, or none is.</summary>
    private void AssertUnmixed() => Assert.All(_arrived.GroupBy(w => w.Pack), pack =>
        Assert.Single(pack.Select(w => w.Quality >= TimeQuality.Relative).Distinct()));
}
