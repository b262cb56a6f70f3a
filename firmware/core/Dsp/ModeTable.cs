using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Which peak of a spectrum is which mode, and the alarms of the modes. With bands each has its mode; without, a mode
    /// is followed from peak to nearest peak, and places that are free go to the strongest of the others.
    /// </summary>
    public sealed class ModeTable
    {
        // Without bands a peak farther from a mode than this part is not its.
        private const double Reach = 0.1;

        // Without bands: spectra without a mode after which its place is free; 512 are a day and a half.
        private const int FreeWhileLearning = 4;
        private const int FreeWhenLearned = 512;

        // What is usual moves slowly; so many spectra, three days, between two writes spare the flash.
        private const int KeepEvery = 1024;

        private readonly ModeTrack[] _modes = new ModeTrack[ModesConfig.MaxBands];
        private readonly ModesConfig _config = new ModesConfig();
        private readonly NodeEvent _event = new NodeEvent();

        // By falling strength; with bands by band, 0 Hz where it had none.
        private readonly double[] _hertz = new double[PeakPicker.MaxPeaks];
        private readonly double[] _amplitudes = new double[PeakPicker.MaxPeaks];
        private readonly int[] _owner = new int[PeakPicker.MaxPeaks];
        private readonly int[] _peakOf = new int[ModesConfig.MaxBands];
        private int _peaks;

        private ModeMemory? _memory;
        private uint _version;
        private int _unkept;
        private bool _knowsWhatFor;

        /// <summary>A table of no modes.</summary>
        public ModeTable()
        {
            for (int i = 0; i < _modes.Length; i++)
                _modes[i] = new ModeTrack();
        }

        /// <summary>Whether the last write to the memory failed.</summary>
        public bool HasStorageFault { get; private set; }

        /// <summary>Name of the channel of a mode, from 0.</summary>
        public static string Channel(int mode)
        {
            return mode == 0 ? Channels.Mode1 : mode == 1 ? Channels.Mode2 : mode == 2 ? Channels.Mode3 : Channels.Mode4;
        }

        /// <summary>One of the modes, from 0.</summary>
        public ModeTrack Mode(int mode)
        {
            return _modes[mode];
        }

        /// <summary>Takes up what was known before the power went.</summary>
        public void Remember(ModeMemory memory)
        {
            _memory = memory;
            _knowsWhatFor = memory.Load(_config, _modes);
        }

        /// <summary>These values hold from the next spectrum on; modes that are no longer looked for are forgotten.</summary>
        public void Apply(ModesConfig config, uint version, long nowMs, IEventSink sink)
        {
            bool same = _knowsWhatFor && config.Averages > 0 && _config.LooksAlike(config);
            _config.CopyFrom(config);
            _version = version;
            _knowsWhatFor = true;
            if (same)
                return;
            bool any = false;
            for (int i = 0; i < _modes.Length; i++)
            {
                any |= _modes[i].IsKnown;
                if (_modes[i].IsRaised)
                    Emit(EventType.ThresholdCleared, i, "no longer looked for", nowMs, sink);
                _modes[i].Forget();
            }
            if (any)
                Keep();
        }

        /// <summary>A spectrum begins to be picked.</summary>
        public void Begin()
        {
            _peaks = 0;
            for (int i = 0; i < _config.BandCount; i++)
                _hertz[i] = 0;
        }

        /// <summary>A peak of a band, or without bands the next by strength.</summary>
        public void Found(int band, double hertz, double amplitude)
        {
            int at = _config.BandCount > 0 ? band : _peaks++;
            _hertz[at] = hertz;
            _amplitudes[at] = amplitude;
        }

        /// <summary>All peaks are there: tells them to their modes, and emits what comes of it.</summary>
        public void Settle(int centiCelsius, long nowMs, IEventSink sink)
        {
            if (_config.BandCount == 0)
                Assign();
            for (int i = 0; i < _modes.Length; i++)
            {
                int peak = _config.BandCount == 0 ? _peakOf[i] : i < _config.BandCount && _hertz[i] > 0 ? i : -1;
                if (peak < 0)
                    Miss(_modes[i]);
                else
                    Accept(i, peak, centiCelsius, nowMs, sink);
            }
            _unkept++;
            if (_unkept >= KeepEvery)
                Keep();
        }

        private void Miss(ModeTrack mode)
        {
            if (!mode.IsKnown)
                return;
            mode.Miss();
            int free = mode.Learned < ModeTrack.Learning ? FreeWhileLearning : FreeWhenLearned;
            if (_config.BandCount == 0 && mode.Absent >= free && !mode.IsRaised)
                mode.Forget();
        }

        private void Accept(int i, int peak, int centiCelsius, long nowMs, IEventSink sink)
        {
            ModeTrack mode = _modes[i];
            bool learning = mode.Learned < ModeTrack.Learning;
            DriftChange change = mode.Accept(
                _hertz[peak], _amplitudes[peak], centiCelsius, _config.DriftPpm * 0.000001, _config.Hold);
            // An alarm is on flash before its event is, and forgotten after: a cut makes one event more, never one less.
            if (change == DriftChange.Raised || (learning && mode.Learned == ModeTrack.Learning))
                Keep();
            if (change == DriftChange.Raised)
                Emit(EventType.ThresholdRaised, i, Describe(mode), nowMs, sink);
            else if (change == DriftChange.Cleared)
                Emit(EventType.ThresholdCleared, i, Describe(mode), nowMs, sink);
            else if (mode.IsUnsure)
                Emit(EventType.ThresholdRaised, i, "stands since before the boot", nowMs, sink);
            mode.IsUnsure = false;
            if (change == DriftChange.Cleared)
                Keep();
        }

        /// <summary>Gives each peak to the mode that it is nearest to, nearest pairs first, and places to those left.</summary>
        private void Assign()
        {
            for (int p = 0; p < _peaks; p++)
                _owner[p] = -1;
            for (int m = 0; m < _modes.Length; m++)
                _peakOf[m] = -1;
            for (int turn = 0; turn < _modes.Length; turn++)
            {
                double nearest = Reach;
                int mode = -1;
                int peak = -1;
                for (int m = 0; m < _modes.Length; m++)
                {
                    if (!_modes[m].IsKnown || _peakOf[m] >= 0)
                        continue;
                    for (int p = 0; p < _peaks; p++)
                    {
                        double away = SafeMath.Divide(_hertz[p] - _modes[m].Hertz, _modes[m].Hertz, 1);
                        if (away < 0)
                            away = -away;
                        if (_owner[p] >= 0 || away >= nearest)
                            continue;
                        nearest = away;
                        mode = m;
                        peak = p;
                    }
                }
                if (mode < 0)
                    break;
                _peakOf[mode] = peak;
                _owner[peak] = mode;
            }
            int next = 0;
            for (int m = 0; m < _modes.Length; m++)
            {
                if (_modes[m].IsKnown)
                    continue;
                while (next < _peaks && _owner[next] >= 0)
                    next++;
                if (next == _peaks)
                    return;
                _peakOf[m] = next;
                _owner[next] = m;
            }
        }

        private void Keep()
        {
            _unkept = 0;
            if (_memory != null)
                HasStorageFault = !_memory.Save(_config, _modes);
        }

        private void Emit(EventType type, int i, string text, long nowMs, IEventSink sink)
        {
            ModeTrack mode = _modes[i];
            double level = mode.Usual * _config.DriftPpm * 0.000001;
            _event.Type = type;
            _event.Severity = Severity.Warning;
            _event.Rule = "drift-" + Channel(i);
            _event.ConfigVersion = _version;
            _event.Channel = Channel(i);
            _event.Value = new DecimalValue((long)(mode.Hertz * 1000 + 0.5), -3);
            _event.Level = new DecimalValue((long)((mode.Drift < 0 ? mode.Usual - level : mode.Usual + level) * 1000 + 0.5), -3);
            _event.Text = text;
            sink.Emit(_event, nowMs);
        }

        /// <summary>By how much, of what, how strong and how warm.</summary>
        private static string Describe(ModeTrack mode)
        {
            double drift = mode.Drift < 0 ? -mode.Drift : mode.Drift;
            string text = Fixed((long)(drift * 10000 + 0.5), 2) + (mode.Drift < 0 ? " % below " : " % above ")
                + Fixed((long)(mode.Usual * 1000 + 0.5), 3) + " Hz, " + Fixed((long)(mode.Amplitude + 0.5), 3) + " mm/s2 RMS";
            int celsius = mode.CentiCelsius;
            return celsius == 0 ? text
                : text + ", " + (celsius < 0 ? "-" : "") + Fixed(celsius < 0 ? -celsius : celsius, 2) + " Cel";
        }

        private static string Fixed(long value, int decimals)
        {
            long unit = decimals == 2 ? 100 : 1000;
            string rest = (value % unit).ToString();
            while (rest.Length < decimals)
                rest = "0" + rest;
            return (value / unit).ToString() + "." + rest;
        }
    }
}
