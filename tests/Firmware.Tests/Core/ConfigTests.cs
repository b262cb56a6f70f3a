using System.Formats.Cbor;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Tests.Core;

/// <summary>The desired state: what is applied, what is refused and by which name, and what survives.</summary>
public sealed class ConfigTests
{
    /// <summary>Every value that a node refuses: a name, what makes it bad, and the fault that is reported.</summary>
    public static TheoryData<string, Action<NodeConfig>, ConfigFault> BadValues()
    {
        TheoryData<string, Action<NodeConfig>, ConfigFault> bad = [];
        void Window(int ms) => bad.Add($"window {ms}", c => c.WindowMs = ms, ConfigFault.WindowMs);
        void Interval(int ms) => bad.Add($"interval {ms}", c => c.StateIntervalMs = ms, ConfigFault.StateIntervalMs);
        void Rule(string name, ConfigFault fault, Action<ThresholdRule> spoil) =>
            bad.Add(name, c => spoil(c.Thresholds[c.ThresholdCount - 1]), fault);

        Window(1);
        Window(Limits.MinWindowMs - 1);
        Window(Limits.MaxWindowMs + 1);
        Window(-1);
        Window(int.MinValue);
        Window(int.MaxValue);
        Interval(0);
        Interval(Limits.MinStateIntervalMs - 1);
        Interval(Limits.MaxStateIntervalMs + 1);
        Interval(-1);
        Interval(int.MinValue);
        Rule("no id", ConfigFault.ThresholdId, r => r.Id = "");
        Rule("id with a blank", ConfigFault.ThresholdId, r => r.Id = "much dust");
        Rule("id in capitals", ConfigFault.ThresholdId, r => r.Id = "DUST");
        Rule("id too long", ConfigFault.ThresholdId, r => r.Id = new string('a', Limits.MaxId + 1));
        Rule("id twice", ConfigFault.ThresholdId, r => r.Id = "first");
        Rule("no channel", ConfigFault.ThresholdChannel, r => r.Channel = "");
        Rule("channel of another kind", ConfigFault.ThresholdChannel, r => r.Channel = Channels.AccelZ);
        Rule("channel that is no name", ConfigFault.ThresholdChannel, r => r.Channel = "größe");
        Rule("statistic", ConfigFault.ThresholdStatistic, r => r.Statistic = (Statistic)8);
        Rule("statistic 255", ConfigFault.ThresholdStatistic, r => r.Statistic = (Statistic)255);
        Rule("direction", ConfigFault.ThresholdDirection, r => r.Direction = (ThresholdDirection)2);
        Rule("level too large", ConfigFault.ThresholdLevel, r => r.Level = new DecimalValue(1, 18));
        Rule("hysteresis below zero", ConfigFault.ThresholdLevel, r => r.Hysteresis = new DecimalValue(-1, -2));
        Rule("hysteresis too large", ConfigFault.ThresholdLevel, r => r.Hysteresis = new DecimalValue(1, 18));
        Rule("hold below zero", ConfigFault.ThresholdHold, r => r.HoldMs = -1);
        Rule("hold too long", ConfigFault.ThresholdHold, r => r.HoldMs = Limits.MaxHoldMs + 1);
        Rule("severity", ConfigFault.ThresholdSeverity, r => r.Severity = (Severity)3);
        void Air(int asleepS, int awakeS, ConfigFault fault) => bad.Add($"air {asleepS}, {awakeS}", c =>
        {
            c.HasAir = true;
            (c.Air.AsleepS, c.Air.AwakeS) = (asleepS, awakeS);
        }, fault);
        Air(-1, 60, ConfigFault.AirDutyCycle);
        Air(Limits.MaxDutyS + 1, 60, ConfigFault.AirDutyCycle);
        Air(int.MinValue, 60, ConfigFault.AirDutyCycle);
        Air(300, Limits.MinAwakeS - 1, ConfigFault.AirDutyCycle);
        Air(300, Limits.MaxDutyS + 1, ConfigFault.AirDutyCycle);
        Air(300, 60, ConfigFault.AirNoSensor);
        bad.Add("older", c => c.Version = 6, ConfigFault.StaleVersion);
        bad.Add("built-in", c => c.Version = 0, ConfigFault.StaleVersion);
        return bad;
    }

