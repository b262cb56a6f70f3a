using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>Alarms, from the rule in the desired state to the event at the gateway. A window is ten seconds.</summary>
public sealed class ThresholdTests
{
    private const int WindowMs = 10_000;

    // The test's dust sensor has one decimal: 350 is 35.0.
    private int _dust = 100;
    private readonly Func<long, int, int> _value;

    public ThresholdTests() => _value = (now, channel) => channel == 0 ? _dust : 2000;

    [Fact]
    public void Raised_past_the_level_and_cleared_behind_the_hysteresis()
    {
        TestNode node = Start(Rule("dust", 35, hysteresis: 5));
        Assert.Empty(Alarms(node, 350, 350));
        NodeEvent raised = Assert.Single(Alarms(node, 351));
        Assert.Equal(1, node.Node.AlarmsRaised);
        Assert.Equal(EventType.ThresholdRaised, raised.Type);
        Assert.Equal(("dust", Channels.Pm25, 7u), (raised.Rule, raised.Channel, raised.ConfigVersion));
        Assert.Equal(35.1, raised.Value.ToDouble(), 1e-9);
        Assert.Equal(35.0, raised.Level.ToDouble(), 1e-9);
        Assert.Equal(Severity.Warning, raised.Severity);
        // Between level and hysteresis nothing changes, however often it goes to and fro.
        Assert.Empty(Alarms(node, 400, 349, 301, 351, 349, 301));
        NodeEvent cleared = Assert.Single(Alarms(node, 300));
        Assert.Equal(EventType.ThresholdCleared, cleared.Type);
        Assert.Equal(30.0, cleared.Value.ToDouble(), 1e-9);
        Assert.Equal(35.0, cleared.Level.ToDouble(), 1e-9);
        Assert.Equal((Severity.Warning, 7u), (cleared.Severity, cleared.ConfigVersion));
        Assert.Equal(0, node.Node.AlarmsRaised);
        Assert.Empty(Alarms(node, 349, 301));
    }

    [Fact]
    public void A_dust_alarm_is_an_episode_that_updates_wait_for()
    {
        TestNode node = Start(Rule("dust", 35, hysteresis: 5));
        Alarms(node, 350);
        Assert.False(node.Node.Interlocks.Stand);
        Alarms(node, 351);
        Assert.True(node.Node.Interlocks.PollutionEpisode);
        Assert.True(node.Node.Interlocks.Stand);
        Assert.False(node.Node.Interlocks.EventInProgress);
        Alarms(node, 300);
        Assert.False(node.Node.Interlocks.Stand);
    }

    [Fact]
    public void An_alarm_on_the_climate_is_no_episode()
    {
        TestNode node = Start(Rule("warm", 19, channel: Channels.Temperature));
        Alarms(node, 100);
        Assert.Equal(1, node.Node.AlarmsRaised);
        Assert.False(node.Node.Interlocks.Stand);
    }

    [Fact]
    public void Below_is_the_mirror_of_above()
    {
        TestNode node = Start(Rule("dust", 10, hysteresis: 2, direction: ThresholdDirection.Below));
        Assert.Empty(Alarms(node, 100));
        Assert.Equal(EventType.ThresholdRaised, Assert.Single(Alarms(node, 99)).Type);
        Assert.Empty(Alarms(node, 100, 119, 50));
        Assert.Equal(EventType.ThresholdCleared, Assert.Single(Alarms(node, 120)).Type);
    }

    [Fact]
    public void The_hold_time_counts_whole_windows_past_the_level_without_a_break()
    {
        TestNode node = Start(Rule("dust", 35, holdMs: 3 * WindowMs));
        Assert.Empty(Alarms(node, 400, 400, 350, 400, 400));
        Assert.Single(Alarms(node, 400));
        Assert.Equal(EventType.ThresholdCleared, Assert.Single(Alarms(node, 350)).Type);
        // Clearing does not wait, raising again does.
        Assert.Empty(Alarms(node, 400, 400));
        Assert.Single(Alarms(node, 400));
    }

    [Fact]
    public void An_event_is_of_the_end_of_the_window_that_decided()
    {
        TestNode node = Start(Rule("dust", 35));
        Assert.Empty(Alarms(node, 100, 100));
        long before = node.NowMs;
        NodeEvent raised = Assert.Single(Alarms(node, 900));
        Assert.Equal(TimeQuality.Gateway, raised.TimeQuality);
        Assert.Equal(0, raised.TimeMs % WindowMs);
        Assert.InRange(raised.TimeMs - TestNode.Epoch2026, before, node.NowMs);
    }

