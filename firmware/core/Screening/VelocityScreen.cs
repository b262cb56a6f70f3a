using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Screening
{
    /// <summary>
    /// Holds the peak particle velocity of each axis and window against the screening line in force, at the frequency of
    /// the peak. An event tells that it was passed; the next one comes when the velocity had stayed below the line for a
    /// window, or rose by half again, so that an hour of strong motion is not an event every ten seconds.
    /// </summary>
    public sealed class VelocityScreen
    {
        private readonly NodeEvent _event = new NodeEvent();
        private readonly ScreeningConfig _none = new ScreeningConfig();
        private readonly ScreeningLine _line = new ScreeningLine();
        private readonly int[] _velocity = new int[3];
        private readonly int[] _frequency = new int[3];
        private readonly long[] _toldPercent = new long[3];
        private readonly string[] _names = new string[3];
        private Severity _severity;
        private uint _version;

        /// <summary>A screen over the velocities that a sampler has; without any it never says anything.</summary>
        public VelocityScreen(ISampler sampler)
        {
            _names[0] = Channels.VelocityX;
            _names[1] = Channels.VelocityY;
            _names[2] = Channels.VelocityZ;
            for (int axis = 0; axis < 3; axis++)
            {
                _velocity[axis] = Find(sampler, _names[axis]);
                _frequency[axis] = Find(sampler, axis == 0 ? Channels.FrequencyX
                    : axis == 1 ? Channels.FrequencyY : Channels.FrequencyZ);
            }
        }

        /// <summary>What this node refuses beyond what every node refuses.</summary>
        public ConfigFault Check(ScreeningConfig config)
        {
            bool any = _velocity[0] >= 0 || _velocity[1] >= 0 || _velocity[2] >= 0;
            return any || config.Profile == ScreeningProfile.None ? ConfigFault.None : ConfigFault.ScreeningNoVelocity;
        }

        /// <summary>Puts a checked configuration in force.</summary>
        public void Apply(NodeConfig config)
        {
            ScreeningConfig screening = config.HasScreening ? config.Screening : _none;
            _line.Apply(screening);
            _severity = screening.Severity;
            _version = config.Version;
            for (int axis = 0; axis < 3; axis++)
                _toldPercent[axis] = 0;
        }

        /// <summary>Screens one window; an axis without a velocity in it changes nothing.</summary>
        public void Judge(ClosedWindow window, IEventSink sink)
        {
            if (!_line.IsSet)
                return;
            for (int axis = 0; axis < 3; axis++)
            {
                int channel = _velocity[axis];
                if (channel < 0 || window.Count[channel] == 0 || (axis == 2 && !_line.HoldsForVertical))
                    continue;
                long peak = window.Max[channel] > -window.Min[channel] ? window.Max[channel] : -window.Min[channel];
                int frequency = _frequency[axis];
                bool known = frequency >= 0 && window.Count[frequency] != 0;
                long centiHz = known ? window.Mean[frequency] : 0;
                // A peak whose frequency is not known is held against the lowest that the line ever is.
                long limit = known ? _line.At(centiHz * 10) : _line.Least();
                long percent = SafeMath.DivideRounded(peak * 100, limit);
                if (peak <= limit)
                {
                    _toldPercent[axis] = 0;
                }
                else if (_toldPercent[axis] == 0 || percent * 2 >= _toldPercent[axis] * 3)
                {
                    _toldPercent[axis] = percent;
                    string at = known ? ScreeningLine.Hundredths(centiHz) + " Hz" : "unknown frequency";
                    string text = "screening, " + _line.Name + ": " + percent.ToString() + " % at " + at;
                    Emit(axis, peak, limit, text, window, sink);
                }
            }
        }

        private void Emit(int axis, long peak, long limit, string text, ClosedWindow window, IEventSink sink)
        {
            _event.Type = EventType.Screening;
            _event.Severity = _severity;
            _event.Rule = "screening";
            _event.ConfigVersion = _version;
            _event.Channel = _names[axis];
            _event.Value = new DecimalValue(peak, -6);
            _event.Level = new DecimalValue(limit, -6);
            _event.Text = text;
            sink.Emit(_event, window.StartMs + window.DurationMs);
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
    }
}
