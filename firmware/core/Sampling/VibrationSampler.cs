using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Windows over an accelerometer: mean, extremes and standard deviation (the RMS about the mean) of each axis, in
    /// micrometres per second squared, and the sensor's temperature. A window ends with the sample that completes it,
    /// so none is counted twice or split between two.
    /// </summary>
    public sealed class VibrationSampler : ISampler
    {
        private readonly IAccelerometer _sensor;
        private readonly int[] _xyz = new int[NodeLimits.DrainTriples * 3];
        private readonly int[] _axes = new int[3];
        private readonly int _axisCount;
        private readonly int[] _first = new int[3];
        private readonly int[] _min = new int[3];
        private readonly int[] _max = new int[3];
        private readonly long[] _sum = new long[3];
        private readonly long[] _squares = new long[3];
        private readonly IVibrationTap[] _taps = new IVibrationTap[NodeLimits.MaxTaps];
        private int _tapCount;

        private int _windowMs;
        private int _openedMs;
        private int _target;
        private int _count;
        private int _quality;
        private long _startMs = -1;
        private long _heardMs = -1;
        private long _nextMs;

        /// <summary>A sampler of the axes that the sensor has.</summary>
        public VibrationSampler(IAccelerometer sensor, int defaultWindowMs)
        {
            _sensor = sensor;
            DefaultWindowMs = defaultWindowMs;
            _windowMs = defaultWindowMs;
            for (int axis = 0; axis < 3; axis++)
            {
                if ((sensor.AxisMask & (1 << axis)) != 0)
                    _axes[_axisCount++] = axis;
            }
        }

        /// <inheritdoc/>
        public WindowRing Ring { get; } = new WindowRing();

        /// <summary>The axes, and the temperature behind them.</summary>
        public int ChannelCount => _axisCount + 1;

        /// <inheritdoc/>
        public int DefaultWindowMs { get; }

        /// <inheritdoc/>
        public uint SamplesMissed { get; private set; }

        /// <inheritdoc/>
        public long NextSampleMs => _nextMs;

        /// <summary>
        /// Lets <paramref name="tap"/> see every block from now on; false where <see cref="NodeLimits.MaxTaps"/> do
        /// already. Call while the node is put together, before the first step.
        /// </summary>
        public bool AddTap(IVibrationTap tap)
        {
            if (_tapCount == _taps.Length)
                return false;
            _taps[_tapCount++] = tap;
            return true;
        }

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            if (channel == _axisCount)
                return Channels.Temperature;
            int axis = _axes[channel];
            return axis == 0 ? Channels.AccelX : axis == 1 ? Channels.AccelY : Channels.AccelZ;
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return channel == _axisCount ? Units.Celsius : Units.MetresPerSecondSquared;
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return channel == _axisCount ? -2 : -6;
        }

        /// <inheritdoc/>
        public void SetWindow(int windowMs)
        {
            _windowMs = windowMs;
        }

        /// <summary>Changes nothing: the sensor's own clock, not ours, makes the samples of a window.</summary>
        public void SetUtcOffset(long utcMinusUptimeMs)
        {
        }

        /// <inheritdoc/>
        public void Sample(long nowMs)
        {
            _nextMs = nowMs + NodeLimits.FastPollMs;
            if (_heardMs < 0)
                _heardMs = nowMs;
            if (nowMs - _heardMs >= _windowMs)
                CloseSilent(nowMs);
            // A FIFO's worth at a time, until it is empty; a sensor that is never empty is given up until the next step.
            for (int turn = 0; turn < 64; turn++)
            {
                SensorResult result = _sensor.Drain(nowMs, _xyz, NodeLimits.DrainTriples, out int triples, out int missed);
                if (missed > 0)
                {
                    SamplesMissed += (uint)missed;
                    _quality |= QualityFlags.Gap;
                }
                if (result == SensorResult.Failed)
                    _quality |= QualityFlags.Missing | QualityFlags.Gap;
                int missedBefore = result == SensorResult.Failed && missed == 0 ? -1 : missed;
                if (triples != 0 || missedBefore != 0)
                {
                    for (int t = 0; t < _tapCount; t++)
                        _taps[t].Accept(_xyz, triples, nowMs, missedBefore);
                }
                if (triples == 0)
                    return;
                _heardMs = nowMs;
                Accept(nowMs, triples);
                if (triples < NodeLimits.DrainTriples)
                    return;
            }
        }

        /// <summary>A sensor that claims no rate at all must not stop the node.</summary>
        private int RateMilliHz => _sensor.RateMilliHz < 1 ? 1 : _sensor.RateMilliHz;

        /// <summary>The inner loop: no calls, since one costs more than a sample on a board.</summary>
        private void Accept(long nowMs, int triples)
        {
            int at = 0;
            int left = triples;
            // Another length holds at once: who sets it does not wait for the window that is open.
            if (_count > 0 && _openedMs != _windowMs)
            {
                Aim();
                if (_count >= _target)
                    Close();
            }
            while (left > 0)
            {
                if (_count == 0)
                    Open(nowMs - (long)left * 1000000 / RateMilliHz, at);
                int take = _target - _count;
                if (take > left)
                    take = left;
                for (int a = 0; a < _axisCount; a++)
                {
                    int axis = _axes[a];
                    int first = _first[axis];
                    int min = _min[axis];
                    int max = _max[axis];
                    long sum = _sum[axis];
                    long squares = _squares[axis];
                    int end = at + take * 3;
                    for (int i = at + axis; i < end; i += 3)
                    {
                        int value = _xyz[i];
                        if (value < min)
                            min = value;
                        else if (value > max)
                            max = value;
                        value -= first;
                        sum += value;
                        squares += (long)value * value;
                    }
                    _min[axis] = min;
                    _max[axis] = max;
                    _sum[axis] = sum;
                    _squares[axis] = squares;
                }
                _count += take;
                at += take * 3;
                left -= take;
                if (_count == _target)
                    Close();
            }
        }

        private void Aim()
        {
            _openedMs = _windowMs;
            long target = (long)_openedMs * RateMilliHz / 1000000;
            if (target > NodeLimits.MaxVibrationSamples)
            {
                target = NodeLimits.MaxVibrationSamples;
                _quality |= QualityFlags.Partial;
            }
            _target = target < 1 ? 1 : (int)target;
        }

        private void Open(long startMs, int at)
        {
            _startMs = startMs < 0 ? 0 : startMs;
            Aim();
            for (int axis = 0; axis < 3; axis++)
            {
                _first[axis] = _xyz[at + axis];
                _min[axis] = _xyz[at + axis];
                _max[axis] = _xyz[at + axis];
                _sum[axis] = 0;
                _squares[axis] = 0;
            }
        }

        private void Close()
        {
            ClosedWindow? window = Ring.Writable();
            if (window == null)
            {
                SamplesMissed += (uint)_count;
                _count = 0;
                return;
            }
            window.StartMs = _startMs;
            window.DurationMs = (int)((long)_count * 1000000 / RateMilliHz);
            // Nanometres to micrometres.
            int scale = _sensor.NanoMetresPerCount;
            for (int a = 0; a < _axisCount; a++)
            {
                int axis = _axes[a];
                double mean = SafeMath.Divide(_sum[axis], _count, 0);
                double deviation = Moments.StdDev(_sum[axis], _squares[axis], _count);
                double micro = scale * 0.001;
                window.Count[a] = _count;
                window.Quality[a] = _quality;
                window.Mean[a] = Round((_first[axis] + mean) * micro);
                window.Min[a] = Round(_min[axis] * micro);
                window.Max[a] = Round(_max[axis] * micro);
                window.StdDev[a] = Round(deviation * micro);
            }
            bool warm = _sensor.ReadTemperature(out int centiCelsius) == SensorResult.Ok;
            window.Count[_axisCount] = warm ? 1 : 0;
            window.Quality[_axisCount] = warm ? QualityFlags.None : QualityFlags.Missing;
            window.Mean[_axisCount] = centiCelsius;
            window.Min[_axisCount] = centiCelsius;
            window.Max[_axisCount] = centiCelsius;
            window.StdDev[_axisCount] = 0;
            Ring.Commit();
            _count = 0;
            _quality = 0;
        }

        /// <summary>A sensor that gives nothing is reported as such, once a window, not by silence.</summary>
        private void CloseSilent(long nowMs)
        {
            _heardMs = nowMs;
            if (_count > 0)
            {
                _quality |= QualityFlags.Partial | QualityFlags.Gap;
                Close();
                return;
            }
            ClosedWindow? window = Ring.Writable();
            if (window == null)
                return;
            window.StartMs = nowMs - _windowMs;
            window.DurationMs = _windowMs;
            for (int i = 0; i <= _axisCount; i++)
            {
                window.Count[i] = 0;
                window.Quality[i] = QualityFlags.Missing;
            }
            Ring.Commit();
            _quality = 0;
        }

        private static long Round(double value)
        {
            return (long)(value < 0 ? value - 0.5 : value + 0.5);
        }
    }
}