    [Theory]
    [InlineData(Statistic.Mean, 22.2)]
    [InlineData(Statistic.Min, 0.0)]
    [InlineData(Statistic.Max, 40.0)]
    [InlineData(Statistic.StdDev, 19.9)]
    [InlineData(Statistic.Peak, 22.2)]
    [InlineData(Statistic.PeakToPeak, 40.0)]
    [InlineData(Statistic.Crest, 1.118)]
    public void Each_statistic_is_the_one_that_is_named(Statistic statistic, double value)
    {
        ThresholdRule rule = Rule("dust", 0, statistic: statistic);
        rule.Level = new DecimalValue(-1, 0);
        TestNode node = new TestNode().Claimed();
        // Nine readings: 40, 0, 40, 0, 40, 0, 40, 0, 40.
        node.Dust.Value = (now, channel) => (int)(now / 1000 % 2 * 400);
        node.Dust.Result = Off;
        List<NodeEvent> events = Collect(node, () =>
        {
            Deliver(node, 7);
            Windows(node, 0, 0);
            Deliver(node, 8, rule);
            Windows(node, 0);
        });
        NodeEvent raised = Assert.Single(events);
        Assert.Equal(value, raised.Value.ToDouble(), 0.05);
    }

    /// <summary>
    /// Kurtosis and crest factor have no unit: their levels are finer than the channel's numbers, and a window that has
    /// neither changes nothing.
    /// </summary>
    [Fact]
    public void Kurtosis_and_crest_factor_of_a_vibration_are_judged_in_thousandths()
    {
        TestAccelerometer sensor = new() { Value = (n, _) => n / 1250 % 2 == 1 && n % 1250 == 600 ? 5000 : (int)(n % 2) };
        VibrationSampler sampler = new(sensor, 10_000);
        NodeConfig config = new() { Version = 3, ThresholdCount = 2 };
        foreach ((int i, Statistic statistic, long level) in (ReadOnlySpan<(int, Statistic, long)>)
            [(0, Statistic.Kurtosis, 77_125), (1, Statistic.Crest, 12_125)])
        {
            config.Thresholds[i].Id = "r" + i;
            config.Thresholds[i].Channel = Channels.AccelZ;
            config.Thresholds[i].Statistic = statistic;
            config.Thresholds[i].Level = new DecimalValue(level, -3);
        }
        Assert.Equal(ConfigFault.None, config.Validate());
        Assert.Equal(ConfigFault.None, ThresholdJudge.Check(config, sampler));
        Emitted sink = new();
        ThresholdJudge judge = new();
        judge.Apply(config, sampler, 0, sink);
        for (long now = 0; now <= 41_000; now += 40)
        {
            sampler.Sample(now);
            foreach (ClosedWindow window in WindowTests.Take(sampler))
                judge.Judge(window, sink);
        }
        // One sample of 1,250 far from the others: kurtosis 1,248, crest factor 35.
        Assert.Equal(["r0", "r1", "r0", "r1", "r0", "r1"], sink.Events.Select(e => e.Rule));
        Assert.Equal(
            [EventType.ThresholdRaised, EventType.ThresholdCleared, EventType.ThresholdRaised],
            sink.Events.Where(e => e.Rule == "r0").Select(e => e.Type));
        Assert.All(
            sink.Events,
            e => Assert.Equal(
                e.Type == EventType.ThresholdCleared ? 1 : e.Rule == "r0" ? 1248 : 35.3, e.Value, 0.5));
        config.Thresholds[0].Level = new DecimalValue(long.MaxValue, 0);
        Assert.Equal(ConfigFault.ThresholdLevel, ThresholdJudge.Check(config, sampler));
    }

    private sealed class Emitted : IEventSink
    {
        public List<(string Rule, EventType Type, double Value)> Events { get; } = [];

        public void Emit(NodeEvent happened, long uptimeMs) =>
            Events.Add((happened.Rule, happened.Type, happened.Value.ToDouble()));
    }

    [Fact]
    public void Rules_are_independent_and_each_has_its_severity()
    {
        TestNode node = Start(
            Rule("info", 10, severity: Severity.Info), Rule("bad", 50, severity: Severity.Critical),
            Rule("cold", 25, channel: Channels.Temperature, direction: ThresholdDirection.Below));
        // The cold one was raised by the first window already.
        Assert.Equal(1, node.Node.AlarmsRaised);
        Assert.Equal([("info", Severity.Info)], Alarms(node, 200).Select(e => (e.Rule, e.Severity)));
        Assert.Equal([("bad", Severity.Critical)], Alarms(node, 900).Select(e => (e.Rule, e.Severity)));
        Assert.Equal(3, node.Node.AlarmsRaised);
        Assert.Equal(["bad", "info"], Alarms(node, 100).Select(e => e.Rule).Order());
        Assert.Equal(1, node.Node.AlarmsRaised);
    }