    [Fact]
    public void A_good_configuration_is_applied_reported_and_in_force_at_once()
    {
        TestNode node = Start();
        ReportedState state = LastState(node);
        Assert.Equal((7u, 10_000, 20_000), (state.ConfigVersion, state.WindowMs, state.StateIntervalMs));
        Assert.Equal((0u, ConfigFault.None), (state.RefusedConfigVersion, state.RefusedConfigFault));
        int states = node.Link.Of(TopicKind.State).Count();
        uint windows = node.Node.Outbox.Windows.Added;
        node.Run(120_000);
        Assert.InRange(node.Link.Of(TopicKind.State).Count() - states, 5, 7);
        Assert.InRange(node.Node.Outbox.Windows.Added - windows, 11u, 12u);
    }

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_name_and_the_old_configuration_stays(
        string name, Action<NodeConfig> spoil, ConfigFault fault)
    {
        TestNode node = Start();
        int operations = node.Storage.Operations;
        NodeConfig bad = Good(8);
        spoil(bad);
        Deliver(node, bad);
        ReportedState state = LastState(node);
        Assert.True(fault == state.RefusedConfigFault, $"{name}: {state.RefusedConfigFault}");
        Assert.Equal(bad.Version, state.RefusedConfigVersion);
        Assert.Equal(7u, state.ConfigVersion);
        AssertSame(Good(7), node.Node.Config);
        Assert.Equal(0u, node.Node.Uplink.BadMessages);
        Assert.Equal(operations, node.Storage.Operations);
        // It goes on by the old one, now and after a boot, and takes the next that is good.
        node.Run(20_000);
        Boot(node);
        AssertSame(Good(7), node.Node.Config);
        Deliver(node, Good(9));
        state = LastState(node);
        Assert.Equal((9u, 0u, ConfigFault.None), (state.ConfigVersion, state.RefusedConfigVersion, state.RefusedConfigFault));
    }

    [Theory]
    [InlineData(Limits.MaxThresholds, ConfigFault.None)]
    [InlineData(Limits.MaxThresholds + 1, ConfigFault.TooManyThresholds)]
    [InlineData(40, ConfigFault.TooManyThresholds)]
    public void More_rules_than_a_node_holds_are_refused(int rules, ConfigFault fault)
    {
        TestNode node = Start();
        node.Link.Deliver(TopicKind.Desired, Desired(writer =>
        {
            writer.WriteStartArray(rules);
            for (int i = 0; i < rules; i++)
                WriteRule(writer, "r" + i, w => w.WriteInt32(5));
            writer.WriteEndArray();
        }));
        node.Run(1);
        Assert.Equal(fault, LastState(node).RefusedConfigFault);
        Assert.Equal(fault == ConfigFault.None ? 8u : 7u, LastState(node).ConfigVersion);
    }

    /// <summary>Absurd numbers where a level should stand are no message at all: nothing of it is applied.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e300)]
    [InlineData(12.5)]
    public void A_level_that_is_no_decimal_is_not_understood_and_counted(double level)
    {
        TestNode node = Start();
        node.Link.Deliver(TopicKind.Desired, Desired(writer =>
        {
            writer.WriteStartArray(1);
            WriteRule(writer, "r", w => w.WriteDouble(level));
            writer.WriteEndArray();
        }));
        node.Run(1);
        Assert.Equal(1u, node.Node.Uplink.BadMessages);
        AssertSame(Good(7), node.Node.Config);
        node.Run(60_000);
        Assert.Equal(UplinkOnline, node.State);
    }

