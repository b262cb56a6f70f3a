using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Firmware.Triggering
{
    /// <summary>
    /// Watches the axes of an accelerometer for events, and keeps the samples before and after them: see
    /// <see cref="StaLta"/> for when an axis is active. Enough axes active for long enough are an event.
    /// </summary>
    /// <remarks>
    /// <code>
    /// Quiet ── enough axes active ──> Rising ── for the minimum duration ──> Event ── no longer ──> Cooldown ──> Quiet
    ///                                   └ no longer: Quiet
    /// </code>
    /// An event opens a capture, which ends a fixed time after the event's begin, however long the event is. The sampler's
    /// thread does all this; the uplink's takes those of <see cref="Slots"/> that are full.
    /// </remarks>
    public sealed class VibrationTrigger : IVibrationTap
    {
        private readonly IAccelerometer _sensor;
        private readonly StaLta[] _axes = new StaLta[3];
        private readonly byte[] _active = new byte[NodeLimits.DrainTriples];
        private readonly TriggerConfig _next = new TriggerConfig();

        private Phase _phase;
        private int _mask;
        private int _needed;
        private int _onMilli;
        private int _minSamples;
        private int _cooldownSamples;
        private int _preSamples;
        private int _postSamples;
        private int _inPhase;
        private uint _onset;
        private uint _lossAt;
        private bool _peaked;
        private long _heardMs = -1;
        private bool _changed;
        private bool _wanted;
        private uint _wantedBy;
        private bool _refused;

        /// <summary>A trigger that is off until a configuration is applied; its history holds so many samples.</summary>
        public VibrationTrigger(IAccelerometer sensor, int historyTriples)
        {
            _sensor = sensor;
            History = new SampleHistory(historyTriples);
            for (int i = 0; i < _axes.Length; i++)
                _axes[i] = new StaLta();
        }

        private enum Phase : byte
        {
            Quiet,
            Rising,
            Event,
            Cooldown,
        }

        /// <summary>The samples.</summary>
        public SampleHistory History { get; }

        /// <summary>Captures that are open or full; the uplink takes the full ones and frees them.</summary>
        public CaptureSlots Slots { get; } = new CaptureSlots();

        /// <summary>Whether something is going on: nothing that can wait should be done now.</summary>
        public bool InEvent => _phase == Phase.Rising || _phase == Phase.Event;

        /// <summary>Events that found no free slot, since the boot.</summary>
        public uint Missed { get; private set; }

        /// <summary>Axes that are there: bit 0 x, bit 1 y, bit 2 z.</summary>
        public int AxisMask => _sensor.AxisMask & 7;

        /// <summary>Samples a second, times a thousand; at least 1.</summary>
        public int RateMilliHz => _sensor.RateMilliHz < 1 ? 1 : _sensor.RateMilliHz;

        /// <summary>Acceleration of one count, in nanometres per second squared.</summary>
        public int NanoMetresPerCount => _sensor.NanoMetresPerCount;

        /// <summary>What this node refuses: it has other axes, another rate, or less memory.</summary>
        public ConfigFault Check(TriggerConfig config)
        {
            int mask = config.AxisMask & AxisMask;
            int axes = (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);
            if (mask == 0 || config.Needed > axes)
                return ConfigFault.TriggerAxes;
            if ((long)SamplesOf(config.PreMs) + SamplesOf(config.PostMs) > MaxSamples)
                return ConfigFault.TriggerCapture;
            return config.HighMilliHz >= RateMilliHz / 2 ? ConfigFault.TriggerBand : ConfigFault.None;
        }

        /// <summary>
        /// Uplink: these values hold from the next block on. Built-in ones that this node would refuse are cut to what it
        /// can do; others have been checked.
        /// </summary>
        public void Apply(TriggerConfig config)
        {
            _changed = false;
            _next.CopyFrom(config);
            _changed = true;
        }

        /// <summary>Uplink: begins a capture with the next block, trigger or not; false while another such is waited for.</summary>
        public bool CaptureNow(uint commandId)
        {
            if (_wanted || _refused)
                return false;
            _wantedBy = commandId;
            _wanted = true;
            return true;
        }

        /// <summary>Uplink: whether <see cref="CaptureNow"/> found no free slot after all.</summary>
        public bool TakeRefusal(out uint commandId)
        {
            commandId = _wantedBy;
            bool refused = _refused;
            _refused = false;
            return refused;
        }

        /// <inheritdoc/>
        public void Accept(int[] xyz, int triples, long endMs, int missedBefore)
        {
            if (_changed)
                Reset();
            if (missedBefore != 0)
                Lose(missedBefore, triples, endMs);
            _heardMs = endMs;
            if (triples == 0)
            {
                Slots.CloseFull(History.Written, _axes);
                return;
            }
            if (_peaked)
                ForgetPeaks();
            uint first = History.Written;
            History.Add(xyz, triples);
            bool any = false;
            if (_needed > 0)
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    if ((_mask & (1 << axis)) != 0)
                        any |= _axes[axis].Accept(xyz, axis, triples, _active, 1 << axis);
                }
                _peaked |= any;
            }
            if (any || _phase != Phase.Quiet)
            {
                for (int i = 0; i < triples; i++)
                {
                    Step(_active[i], first + (uint)i, endMs - Milliseconds(triples - 1 - i));
                    _active[i] = 0;
                }
            }
            if (_wanted)
            {
                Open(first, endMs - Milliseconds(triples - 1), true);
                _wanted = false;
            }
            Slots.CloseFull(History.Written, _axes);
        }

        /// <summary>What comes of one sample while something is going on.</summary>
        private void Step(int active, uint number, long atMs)
        {
            int axes = (active & 1) + ((active >> 1) & 1) + (active >> 2);
            bool enough = axes >= _needed && axes > 0;
            _inPhase++;
            switch (_phase)
            {
                case Phase.Quiet:
                    if (!enough)
                        break;
                    _phase = Phase.Rising;
                    _onset = number;
                    _inPhase = 1;
                    goto case Phase.Rising;
                case Phase.Rising:
                    if (!enough)
                    {
                        Enter(Phase.Quiet);
                        break;
                    }
                    if (_inPhase < _minSamples)
                        break;
                    Open(_onset, atMs - Milliseconds((int)(number - _onset)), false);
                    Enter(Phase.Event);
                    break;
                case Phase.Event:
                    if (!enough)
                        Enter(Phase.Cooldown);
                    break;
                default:
                    if (_inPhase >= _cooldownSamples)
                        Enter(Phase.Quiet);
                    break;
            }
            if (axes > 1)
                Slots.NoteAxes(axes);
        }

        private void Enter(Phase phase)
        {
            _phase = phase;
            _inPhase = 0;
        }

        /// <summary>Takes a slot for the samples from <paramref name="onset"/> less the time before it.</summary>
        private void Open(uint onset, long onsetMs, bool asked)
        {
            Capture? slot = Slots.Free();
            if (slot == null)
            {
                Missed++;
                if (asked)
                    _refused = true;
                return;
            }
            // Not further back than the last loss, for where that was nobody wrote down, and not before the boot.
            uint before = onset - _lossAt;
            int pre = before < (uint)_preSamples ? (int)before : _preSamples;
            slot.First = onset - (uint)pre;
            slot.Samples = pre + _postSamples;
            slot.StartMs = onsetMs < Milliseconds(pre) ? 0 : onsetMs - Milliseconds(pre);
            slot.OnsetMs = onsetMs;
            slot.Gaps = 0;
            slot.Asked = asked;
            slot.CommandId = asked ? _wantedBy : 0;
            slot.Axis = 0;
            slot.PeakMilli = 0;
            slot.AxesActive = asked ? 0 : _needed;
            slot.OnMilli = _onMilli;
            slot.Stage = CaptureStage.Open;
        }

        /// <summary>Samples are missing before the next block: filters begin anew, and open captures write it down.</summary>
        private void Lose(int missed, int triples, long endMs)
        {
            if (missed < 0)
            {
                // Nobody counted; the time that passed tells how many there should have been.
                long should = _heardMs < 0 ? 0 : (endMs - _heardMs) * RateMilliHz / 1000000 - triples;
                missed = should < 1 ? 1 : should > int.MaxValue / 2 ? int.MaxValue / 2 : (int)should;
            }
            for (int i = 0; i < _axes.Length; i++)
                _axes[i].Restart();
            _lossAt = History.Written;
            // What rose before the loss need not be what rises behind it.
            if (_phase == Phase.Rising)
                Enter(Phase.Quiet);
            Slots.Lose(missed, History.Written);
        }

        /// <summary>A ratio from before this event must not pass for its largest.</summary>
        private void ForgetPeaks()
        {
            if (_phase != Phase.Quiet || _axes[0].Active || _axes[1].Active || _axes[2].Active)
                return;
            Slots.NotePeaks(_axes);
            for (int axis = 0; axis < _axes.Length; axis++)
                _axes[axis].ForgetPeak();
            _peaked = false;
        }

        private void Reset()
        {
            _changed = false;
            Slots.NotePeaks(_axes);
            long rate = RateMilliHz;
            long high = _next.HighMilliHz;
            if (high >= rate / 2)
                high = rate * 2 / 5;
            long low = _next.LowMilliHz;
            if (low >= high)
                low = high / 10;
            int sta = SamplesOf(_next.StaMs);
            int lta = SamplesOf(_next.LtaMs);
            if (sta < 1)
                sta = 1;
            if (lta <= sta)
                lta = sta + 1;
            _postSamples = SamplesOf(_next.PostMs);
            if (_postSamples < 1)
                _postSamples = 1;
            if (_postSamples > MaxSamples)
                _postSamples = MaxSamples;
            _preSamples = SamplesOf(_next.PreMs);
            if (_preSamples > MaxSamples - _postSamples)
                _preSamples = MaxSamples - _postSamples;
            _minSamples = SamplesOf(_next.MinDurationMs);
            _cooldownSamples = SamplesOf(_next.CooldownMs);
            _onMilli = _next.OnMilli;
            _needed = _next.Needed;
            _mask = _next.AxisMask & AxisMask;
            for (int axis = 0; axis < _axes.Length; axis++)
            {
                _axes[axis].Apply(
                    sta, lta, _onMilli * 0.001, _next.OffMilli * 0.001, low * 0.001, high * 0.001, rate * 0.001);
            }
            Enter(Phase.Quiet);
        }

        private int MaxSamples
        {
            get
            {
                int most = History.Capacity / 4 * NodeLimits.CaptureQuarters;
                return most < NodeLimits.MaxCaptureSamples ? most : NodeLimits.MaxCaptureSamples;
            }
        }

        private int SamplesOf(int milliseconds)
        {
            return (int)((long)milliseconds * RateMilliHz / 1000000);
        }

        private long Milliseconds(int samples)
        {
            return (long)samples * 1000000 / RateMilliHz;
        }
    }
}
