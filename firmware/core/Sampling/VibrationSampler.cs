using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Windows over an accelerometer: mean, extremes, standard deviation (the RMS about the mean), skewness and kurtosis
    /// of each axis, in micrometres per second squared; its velocity with the frequency at the peak; the sensor's
    /// temperature and its true sample rate. A window ends with the sample that completes it, so none is counted twice or
    /// split between two.
    /// </summary>
    public sealed class VibrationSampler : ISampler
    {
        private readonly IAccelerometer _sensor;
        private readonly int[] _xyz = new int[NodeLimits.DrainTriples * 3];
        private readonly VibrationChannels _channels;
        private readonly int _axisCount;
        private readonly int _rateMilliHz;
        private readonly AxisMoments[] _moments = new AxisMoments[3];
        private readonly AxisVelocity[] _velocities = new AxisVelocity[3];
        private readonly SampleClock _clock;
        private readonly IVibrationTap[] _taps = new IVibrationTap[NodeLimits.MaxTaps];
        private int _tapCount;

        private int _windowMs;
        private int _openedMs;
        private int _target;
        private int _count;
        private int _quality;
        private long _startMs = -1;
        private long _startSamples;
        private long _heardMs = -1;
        private long _nextMs;

        /// <summary>A sampler of the axes that the sensor has.</summary>
        public VibrationSampler(IAccelerometer sensor, int defaultWindowMs)
        {
            _sensor = sensor;
            DefaultWindowMs = defaultWindowMs;
            _windowMs = defaultWindowMs;
            // A sensor that claims no rate at all must not stop the node.
            _rateMilliHz = sensor.RateMilliHz < 1 ? 1 : sensor.RateMilliHz;
            _clock = new SampleClock(_rateMilliHz);
            _channels = new VibrationChannels(sensor.AxisMask);
            _axisCount = _channels.AxisCount;
            for (int a = 0; a < _axisCount; a++)
            {
                _moments[a] = new AxisMoments();
                _velocities[a] = new AxisVelocity(_rateMilliHz);
            }
        }

        /// <inheritdoc/>
        public WindowRing Ring { get; } = new WindowRing(NodeLimits.RingSlots);

        /// <inheritdoc/>
        public int ChannelCount => _channels.Count;

        /// <inheritdoc/>
        public int SensedChannels => _channels.Velocity;

        /// <inheritdoc/>
        public int DefaultWindowMs { get; }

        /// <inheritdoc/>
        public uint SamplesMissed { get; private set; }

        /// <inheritdoc/>
        public long NextSampleMs => _nextMs;

        /// <summary>
        /// Samples a second that the sensor truly makes, times a thousand; its own word for it until that is known.
        /// </summary>
        public int TrueRateMilliHz => _clock.IsEstimate && !_clock.IsImplausible ? _clock.RateMilliHz : _rateMilliHz;

        /// <summary>The sensor's temperature in the last window, in hundredths of a degree Celsius; 0: unknown.</summary>
        public int CentiCelsius { get; private set; }

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

        /// <summary>
        /// Puts further channels into every window; false where there are some already, or too many with these. Call
        /// while the node is put together, before the first step.
        /// </summary>
        public bool AddChannels(IWindowChannels more)
        {
            return _channels.Add(more);
        }

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            return _channels.Name(channel);
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return _channels.Unit(channel);
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return _channels.Exponent(channel);
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
                    _clock.Miss(missed);
                }
                bool failed = result == SensorResult.Failed;
                if (missed > 0 || failed)
                    Interrupt(failed);
                int missedBefore = failed && missed == 0 ? -1 : missed;
                if (triples != 0 || missedBefore != 0)
                {
                    for (int t = 0; t < _tapCount; t++)
                        _taps[t].Accept(_xyz, triples, nowMs, missedBefore);
                }
                if (triples == 0)
                    return;
                _heardMs = nowMs;
                _clock.Accept(nowMs, triples);
                Accept(nowMs, triples);
                if (triples < NodeLimits.DrainTriples)
                    return;
            }
        }

        /// <summary>Samples are missing before the next: the velocity must not be integrated over the hole.</summary>
        private void Interrupt(bool failed)
        {
            _quality |= QualityFlags.Gap;
            if (failed)
            {
                _quality |= QualityFlags.Missing;
                _clock.Lose();
            }
            for (int a = 0; a < _axisCount; a++)
                _velocities[a].Restart();
        }

        /// <summary>A block: three axes, two calls each, whatever the block holds.</summary>
        private void Accept(long nowMs, int triples)
        {
            int at = 0;
            int left = triples;
            // Another length holds at once: who sets it does not wait for the window that is open.
            if (_count > 0 && _openedMs != _windowMs)
            {
                Aim();
                if (_count >= _target)
                    Close(nowMs, left);
            }
            while (left > 0)
            {
                if (_count == 0)
                    Open(nowMs, left, at);
                int take = _target - _count;
                if (take > left)
                    take = left;
                int end = at + take * 3;
                for (int a = 0; a < _axisCount; a++)
                {
                    int from = at + _channels.Axis(a);
                    _moments[a].Accept(_xyz, from, end);
                    _velocities[a].Accept(_xyz, from, end);
                }
                _count += take;
                at = end;
                left -= take;
                if (_count == _target)
                    Close(nowMs, left);
            }
        }

        private void Aim()
        {
            _openedMs = _windowMs;
            long target = (long)_openedMs * _rateMilliHz / 1000000;
            if (target > NodeLimits.MaxVibrationSamples)
            {
                target = NodeLimits.MaxVibrationSamples;
                _quality |= QualityFlags.Partial;
            }
            _target = target < 1 ? 1 : (int)target;
        }

        private void Open(long nowMs, int left, int at)
        {
            _startSamples = _clock.Samples - left;
            _startMs = _clock.TimeOf(_startSamples, nowMs);
            Aim();
            for (int a = 0; a < _axisCount; a++)
            {
                _moments[a].Begin(_xyz[at + _channels.Axis(a)]);
                _velocities[a].Begin();
            }
        }

        /// <summary>Closes the window where <paramref name="left"/> samples of the block at hand come after it.</summary>
        private void Close(long nowMs, int left)
        {
            ClosedWindow? window = Ring.Writable();
            if (window == null)
            {
                SamplesMissed += (uint)_count;
                _count = 0;
                return;
            }
            long made = _clock.Samples - left - _startSamples;
            // Where a loss made the count of samples begin anew, what was counted is what is known.
            if (made < _count)
                made = _count;
            window.StartMs = _startMs;
            window.DurationMs = (int)(SafeMath.Divide(made, _clock.PerMs, 0) + 0.5);
            for (int a = 0; a < _axisCount; a++)
            {
                FillAcceleration(window, a, _moments[a]);
                FillVelocity(window, a, _velocities[a], window.Quality[a]);
            }
            bool warm = _sensor.ReadTemperature(out int centiCelsius) == SensorResult.Ok;
            CentiCelsius = warm ? centiCelsius : 0;
            FillSingle(window, _channels.Temperature, centiCelsius, warm ? 1 : 0, warm ? 0 : QualityFlags.Missing);
            FillSingle(window, _channels.Rate, _clock.RateMilliHz, (int)made, RateQuality);
            _channels.FillMore(window);
            Ring.Commit();
            _count = 0;
            _quality = 0;
        }

        private int RateQuality => (_quality & QualityFlags.Gap)
            | (_clock.IsEstimate ? 0 : QualityFlags.WarmingUp) | (_clock.IsImplausible ? QualityFlags.OutOfRange : 0);

        private void FillAcceleration(ClosedWindow window, int channel, AxisMoments moments)
        {
            moments.Fold();
            // Nanometres to micrometres.
            double micro = _sensor.NanoMetresPerCount * 0.001;
            window.Count[channel] = _count;
            window.Quality[channel] = _quality;
            if (moments.Min == moments.Max && _count >= NodeLimits.FrozenSamples)
                window.Quality[channel] |= QualityFlags.Frozen;
            if (moments.Max >= NodeLimits.FullScale || moments.Min < -NodeLimits.FullScale)
                window.Quality[channel] |= QualityFlags.OutOfRange;
            window.Mean[channel] = Round(moments.Mean * micro);
            window.Min[channel] = Round(moments.Min * micro);
            window.Max[channel] = Round(moments.Max * micro);
            window.StdDev[channel] = Round(moments.StdDev * micro);
            window.Skewness[channel] = Thousandths(moments.Skewness);
            int kurtosis = Thousandths(moments.Kurtosis);
            window.Kurtosis[channel] = kurtosis > 0 && kurtosis < Limits.MinKurtosis ? Limits.MinKurtosis : kurtosis;
        }

        private void FillVelocity(ClosedWindow window, int axis, AxisVelocity velocity, int quality)
        {
            // From counts x samples to micrometres a second: a sample's time is the sensor's true one.
            double micro = SafeMath.Divide(_sensor.NanoMetresPerCount * 0.001 * velocity.UnitCounts, _clock.PerMs * 1000, 0);
            quality |= (velocity.SettledThroughout ? 0 : QualityFlags.WarmingUp | QualityFlags.Partial);
            int channel = _channels.Velocity + axis;
            window.Count[channel] = velocity.Count;
            window.Quality[channel] = quality;
            window.Mean[channel] = Round(velocity.Mean * micro);
            window.Min[channel] = Round(velocity.Min * micro);
            window.Max[channel] = Round(velocity.Max * micro);
            window.StdDev[channel] = Round(velocity.StdDev * micro);
            window.Skewness[channel] = 0;
            window.Kurtosis[channel] = 0;
            double hertz = velocity.Count == 0 ? 0 : velocity.PeakFrequency * _clock.PerMs * 1000;
            FillSingle(window, _channels.Frequency + axis, Round(hertz * 100), hertz > 0 ? 1 : 0, quality);
        }

        private static void FillSingle(ClosedWindow window, int channel, long value, int count, int quality)
        {
            window.Count[channel] = count;
            window.Quality[channel] = quality;
            window.Mean[channel] = value;
            window.Min[channel] = value;
            window.Max[channel] = value;
            window.StdDev[channel] = 0;
            window.Skewness[channel] = 0;
            window.Kurtosis[channel] = 0;
        }

        /// <summary>A sensor that gives nothing is reported as such, once a window, not by silence.</summary>
        private void CloseSilent(long nowMs)
        {
            _heardMs = nowMs;
            if (_count > 0)
            {
                _quality |= QualityFlags.Partial | QualityFlags.Gap;
                Close(nowMs, 0);
                return;
            }
            ClosedWindow? window = Ring.Writable();
            if (window == null)
                return;
            window.StartMs = nowMs - _windowMs;
            window.DurationMs = _windowMs;
            for (int i = 0; i < _channels.Count; i++)
                FillSingle(window, i, 0, 0, QualityFlags.Missing);
            Ring.Commit();
            _quality = 0;
        }

        private static int Thousandths(double value)
        {
            long rounded = Round(value * 1000);
            return rounded > int.MaxValue ? int.MaxValue : rounded < -int.MaxValue ? -int.MaxValue : (int)rounded;
        }

        private static long Round(double value)
        {
            return (long)(value < 0 ? value - 0.5 : value + 0.5);
        }
    }
}