    [Fact]
    public void A_window_without_samples_changes_nothing()
    {
        TestNode node = Start(Rule("dust", 35));
        Assert.Single(Alarms(node, 900));
        node.Dust.Result = _ => SensorResult.Failed;
        Assert.Empty(Alarms(node, 0, 0, 0));
        Assert.Equal(1, node.Node.AlarmsRaised);
        node.Dust.Result = Off;
        Assert.Equal(EventType.ThresholdCleared, Assert.Single(Alarms(node, 100)).Type);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(1_000_001)]
    public void An_absurd_reading_raises_nothing(int absurd)
    {
        TestNode node = Start(Rule("dust", 35, statistic: Statistic.Max), Rule("low", -90, direction: ThresholdDirection.Below));
        node.Dust.Value = (now, channel) => now / 1000 % 5 == 0 ? absurd : 100;
        Assert.Empty(Collect(node, () => node.Run(5 * WindowMs)));
    }

    [Theory]
    [InlineData(1L << 53, 0, ConfigFault.ThresholdLevel)]
    [InlineData(long.MaxValue, -3, ConfigFault.ThresholdLevel)]
    [InlineData(1, 18, ConfigFault.ThresholdLevel)]
    [InlineData(1L << 53, -3, ConfigFault.None)]
    [InlineData(-(1L << 53), -3, ConfigFault.None)]
    [InlineData(1, -18, ConfigFault.None)]
    public void A_level_must_fit_the_channel(long mantissa, int exponent, ConfigFault fault)
    {
        ThresholdRule rule = Rule("dust", 0);
        rule.Level = new DecimalValue(mantissa, exponent);
        rule.Hysteresis = new DecimalValue(fault == ConfigFault.None ? 1L << 53 : 0, -3);
        TestNode node = new TestNode().Claimed();
        node.Dust.Value = _value;
        Deliver(node, 7, rule);
        Assert.Equal(fault, node.Link.Of(TopicKind.State).Last().State().RefusedConfigFault);
        Assert.Equal(fault == ConfigFault.None ? 7u : 0u, node.Node.Config.Version);
        Windows(node, -10_000);
        Windows(node, 1_000_000);
    }

    [Fact]
    public void A_rule_that_stays_keeps_its_alarm_through_another_configuration()
    {
        TestNode node = Start(Rule("dust", 35), Rule("other", 36));
        Assert.Equal(2, Alarms(node, 900).Count);
        List<NodeEvent> events = Collect(node, () => Deliver(node, 8, Rule("new", 99), Rule("dust", 35)));
        NodeEvent cleared = Assert.Single(events);
        Assert.Equal((EventType.ThresholdCleared, "other", 7u), (cleared.Type, cleared.Rule, cleared.ConfigVersion));
        Assert.Equal("rule changed", cleared.Text);
        Assert.Equal(1, node.Node.AlarmsRaised);
        NodeEvent end = Assert.Single(Alarms(node, 100));
        Assert.Equal(("dust", 8u), (end.Rule, end.ConfigVersion));
    }

    [Fact]
    public void A_hold_time_that_runs_goes_on_through_another_configuration()
    {
        TestNode node = Start(Rule("dust", 35, holdMs: 3 * WindowMs));
        Assert.Empty(Alarms(node, 400, 400));
        Deliver(node, 8, Rule("dust", 35, holdMs: 3 * WindowMs));
        Assert.Single(Alarms(node, 400));
    }

    [Fact]
    public void A_rule_that_changed_is_judged_anew()
    {
        TestNode node = Start(Rule("dust", 35));
        Assert.Single(Alarms(node, 900));
        List<NodeEvent> events = Collect(node, () => Deliver(node, 8, Rule("dust", 45)));
        Assert.Equal(EventType.ThresholdCleared, Assert.Single(events).Type);
        NodeEvent again = Assert.Single(Alarms(node, 900));
        Assert.Equal((EventType.ThresholdRaised, 8u, 45.0), (again.Type, again.ConfigVersion, again.Level.ToDouble()));
    }

    [Fact]
    public void An_alarm_that_stands_survives_a_boot_and_is_told_once_more()
    {
        TestNode node = Start(Rule("dust", 35));
        Assert.Single(Alarms(node, 900));
        Reboot(node);
        Assert.Equal(1, node.Node.AlarmsRaised);
        NodeEvent again = Assert.Single(Alarms(node, 900, 900));
        Assert.Equal((EventType.ThresholdRaised, "stands since before the boot"), (again.Type, again.Text));
        Assert.Equal(EventType.ThresholdCleared, Assert.Single(Alarms(node, 100)).Type);
        Reboot(node);
        Assert.Equal(0, node.Node.AlarmsRaised);
    }

    [Fact]
    public void An_alarm_that_ended_while_the_power_was_off_is_cleared_by_the_first_window()
    {
        TestNode node = Start(Rule("dust", 35));
        Assert.Single(Alarms(node, 900));
        _dust = 100;
        Reboot(node);
        NodeEvent cleared = Assert.Single(Alarms(node, 100, 100));
        Assert.Equal((EventType.ThresholdCleared, "dust"), (cleared.Type, cleared.Rule));
    }

