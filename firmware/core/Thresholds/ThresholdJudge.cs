using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Thresholds
{
    /// <summary>Takes what a judge decides.</summary>
    public interface IEventSink
    {
        /// <summary>
        /// Something happened at <paramref name="uptimeMs"/>; the event's time, epoch and number are the sink's to fill.
        /// </summary>
        void Emit(NodeEvent happened, long uptimeMs);
    }

    /// <summary>
    /// Holds every closed window against the rules in force. A rule is raised when its value has stayed past the level
    /// for the hold time, and cleared when it comes back past level and hysteresis; in between nothing changes.
    /// </summary>
    public sealed class ThresholdJudge
    {
        private readonly NodeEvent _event = new NodeEvent();
        private readonly ThresholdRule[] _rules = new ThresholdRule[Limits.MaxThresholds];
        private readonly int[] _channel = new int[Limits.MaxThresholds];
        private readonly long[] _level = new long[Limits.MaxThresholds];
        private readonly long[] _clear = new long[Limits.MaxThresholds];
        private readonly int[] _exponent = new int[Limits.MaxThresholds];
        private readonly bool[] _raised = new bool[Limits.MaxThresholds];
        private readonly long[] _pastSinceMs = new long[Limits.MaxThresholds];
        private readonly bool[] _unsure = new bool[Limits.MaxThresholds];
        private readonly bool[] _keptUnsure = new bool[Limits.MaxThresholds];
        private readonly bool[] _kept = new bool[Limits.MaxThresholds];
        private readonly long[] _keptSinceMs = new long[Limits.MaxThresholds];
        private int _count;
        private uint _version;

        /// <summary>No rules.</summary>
        public ThresholdJudge()
        {
            for (int i = 0; i < _rules.Length; i++)
                _rules[i] = new ThresholdRule();
        }

        /// <summary>Alarms that are raised now.</summary>
        public int Raised
        {
            get
            {
                int raised = 0;
                for (int i = 0; i < _count; i++)
                    raised += _raised[i] ? 1 : 0;
                return raised;
            }
        }

        /// <summary>Whether an alarm stands on a channel.</summary>
        public bool IsRaisedOn(int channel)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_raised[i] && _channel[i] == channel)
                    return true;
            }
            return false;
        }

        /// <summary>Whether an alarm was raised or cleared since <see cref="CopyRaised"/> was last called.</summary>
        public bool Changed { get; private set; }

        /// <summary>Copies the rules whose alarms are raised, with the version they came with, to be kept.</summary>
        public void CopyRaised(NodeConfig target)
        {
            target.Reset();
            target.Version = _version;
            for (int i = 0; i < _count; i++)
            {
                if (_raised[i])
                    target.Thresholds[target.ThresholdCount++].CopyFrom(_rules[i]);
            }
            Changed = false;
        }

        /// <summary>
        /// Begins with the alarms that were raised before the boot; the configuration that is applied next keeps those
        /// that it still has, and clears the others. Else an alarm that ended meanwhile would stand for ever. Whether
        /// its event was kept before the power went is not known, so what still stands is raised once more.
        /// </summary>
        public void Restore(NodeConfig raised)
        {
            _count = raised.ThresholdCount;
            _version = raised.Version;
            for (int i = 0; i < _count; i++)
            {
                _rules[i].CopyFrom(raised.Thresholds[i]);
                _level[i] = _rules[i].Level.Mantissa;
                _exponent[i] = _rules[i].Level.Exponent;
                _raised[i] = true;
                _unsure[i] = true;
                _pastSinceMs[i] = -1;
            }
        }

        /// <summary>What this node refuses in a configuration beyond what every node refuses.</summary>
        public static ConfigFault Check(NodeConfig config, ISampler sampler)
        {
            for (int i = 0; i < config.ThresholdCount; i++)
            {
                ThresholdRule rule = config.Thresholds[i];
                int channel = Find(sampler, rule.Channel);
                if (channel < 0)
                    return ConfigFault.ThresholdChannel;
                int exponent = ExponentOf(rule.Statistic, sampler.ChannelExponent(channel));
                if (!rule.Level.TryRescale(exponent, out long _) || !rule.Hysteresis.TryRescale(exponent, out long _))
                    return ConfigFault.ThresholdLevel;
            }
            return ConfigFault.None;
        }

        /// <summary>
        /// Puts a checked configuration's rules in force. A rule that stays as it was keeps its alarm; the alarm of one
        /// that changed or went is cleared.
        /// </summary>
        public void Apply(NodeConfig config, ISampler sampler, long nowMs, IEventSink sink)
        {
            for (int i = 0; i < config.ThresholdCount; i++)
            {
                int old = Unchanged(config.Thresholds[i]);
                _kept[i] = old >= 0 && _raised[old];
                _keptUnsure[i] = _kept[i] && _unsure[old];
                _keptSinceMs[i] = old >= 0 ? _pastSinceMs[old] : -1;
            }
            for (int i = 0; i < _count; i++)
            {
                if (_raised[i] && !StaysIn(config, i))
                    Emit(EventType.ThresholdCleared, i, _level[i], "rule changed", nowMs, sink);
            }
            _count = config.ThresholdCount;
            _version = config.Version;
            for (int i = 0; i < _count; i++)
            {
                ThresholdRule rule = _rules[i];
                rule.CopyFrom(config.Thresholds[i]);
                _channel[i] = Find(sampler, rule.Channel);
                _exponent[i] = ExponentOf(rule.Statistic, sampler.ChannelExponent(_channel[i]));
                rule.Level.TryRescale(_exponent[i], out _level[i]);
                rule.Hysteresis.TryRescale(_exponent[i], out long hysteresis);
                _clear[i] = rule.Direction == ThresholdDirection.Above ? _level[i] - hysteresis : _level[i] + hysteresis;
                _raised[i] = _kept[i];
                _unsure[i] = _keptUnsure[i];
                _pastSinceMs[i] = _keptSinceMs[i];
            }
        }

        /// <summary>Judges one window; a channel without samples changes nothing.</summary>
        public void Judge(ClosedWindow window, IEventSink sink)
        {
            for (int i = 0; i < _count; i++)
            {
                int channel = _channel[i];
                if (window.Count[channel] == 0 || !Has(window, channel, _rules[i].Statistic))
                    continue;
                long value = Value(window, channel, _rules[i].Statistic);
                bool above = _rules[i].Direction == ThresholdDirection.Above;
                bool past = above ? value > _level[i] : value < _level[i];
                bool back = above ? value <= _clear[i] : value >= _clear[i];
                long endMs = window.StartMs + window.DurationMs;
                if (_raised[i])
                {
                    if (back && !past)
                    {
                        _raised[i] = false;
                        _pastSinceMs[i] = -1;
                        Emit(EventType.ThresholdCleared, i, value, "", endMs, sink);
                    }
                    else if (_unsure[i])
                    {
                        Emit(EventType.ThresholdRaised, i, value, "stands since before the boot", endMs, sink);
                    }
                    _unsure[i] = false;
                }
                else if (!past)
                {
                    _pastSinceMs[i] = -1;
                }
                else
                {
                    if (_pastSinceMs[i] < 0)
                        _pastSinceMs[i] = window.StartMs;
                    if (endMs - _pastSinceMs[i] >= _rules[i].HoldMs)
                    {
                        _raised[i] = true;
                        Emit(EventType.ThresholdRaised, i, value, "", endMs, sink);
                    }
                }
            }
        }

        private void Emit(EventType type, int rule, long value, string text, long uptimeMs, IEventSink sink)
        {
            Changed = true;
            _event.Type = type;
            _event.Severity = _rules[rule].Severity;
            _event.Rule = _rules[rule].Id;
            _event.ConfigVersion = _version;
            _event.Channel = _rules[rule].Channel;
            _event.Value = new DecimalValue(value, _exponent[rule]);
            _event.Level = new DecimalValue(_level[rule], _exponent[rule]);
            _event.Text = text;
            sink.Emit(_event, uptimeMs);
        }

        /// <summary>Numbers without a unit are in thousandths, whatever the channel's exponent.</summary>
        private static int ExponentOf(Statistic statistic, int channelExponent)
        {
            return statistic == Statistic.Crest || statistic == Statistic.Kurtosis ? -3 : channelExponent;
        }

        private static bool Has(ClosedWindow window, int channel, Statistic statistic)
        {
            if (statistic == Statistic.Kurtosis)
                return window.Kurtosis[channel] != 0;
            return statistic != Statistic.Crest || window.StdDev[channel] != 0;
        }

        private static long Value(ClosedWindow window, int channel, Statistic statistic)
        {
            switch (statistic)
            {
                case Statistic.Min:
                    return window.Min[channel];
                case Statistic.Max:
                    return window.Max[channel];
                case Statistic.StdDev:
                    return window.StdDev[channel];
                case Statistic.Peak:
                    return Peak(window, channel);
                case Statistic.PeakToPeak:
                    return window.Max[channel] - window.Min[channel];
                case Statistic.Crest:
                    return SafeMath.DivideRounded(Peak(window, channel) * 1000, window.StdDev[channel]);
                case Statistic.Kurtosis:
                    return window.Kurtosis[channel];
                default:
                    return window.Mean[channel];
            }
        }

        private static long Peak(ClosedWindow window, int channel)
        {
            long up = window.Max[channel] - window.Mean[channel];
            long down = window.Mean[channel] - window.Min[channel];
            return up > down ? up : down;
        }

        private static int Find(ISampler sampler, string name)
        {
            for (int i = 0; i < sampler.ChannelCount; i++)
            {
                if (sampler.ChannelName(i) == name)
                    return i;
            }
            return -1;
        }

        private int Unchanged(ThresholdRule rule)
        {
            for (int i = 0; i < _count; i++)
            {
                if (Same(_rules[i], rule))
                    return i;
            }
            return -1;
        }

        private bool StaysIn(NodeConfig config, int old)
        {
            for (int i = 0; i < config.ThresholdCount; i++)
            {
                if (Same(_rules[old], config.Thresholds[i]))
                    return true;
            }
            return false;
        }

        private static bool Same(ThresholdRule a, ThresholdRule b)
        {
            return a.Id == b.Id && a.Channel == b.Channel && a.Statistic == b.Statistic && a.Direction == b.Direction
                && a.HoldMs == b.HoldMs && a.Severity == b.Severity
                && a.Level.Mantissa == b.Level.Mantissa && a.Level.Exponent == b.Level.Exponent
                && a.Hysteresis.Mantissa == b.Hysteresis.Mantissa && a.Hysteresis.Exponent == b.Hysteresis.Exponent;
        }
    }
}
