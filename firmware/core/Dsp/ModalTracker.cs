using System;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Follows up to four natural frequencies of a structure: averages spectra of one axis, picks their peaks, and says
    /// when a frequency has left what is usual for it. The sampler's thread gives samples and takes frequencies, once for
    /// each block and window; the uplink's thread steps through the rest, a bounded piece at a time.
    /// </summary>
    /// <remarks>
    /// <code>
    /// Average ── enough segments ──> Scan ── a band done ──> Measure ── peak found, or none ──> Scan the next band
    ///    └───────────────────── all bands done: the modes are settled ─────────────────────────────┘
    /// </code>
    /// </remarks>
    public sealed class ModalTracker : IVibrationTap, IWindowChannels
    {
        // Without bands: from here, in millihertz, to four tenths of the sample rate, where the sensor's filter begins.
        private const int LowestMilliHz = 500;

        private readonly VibrationSampler _sampler;
        private readonly IAccelerometer _sensor;
        private readonly int _longest;
        private readonly SegmentBuffer _buffer;
        private readonly WelchSpectrum _welch;
        private readonly PeakPicker _picker = new PeakPicker();
        private readonly ModeTable _table;
        private readonly ModesConfig _config = new ModesConfig();
        private readonly bool[] _fresh = new bool[ModesConfig.MaxBands];
        private readonly int[] _milliHz = new int[ModesConfig.MaxBands];
        private readonly long[] _amplitude = new long[ModesConfig.MaxBands];
        private Work _work;
        private int _band;
        private int _bin;
        private int _lastBin;
        private bool _hasConfig;
        private bool _changed;

        // The sampler's own, so that they change between two blocks only.
        private int _axis;
        private bool _isOn;

        /// <summary>
        /// A tracker of segments of at most <paramref name="longest"/> samples, a power of two, off until a configuration is
        /// applied. Takes 13 bytes for each of them.
        /// </summary>
        public ModalTracker(VibrationSampler sampler, IAccelerometer sensor, int longest)
        {
            _sampler = sampler;
            _sensor = sensor;
            _longest = longest;
            _buffer = new SegmentBuffer(longest);
            _welch = new WelchSpectrum(longest);
            _table = new ModeTable();
        }

        private enum Work : byte
        {
            Average,
            Scan,
            Measure,
        }

        /// <summary>Modes that are followed at most.</summary>
        public int Modes => ModesConfig.MaxBands;

        /// <inheritdoc/>
        public int ChannelCount => ModesConfig.MaxBands;

        /// <summary>Spectra that were picked since the boot.</summary>
        public int Spectra { get; private set; }

        /// <summary>Half segments that came faster than they were worked on, since the boot.</summary>
        public int Skipped => _buffer.Skipped;

        /// <summary>Whether what is usual could not be kept; the uplink says so once.</summary>
        public bool HasStorageFault => _table.HasStorageFault;

        /// <summary>One of the modes, from 0; the uplink's.</summary>
        public ModeTrack Mode(int mode)
        {
            return _table.Mode(mode);
        }

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            return ModeTable.Channel(channel);
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return Units.Hertz;
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return -3;
        }

        /// <summary>
        /// The frequency of a mode, from 0, in thousandths of a hertz, and the root mean square of its acceleration in
        /// micrometres per second squared; true once for each spectrum that had it.
        /// </summary>
        public bool TryTake(int mode, out long milliHz, out long amplitude)
        {
            milliHz = _milliHz[mode];
            amplitude = _amplitude[mode];
            bool fresh = _fresh[mode];
            _fresh[mode] = false;
            return fresh;
        }

        /// <inheritdoc/>
        public void Fill(ClosedWindow window, int first)
        {
            for (int mode = 0; mode < ModesConfig.MaxBands; mode++)
            {
                bool fresh = TryTake(mode, out long milliHz, out long _);
                int channel = first + mode;
                window.Count[channel] = fresh ? 1 : 0;
                window.Quality[channel] = fresh ? 0 : ClosedWindow.NotDue;
                window.Mean[channel] = milliHz;
                window.Min[channel] = milliHz;
                window.Max[channel] = milliHz;
                window.StdDev[channel] = 0;
            }
        }

        /// <inheritdoc/>
        public void Accept(int[] xyz, int triples, long endMs, int missedBefore)
        {
            if (_changed)
            {
                _axis = AxisOf(_config.Axis);
                _isOn = _config.Averages > 0 && _axis >= 0;
                _buffer.Resize(SegmentOf(_config.Segment));
                _changed = false;
            }
            if (missedBefore != 0)
                _buffer.Interrupt();
            if (_isOn)
                _buffer.Add(xyz, _axis, triples);
        }

        /// <summary>What this node refuses: it has other axes, another rate, or less memory.</summary>
        public ConfigFault Check(ModesConfig config)
        {
            if ((_sensor.AxisMask & (1 << config.Axis)) == 0)
                return ConfigFault.ModesAxis;
            if (config.Segment > _longest)
                return ConfigFault.ModesSegment;
            for (int i = 0; i < config.BandCount; i++)
            {
                if (config.HighMilliHz[i] >= _sensor.RateMilliHz / 2)
                    return ConfigFault.ModesBands;
            }
            return ConfigFault.None;
        }

        /// <summary>Uplink, before the first <see cref="Apply"/>: takes up what was usual before the power went.</summary>
        public void Remember(ModeMemory memory)
        {
            _table.Remember(memory);
        }

        /// <summary>
        /// Uplink: these values hold from the next block on. Built-in ones that this node would refuse are cut to what it
        /// can do; others have been checked. Alarms of modes that are no longer looked for end.
        /// </summary>
        public void Apply(ModesConfig config, uint version, long nowMs, IEventSink sink)
        {
            bool same = _hasConfig && config.Segment == _config.Segment && config.Averages == _config.Averages
                && config.LooksAlike(_config);
            if (same)
            {
                // The spectrum that is under way is as good as ever.
                _config.CopyFrom(config);
                _table.Apply(config, version, nowMs, sink);
                return;
            }
            _hasConfig = true;
            _changed = false;
            _config.CopyFrom(config);
            _welch.Begin(SegmentOf(config.Segment));
            _work = Work.Average;
            _table.Apply(config, version, nowMs, sink);
            for (int i = 0; i < _fresh.Length; i++)
                _fresh[i] = false;
            _changed = true;
        }

        /// <summary>Uplink: does one piece of what there is to do, if anything.</summary>
        public void Step(long nowMs, IEventSink sink)
        {
            // The sampler has not heard of the new values yet, so what is in the buffer is of the old.
            if (_changed || _config.Averages == 0)
                return;
            switch (_work)
            {
                case Work.Average:
                    if (!_welch.Step(_buffer) || _welch.Averages < _config.Averages)
                        break;
                    _table.Begin();
                    _band = 0;
                    BeginBand();
                    break;
                case Work.Scan:
                    int to = _bin + NodeLimits.SpectrumPiece - 1;
                    if (to > _lastBin)
                        to = _lastBin;
                    _picker.Scan(_welch.Sums, _bin, to, _welch.Length / 2);
                    _bin = to + 1;
                    if (_bin > _lastBin)
                        _work = Work.Measure;
                    break;
                default:
                    if (Measure())
                        NextBand(nowMs, sink);
                    break;
            }
        }

        /// <summary>The axis that is looked at; where a node has no such, its last one; -1: it has none.</summary>
        private int AxisOf(int wanted)
        {
            if ((_sensor.AxisMask & (1 << wanted)) != 0)
                return wanted;
            for (int axis = 2; axis >= 0; axis--)
            {
                if ((_sensor.AxisMask & (1 << axis)) != 0)
                    return axis;
            }
            return -1;
        }

        private int SegmentOf(int wanted)
        {
            return wanted < _longest ? wanted : _longest;
        }

        private void BeginBand()
        {
            double binsPerMilliHz = SafeMath.Divide(_welch.Length, _sampler.TrueRateMilliHz, 0);
            int low = _config.BandCount == 0 ? LowestMilliHz : _config.LowMilliHz[_band];
            int high = _config.BandCount == 0 ? _sampler.TrueRateMilliHz / 5 * 2 : _config.HighMilliHz[_band];
            _bin = (int)Math.Ceiling(low * binsPerMilliHz);
            _lastBin = (int)(high * binsPerMilliHz);
            _picker.Begin();
            _work = Work.Scan;
        }

        /// <summary>Measures one candidate; true where the band has given what it has.</summary>
        private bool Measure()
        {
            int candidate = _picker.Strongest(_welch.Sums);
            if (candidate < 0)
                return true;
            double least = PeakPicker.LeastProminence(_welch.Averages);
            if (!_picker.Measure(_welch.Sums, candidate, _welch.Length / 2, least))
                return false;
            double hertz = _picker.Bin * SafeMath.Divide(_sampler.TrueRateMilliHz * 0.001, _welch.Length, 0);
            // Parseval: the mean square is twice the one-sided sum over length squared; a Hann window leaves 3/8 of it.
            double meanSquare = SafeMath.Divide(
                _picker.Energy * 2, 0.375 * _welch.Averages * _welch.Length * _welch.Length, 0);
            _table.Found(_band, hertz, Math.Sqrt(meanSquare) * _sensor.NanoMetresPerCount * 0.001);
            return _config.BandCount > 0;
        }

        private void NextBand(long nowMs, IEventSink sink)
        {
            _band++;
            if (_band < _config.BandCount)
            {
                BeginBand();
                return;
            }
            _table.Settle(_sampler.CentiCelsius, nowMs, sink);
            for (int i = 0; i < ModesConfig.MaxBands; i++)
            {
                ModeTrack mode = _table.Mode(i);
                if (!mode.IsKnown || mode.Absent != 0)
                    continue;
                _milliHz[i] = (int)(mode.Hertz * 1000 + 0.5);
                _amplitude[i] = (long)(mode.Amplitude + 0.5);
                _fresh[i] = true;
            }
            Spectra++;
            _welch.Clear();
            _work = Work.Average;
        }
    }
}