    [Fact]
    public void Every_prefix_and_every_spoiled_byte_of_a_desired_state_leaves_a_valid_configuration()
    {
        TestNode node = Start();
        byte[] whole = Bytes(Good(8));
        for (int length = 0; length < whole.Length; length++)
        {
            node.Link.Deliver(TopicKind.Desired, whole[..length]);
            node.Settle();
            AssertSame(Good(7), node.Node.Config);
        }
        Assert.Equal((uint)whole.Length, node.Node.Uplink.BadMessages);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] spoiled = [.. whole];
            spoiled[at] ^= 0xFF;
            node.Link.Deliver(TopicKind.Desired, spoiled);
            node.Settle();
            Assert.Equal(ConfigFault.None, node.Node.Config.Validate());
            Assert.True(node.Node.Config.Version >= 7);
        }
        node.Run(60_000);
        Assert.Equal(UplinkOnline, node.State);
    }

    [Fact]
    public void The_same_version_again_changes_nothing_and_writes_nothing()
    {
        TestNode node = Start();
        int operations = node.Storage.Operations;
        NodeConfig other = Good(7);
        other.WindowMs = 30_000;
        Deliver(node, other);
        Deliver(node, Good(7));
        AssertSame(Good(7), node.Node.Config);
        Assert.Equal(operations, node.Storage.Operations);
    }

    [Fact]
    public void A_desired_state_without_a_configuration_changes_nothing()
    {
        TestNode node = Start();
        node.Link.Deliver(new DesiredState { TimeMs = TestNode.Epoch2026 });
        node.Run(1);
        AssertSame(Good(7), node.Node.Config);
    }

    [Fact]
    public void A_configuration_survives_boots_before_any_connection()
    {
        TestNode node = Start();
        node.Link.Admit = _ => Ports.LinkEventType.Disconnected;
        for (int boot = 0; boot < 3; boot++)
        {
            node.Boot();
            AssertSame(Good(7), node.Node.Config);
            node.Run(30_500);
        }
        Assert.True(node.Node.Outbox.Windows.Waiting >= 9);
    }

    [Fact]
    public void A_power_cut_while_it_is_kept_leaves_the_old_or_the_new_one_whole()
    {
        bool wasCut = true;
        for (int at = 1; wasCut; at++)
        {
            wasCut = false;
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                TestNode node = Start();
                NodeConfig next = Good(8);
                next.WindowMs = 20_000;
                node.Storage.Arm(at, cut);
                try
                {
                    Deliver(node, next);
                }
                catch (PowerCutException)
                {
                    wasCut = true;
                }
                node.Storage.Arm(0, cut);
                Boot(node);
                AssertSame(node.Node.Config.Version == 8 ? next : Good(7), node.Node.Config);
                Assert.True(wasCut || node.Node.Config.Version == 8);
                Deliver(node, next);
                AssertSame(next, node.Node.Config);
            }
        }
    }

    [Fact]
    public void A_flash_that_fails_is_told_and_the_configuration_holds_until_the_boot()
    {
        TestNode node = Start();
        NodeConfig next = Good(8);
        next.StateIntervalMs = 30_000;
        node.Storage.Broken = true;
        Deliver(node, next);
        AssertSame(next, node.Node.Config);
        // The event that tells of it needs the flash as well; that it is missing is told.
        Assert.Equal((8u, 1u), (LastState(node).ConfigVersion, LastState(node).EventsDropped));
        node.Storage.Broken = false;
        node.Run(30_000);
        Boot(node);
        AssertSame(Good(7), node.Node.Config);
        Deliver(node, next);
        AssertSame(next, node.Node.Config);
    }

    [Theory]
    [InlineData(10_000, 60_000)]
    [InlineData(60_000, 10_000)]
    [InlineData(60_000, 1_000)]
    [InlineData(3_600_000, 60_000)]
    public void A_configuration_that_comes_while_a_window_is_open_tears_nothing(int before, int after)
    {
        TestNode node = Start();
        NodeConfig config = Good(8);
        config.WindowMs = before;
        Deliver(node, config);
        node.Run(147_000);
        config = Good(9);
        config.WindowMs = after;
        Deliver(node, config);
        node.Run(200_000);
        List<(uint Sequence, double Start, int DurationMs)> windows = [];
        int samples = 0;
        foreach (SenmlRecord record in node.Link.Of(TopicKind.Telemetry).SelectMany(m => m.Records()))
        {
            if (record.HasWindow)
                windows.Add(((uint)record.Value, record.Time, record.DurationMs));
            else if (record.HasValue && record.Name.EndsWith(Channels.Pm25, StringComparison.Ordinal))
                samples += record.HasStatistics ? record.Count : 1;
        }
        for (int i = 1; i < windows.Count; i++)
        {
            Assert.Equal(windows[i - 1].Sequence + 1, windows[i].Sequence);
            Assert.Equal(windows[i - 1].Start * 1000 + windows[i - 1].DurationMs, windows[i].Start * 1000, 2.0);
        }
        Assert.Equal(after, windows[^1].DurationMs);
        Assert.InRange(node.Dust.Reads - samples, 0, after / 1000 + 1);
    }

    [Fact]
    public void The_largest_configuration_fits_its_record()
    {
        FaultyStorage flash = new(1);
        NodeConfig largest = new() { Version = uint.MaxValue, WindowMs = Limits.MaxWindowMs, StateIntervalMs = Limits.MaxStateIntervalMs };
        largest.ThresholdCount = Limits.MaxThresholds;
        for (int i = 0; i < Limits.MaxThresholds; i++)
        {
            largest.Thresholds[i].Id = new string('a', Limits.MaxId - 1) + (char)('a' + i);
            largest.Thresholds[i].Channel = new string('c', Limits.MaxChannelName);
            largest.Thresholds[i].Level = new DecimalValue(long.MinValue, -Limits.MaxExponent);
            largest.Thresholds[i].Hysteresis = new DecimalValue(long.MaxValue, -Limits.MaxExponent);
            largest.Thresholds[i].HoldMs = Limits.MaxHoldMs;
            largest.Thresholds[i].Severity = Severity.Critical;
        }
        largest.HasScreening = true;
        largest.Screening.Profile = ScreeningProfile.Site;
        largest.Screening.PointCount = Limits.MaxScreeningPoints;
        for (int i = 0; i < Limits.MaxScreeningPoints; i++)
            (largest.Screening.MilliHz[i], largest.Screening.MicroMetresPerS[i]) = (999_990 + i, 1_000_000 - i);
        NodeStore store = new(flash, new Crc32());
        store.Mount(new SeededEntropy(1));
        Assert.True(store.SaveConfig(largest));
        Assert.True(store.SaveAlarms(largest));
        NodeStore again = new(flash, new Crc32());
        again.Mount(new SeededEntropy(1));
        NodeConfig read = new();
        Assert.True(again.LoadConfig(read));
        AssertSame(largest, read);
        Assert.Equal(largest.Screening.MilliHz, read.Screening.MilliHz);
        Assert.Equal(largest.Screening.MicroMetresPerS, read.Screening.MicroMetresPerS);
        Assert.True(again.LoadAlarms(read));
        AssertSame(largest, read);
    }

    private const Uplink.UplinkState UplinkOnline = Uplink.UplinkState.Online;

    private static TestNode Start()
    {
        TestNode node = new TestNode().Claimed();
        Deliver(node, Good(7));
        AssertSame(Good(7), node.Node.Config);
        return node;
    }

    private static NodeConfig Good(uint version)
    {
        NodeConfig config = new() { Version = version, WindowMs = 10_000, StateIntervalMs = 20_000, ThresholdCount = 2 };
        foreach ((ThresholdRule rule, string id) in config.Thresholds.Zip(["first", "second"]))
        {
            rule.Id = id;
            rule.Channel = Channels.Pm25;
            rule.Level = new DecimalValue(355, -1);
            rule.HoldMs = 60_000;
            rule.Severity = Severity.Critical;
        }
        return config;
    }

    private static byte[] Bytes(NodeConfig config)
    {
        DesiredState desired = new() { HasConfig = true };
        desired.Config.CopyFrom(config);
        return ScriptedLink.Bytes(desired.Write);
    }

    private static void Deliver(TestNode node, NodeConfig config)
    {
        node.Link.Deliver(TopicKind.Desired, Bytes(config));
        node.Run(1);
    }

    private static void Boot(TestNode node)
    {
        node.NewLink();
        node.Boot();
        node.RunUntil(() => node.State == UplinkOnline);
    }

    private static ReportedState LastState(TestNode node) => node.Link.Of(TopicKind.State).Last().State();

    private static void AssertSame(NodeConfig wanted, NodeConfig got) =>
        Assert.Equal(Convert.ToHexString(Bytes(wanted)), Convert.ToHexString(Bytes(got)));

    /// <summary>Version 8 with these rules, written by a writer that nobody here wrote.</summary>
    private static byte[] Desired(Action<CborWriter> rules)
    {
        CborWriter writer = new();
        writer.WriteStartMap(1);
        writer.WriteInt32(2);
        writer.WriteStartMap(2);
        writer.WriteInt32(1);
        writer.WriteInt32(8);
        writer.WriteInt32(4);
        rules(writer);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void WriteRule(CborWriter writer, string id, Action<CborWriter> level)
    {
        writer.WriteStartMap(3);
        writer.WriteInt32(1);
        writer.WriteTextString(id);
        writer.WriteInt32(2);
        writer.WriteTextString(Channels.Pm25);
        writer.WriteInt32(5);
        level(writer);
        writer.WriteEndMap();
    }
}
