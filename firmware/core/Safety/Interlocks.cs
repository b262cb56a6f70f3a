using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Thresholds;
using EdgeFleet.Firmware.Vibration;

namespace EdgeFleet.Firmware.Safety
{
    /// <summary>
    /// What must be over before a node may be restarted for something that can wait, such as an update. Uplink's side.
    /// </summary>
    public sealed class Interlocks
    {
        private readonly IVibration? _vibration;
        private readonly ThresholdJudge _judge;
        private readonly ISampler _sampler;

        /// <summary>The interlocks of a node; it has no vibrations where it measures none.</summary>
        public Interlocks(IVibration? vibration, ThresholdJudge judge, ISampler sampler)
        {
            _vibration = vibration;
            _judge = judge;
            _sampler = sampler;
        }

        /// <summary>Whether a vibration event goes on, or what was captured of one is not on flash yet: a restart would cost it.</summary>
        public bool EventInProgress => _vibration != null && (_vibration.InEvent || _vibration.CapturesUnderWay != 0);

        /// <summary>The interlocks that stand, as bits of <see cref="BoardStatus.Interlocks"/>.</summary>
        public int Bits
        {
            get
            {
                int bits = PollutionEpisode ? BoardStatus.InterlockEpisode : 0;
                if (_vibration == null)
                    return bits;
                if (_vibration.InEvent)
                    bits |= BoardStatus.InterlockEvent;
                return _vibration.CapturesUnderWay != 0 ? bits | BoardStatus.InterlockCapture : bits;
            }
        }

        /// <summary>
        /// Whether an alarm stands on a mass of dust, of whatever rule: the hours in which nobody wants a gap. An alarm
        /// from before the boot that no window has confirmed yet counts.
        /// </summary>
        public bool PollutionEpisode
        {
            get
            {
                for (int channel = 0; channel < _sampler.ChannelCount; channel++)
                {
                    if (_sampler.ChannelUnit(channel) == Units.MicrogramsPerCubicMetre && _judge.IsRaisedOn(channel))
                        return true;
                }
                return false;
            }
        }

        /// <summary>Whether any of them stands.</summary>
        public bool Stand => EventInProgress || PollutionEpisode;
    }
}