    /// <summary>The power goes at each flash operation around raising, clearing and a configuration without the rule.</summary>
    [Fact]
    public void Wherever_the_power_goes_raised_and_cleared_agree_in_the_end()
    {
        int cuts = 0;
        for (int at = 1; ; at++)
        {
            bool wasCut = false;
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                TestNode node = Start(Rule("dust", 35), Rule("gone", 36));
                Dictionary<string, EventType> last = [];
                node.Link.Acknowledge = sent => Note(sent, last);
                node.Storage.Arm(at, cut);
                try
                {
                    Windows(node, 900, 100, 900);
                    Deliver(node, 8, Rule("dust", 35));
                    Windows(node, 900);
                }
                catch (PowerCutException)
                {
                    wasCut = true;
                    cuts++;
                    node.Storage.Arm(0, cut);
                    _dust = 100;
                    Reboot(node, last);
                    Deliver(node, 8, Rule("dust", 35));
                }
                node.Storage.Arm(0, cut);
                Windows(node, 100, 100, 100);
                Assert.Equal(0, node.Node.AlarmsRaised);
                Assert.All(last, l => Assert.True(l.Value == EventType.ThresholdCleared, $"{l.Key} stands after {at} {cut}"));
            }
            if (!wasCut)
                break;
        }
        Assert.True(cuts > 30, $"{cuts} cuts");
    }

    /// <summary>Not at a border: what is read there belongs to the window that begins, and this one's value to the last.</summary>
    private static SensorResult Off(long nowMs) =>
        nowMs % WindowMs == 0 ? SensorResult.NotReady : SensorResult.Ok;

    private TestNode Start(params ThresholdRule[] rules)
    {
        _dust = 100;
        TestNode node = new TestNode().Claimed();
        node.Dust.Value = _value;
        node.Dust.Result = Off;
        Deliver(node, 7, rules);
        Assert.Equal(7u, node.Node.Config.Version);
        // To the next border, and one window to have one that is whole.
        Windows(node, 100, 100);
        return node;
    }

    private static ThresholdRule Rule(
        string id, long level, long hysteresis = 0, int holdMs = 0, string channel = Channels.Pm25,
        ThresholdDirection direction = ThresholdDirection.Above, Statistic statistic = Statistic.Mean,
        Severity severity = Severity.Warning) => new()
        {
            Id = id,
            Channel = channel,
            Level = new DecimalValue(level, 0),
            Hysteresis = new DecimalValue(hysteresis, 0),
            HoldMs = holdMs,
            Direction = direction,
            Statistic = statistic,
            Severity = severity,
        };

    private static void Deliver(TestNode node, uint version, params ThresholdRule[] rules)
    {
        DesiredState desired = new() { TimeMs = TestNode.Epoch2026 + node.NowMs, HasConfig = true };
        desired.Config.Version = version;
        desired.Config.WindowMs = WindowMs;
        desired.Config.ThresholdCount = rules.Length;
        for (int i = 0; i < rules.Length; i++)
            desired.Config.Thresholds[i].CopyFrom(rules[i]);
        node.Link.Deliver(desired);
        node.Run(1);
    }

    /// <summary>A whole window of each of these readings, from border to border.</summary>
    private void Windows(TestNode node, params int[] dust)
    {
        foreach (int value in dust)
        {
            _dust = value;
            node.Run(WindowMs - (node.NowMs + WindowMs - 1) % WindowMs);
        }
    }

    private List<NodeEvent> Alarms(TestNode node, params int[] dust) => Collect(node, () => Windows(node, dust));

    private static List<NodeEvent> Collect(TestNode node, Action what)
    {
        int before = node.Link.Of(TopicKind.Event).Count();
        what();
        return [.. node.Link.Of(TopicKind.Event).Skip(before).Select(m => m.Event())
            .Where(e => e.Type is EventType.ThresholdRaised or EventType.ThresholdCleared)];
    }

    private static bool Note(Sent sent, Dictionary<string, EventType> last)
    {
        if (sent.Kind == TopicKind.Event && sent.Event() is { Rule.Length: > 0 } alarm)
            last[alarm.Rule] = alarm.Type;
        return true;
    }

    private static void Reboot(TestNode node, Dictionary<string, EventType>? last = null)
    {
        ScriptedLink link = node.NewLink();
        if (last != null)
            link.Acknowledge = sent => Note(sent, last);
        node.Boot();
        link.Subscribed = (_, _) => link.Deliver(new DesiredState { TimeMs = TestNode.Epoch2026 + node.NowMs });
        node.RunUntil(() => node.State == UplinkState.Online);
    }
}
