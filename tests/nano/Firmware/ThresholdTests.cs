using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Thresholds;
using nanoFramework.TestFramework;

namespace EdgeFleet.Nano.Tests
{
    /// <summary>Alarms of a dust rule: raised past 35, cleared at 30, window by window. Windows have two decimals.</summary>
    [TestClass]
    public class ThresholdTests
    {
        private const int WindowMs = 10_000;

        [TestMethod]
        public static void Raised_past_the_level_and_cleared_behind_the_hysteresis()
        {
            Bench bench = new Bench(Rule(0));
            bench.Judge(3500);
            Assert.AreEqual(0, bench.Count, "at the level");
            bench.Judge(3501);
            Assert.AreEqual(1, bench.Count, "past the level");
            Assert.AreEqual((int)EventType.ThresholdRaised, (int)bench.Type, "type");
            Assert.AreEqual("dust", bench.Rule, "rule");
            Assert.AreEqual("pm25", bench.Channel, "channel");
            Assert.AreEqual(7U, bench.ConfigVersion, "version");
            Expect.Near(35.01, bench.Value, 1e-9, "value");
            Expect.Near(35, bench.Level, 1e-9, "level");
            Assert.IsTrue(bench.IsRaised, "raised");
            bench.Judge(4000);
            bench.Judge(3001);
            bench.Judge(3501);
            Assert.AreEqual(1, bench.Count, "between level and hysteresis");
            bench.Judge(3000);
            Assert.AreEqual(2, bench.Count, "behind the hysteresis");
            Assert.AreEqual((int)EventType.ThresholdCleared, (int)bench.Type, "type");
            Expect.Near(30, bench.Value, 1e-9, "value");
            Assert.IsFalse(bench.IsRaised, "cleared");
        }

        [TestMethod]
        public static void A_rule_with_a_hold_waits_for_it()
        {
            Bench bench = new Bench(Rule(30_000));
            bench.Judge(4000);
            bench.Judge(4000);
            bench.Judge(3400);
            Assert.AreEqual(0, bench.Count, "a dip ends the hold");
            bench.Judge(4000);
            bench.Judge(4000);
            Assert.AreEqual(0, bench.Count, "twenty seconds");
            bench.Judge(4000);
            Assert.AreEqual(1, bench.Count, "thirty seconds");
        }

        [TestMethod]
        public static void A_rule_may_look_downwards()
        {
            ThresholdRule rule = Rule(0);
            rule.Direction = ThresholdDirection.Below;
            Bench bench = new Bench(rule);
            bench.Judge(3500);
            Assert.AreEqual(0, bench.Count, "at the level");
            bench.Judge(3499);
            Assert.AreEqual(1, bench.Count, "below the level");
            bench.Judge(3999);
            Assert.AreEqual(1, bench.Count, "between level and hysteresis");
            bench.Judge(4000);
            Assert.AreEqual(2, bench.Count, "above the hysteresis");
        }

        [TestMethod]
        public static void A_window_without_samples_changes_nothing()
        {
            Bench bench = new Bench(Rule(0));
            bench.Judge(4000);
            bench.JudgeNothing();
            Assert.AreEqual(1, bench.Count, "events");
            Assert.IsTrue(bench.IsRaised, "raised");
        }

        [TestMethod]
        public static void An_alarm_outlives_a_boot()
        {
            Bench before = new Bench(Rule(0));
            before.Judge(4000);
            NodeConfig kept = new NodeConfig();
            before.CopyRaised(kept);
            Assert.AreEqual(1, kept.ThresholdCount, "kept");
            Bench after = new Bench(Rule(0), kept);
            Assert.IsTrue(after.IsRaised, "still raised");
            after.Judge(2000);
            Assert.AreEqual((int)EventType.ThresholdCleared, (int)after.Type, "cleared");
        }

        [TestMethod]
        public static void A_rule_on_a_channel_that_is_not_there_is_refused()
        {
            ThresholdRule rule = Rule(0);
            rule.Channel = "co2";
            NodeConfig config = new NodeConfig { ThresholdCount = 1 };
            config.Thresholds[0].CopyFrom(rule);
            Assert.AreEqual(
                (int)ConfigFault.ThresholdChannel, (int)ThresholdJudge.Check(config, Bench.NewSampler()), "fault");
        }

        private static ThresholdRule Rule(int holdMs) => new ThresholdRule
        {
            Id = "dust",
            Channel = "pm25",
            Level = new DecimalValue(35, 0),
            Hysteresis = new DecimalValue(5, 0),
            HoldMs = holdMs,
            Severity = Severity.Warning,
        };

        /// <summary>A judge with one rule in force, and what it said last.</summary>
        private sealed class Bench : IEventSink
        {
            private readonly ThresholdJudge _judge = new ThresholdJudge();
            private readonly ClosedWindow _window = new ClosedWindow();

            public Bench(ThresholdRule rule)
                : this(rule, new NodeConfig())
            {
            }

            public Bench(ThresholdRule rule, NodeConfig raised)
            {
                NodeConfig config = new NodeConfig { Version = 7, ThresholdCount = 1 };
                config.Thresholds[0].CopyFrom(rule);
                ScalarSampler sampler = NewSampler();
                Assert.AreEqual((int)ConfigFault.None, (int)ThresholdJudge.Check(config, sampler), "fault");
                _judge.Restore(raised);
                _judge.Apply(config, sampler, 0, this);
                _window.StartMs = -WindowMs;
                _window.DurationMs = WindowMs;
            }

            public int Count { get; private set; }

            public EventType Type { get; private set; }

            public string Rule { get; private set; } = "";

            public string Channel { get; private set; } = "";

            public uint ConfigVersion { get; private set; }

            public double Value { get; private set; }

            public double Level { get; private set; }

            public bool IsRaised => _judge.Raised == 1 && _judge.IsRaisedOn(0);

            public static ScalarSampler NewSampler() => new ScalarSampler(
                new IScalarSensor[] { new ScriptedSensor(new[] { 0 }, new SensorResult[0]) }, WindowMs);

            public void Judge(long hundredths)
            {
                _window.Mean[0] = hundredths;
                _window.Min[0] = hundredths;
                _window.Max[0] = hundredths;
                _window.Count[0] = 10;
                Next();
            }

            public void JudgeNothing()
            {
                _window.Count[0] = 0;
                Next();
            }

            public void CopyRaised(NodeConfig target) => _judge.CopyRaised(target);

            public void Emit(NodeEvent happened, long uptimeMs)
            {
                Count++;
                Type = happened.Type;
                Rule = happened.Rule;
                Channel = happened.Channel;
                ConfigVersion = happened.ConfigVersion;
                Value = happened.Value.ToDouble();
                Level = happened.Level.ToDouble();
            }

            private void Next()
            {
                _window.StartMs += WindowMs;
                _judge.Judge(_window, this);
            }
        }
    }
}
