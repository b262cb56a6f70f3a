using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Windows over slow sensors, each asked once a second, whatever they are: channels are theirs, in their order. What
    /// a sensor knows of its own values' worth comes over <see cref="ISensorQuality"/>. Means and deviations are reported one decimal finer than
    /// the sensor's own step, so that the mean of whole micrograms keeps its fraction.
    /// </summary>
    public sealed class ScalarSampler : ISampler, IDutyCycle
    {
        // Two more decimals: an hour's mean of a minute's means is then good to 0.005 of the sensor's step.
        private const int ExtraDecimals = 2;
        private const int Finer = 100;

        private readonly IScalarSensor[] _sensors;
        private readonly ISensorQuality?[] _qualityOf;
        private readonly int[] _sensorOf = new int[Limits.MaxChannels];
        private readonly int[] _indexIn = new int[Limits.MaxChannels];
        private readonly int[] _min = new int[Limits.MaxChannels];
        private readonly int[] _max = new int[Limits.MaxChannels];
        private readonly int[] _least = new int[Limits.MaxChannels];
        private readonly int[] _most = new int[Limits.MaxChannels];
        private readonly int[] _first = new int[Limits.MaxChannels];
        private readonly int[] _latest = new int[Limits.MaxChannels];
        private readonly int[] _same;
        private readonly bool[] _moved;
        private readonly int[] _sensorQuality;
        private readonly long[] _sum = new long[Limits.MaxChannels];
        private readonly long[] _squares = new long[Limits.MaxChannels];
        private readonly int[] _count = new int[Limits.MaxChannels];
        private readonly int[] _quality = new int[Limits.MaxChannels];
        private readonly int[] _values = new int[Limits.MaxChannels];

        private int _humidity = -1;
        private int _windowMs;
        private int _openedMs;
        private long _utcOffsetMs;
        private long _startMs = -1;
        private long _endMs;
        private long _nextMs;

        /// <summary>A sampler of these sensors; channels beyond <see cref="Limits.MaxChannels"/> are not sampled.</summary>
        public ScalarSampler(IScalarSensor[] sensors, int defaultWindowMs)
        {
            _sensors = sensors;
            _qualityOf = new ISensorQuality?[sensors.Length];
            _same = new int[sensors.Length];
            _moved = new bool[sensors.Length];
            _sensorQuality = new int[sensors.Length];
            DefaultWindowMs = defaultWindowMs;
            _windowMs = defaultWindowMs;
            for (int s = 0; s < sensors.Length; s++)
            {
                _qualityOf[s] = sensors[s] as ISensorQuality;
                for (int c = 0; c < sensors[s].ChannelCount && ChannelCount < Limits.MaxChannels; c++)
                {
                    _sensorOf[ChannelCount] = s;
                    _indexIn[ChannelCount] = c;
                    _least[ChannelCount] = sensors[s].ChannelMin(c);
                    _most[ChannelCount] = sensors[s].ChannelMax(c);
                    if ((long)_most[ChannelCount] - _least[ChannelCount] > NodeLimits.MaxScalarSpan)
                        _most[ChannelCount] = _least[ChannelCount] + NodeLimits.MaxScalarSpan;
                    // The air's humidity is that of the first sensor which has it.
                    if (_humidity < 0 && sensors[s].ChannelName(c) == Channels.Humidity)
                        _humidity = ChannelCount;
                    ChannelCount++;
                }
            }
        }

        /// <inheritdoc/>
        public WindowRing Ring { get; } = new WindowRing(NodeLimits.SlowRingSlots);

        /// <inheritdoc/>
        public int ChannelCount { get; }

        /// <inheritdoc/>
        public int SensedChannels => ChannelCount;

        /// <inheritdoc/>
        public int DefaultWindowMs { get; }

        /// <inheritdoc/>
        public uint SamplesMissed { get; private set; }

        /// <inheritdoc/>
        public long NextSampleMs => _nextMs;

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            return _sensors[_sensorOf[channel]].ChannelName(_indexIn[channel]);
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return _sensors[_sensorOf[channel]].ChannelUnit(_indexIn[channel]);
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return _sensors[_sensorOf[channel]].ChannelExponent(_indexIn[channel]) - ExtraDecimals;
        }

        /// <inheritdoc/>
        public void SetWindow(int windowMs)
        {
            _windowMs = windowMs;
        }

        /// <inheritdoc/>
        public bool CanSleep
        {
            get
            {
                for (int s = 0; s < _sensors.Length; s++)
                {
                    if (_sensors[s] is IDutyCycle cycle && cycle.CanSleep)
                        return true;
                }
                return false;
            }
        }

        /// <summary>See <see cref="IDutyCycle.SetDutyCycle"/>; of every sensor that can sleep.</summary>
        public void SetDutyCycle(int asleepS, int awakeS)
        {
            for (int s = 0; s < _sensors.Length; s++)
            {
                if (_sensors[s] is IDutyCycle cycle)
                    cycle.SetDutyCycle(asleepS, awakeS);
            }
        }

        /// <inheritdoc/>
        public void SetUtcOffset(long utcMinusUptimeMs)
        {
            _utcOffsetMs = utcMinusUptimeMs;
        }

        /// <inheritdoc/>
        public void Sample(long nowMs)
        {
            if (_startMs < 0)
                Open(nowMs);
            if (_openedMs != _windowMs)
                Shorten(nowMs);
            if (nowMs >= _endMs)
            {
                Close();
                // A sample that comes a little late opens the window where the last one closed: windows meet, and a full
                // one is not called short.
                bool late = nowMs - _endMs < NodeLimits.SlowPollMs;
                Open(late ? _endMs : nowMs);
                if (_endMs <= nowMs)
                    Open(nowMs);
            }
            int channel = 0;
            for (int s = 0; s < _sensors.Length; s++)
            {
                SensorResult result = _sensors[s].Read(nowMs, _values);
                int channels = _sensors[s].ChannelCount;
                _moved[s] = false;
                for (int c = 0; c < channels && channel < ChannelCount; c++, channel++)
                {
                    if (result == SensorResult.Ok)
                        Accept(channel, s, _values[c]);
                    else if (result == SensorResult.WarmingUp)
                        _quality[channel] |= QualityFlags.WarmingUp;
                    else if (result == SensorResult.Failed)
                        _quality[channel] |= QualityFlags.Missing;
                    else if (result == SensorResult.Asleep)
                        _quality[channel] |= QualityFlags.Asleep;
                }
                // One channel may well stand still, as that of large particles does in clean air; all of a sensor's do
                // not.
                if (_moved[s])
                    _same[s] = 0;
                else if (result == SensorResult.Ok && _same[s] < NodeLimits.FrozenReadings)
                    _same[s]++;
            }
            _nextMs = nowMs + NodeLimits.SlowPollMs;
            if (_nextMs > _endMs)
                _nextMs = _endMs;
        }

        private void Accept(int channel, int sensor, int value)
        {
            if (value != _latest[channel])
            {
                _latest[channel] = value;
                _moved[sensor] = true;
            }
            if (value < _least[channel] || value > _most[channel])
            {
                _quality[channel] |= QualityFlags.OutOfRange;
                return;
            }
            if (_count[channel] == 0)
            {
                _first[channel] = value;
                _min[channel] = value;
                _max[channel] = value;
            }
            else if (value < _min[channel])
            {
                _min[channel] = value;
            }
            else if (value > _max[channel])
            {
                _max[channel] = value;
            }
            // Sums of distances from the first value stay small, whatever the value's own size.
            long distance = (long)value - _first[channel];
            _sum[channel] += distance;
            _squares[channel] += distance * distance;
            _count[channel]++;
        }

        /// <summary>A shorter length holds at once: who sets it does not wait an hour for the window that is open.</summary>
        private void Shorten(long nowMs)
        {
            _openedMs = _windowMs;
            long endMs = nowMs + _openedMs - (nowMs + _utcOffsetMs) % _openedMs;
            if (endMs < _endMs)
                _endMs = endMs;
        }

        /// <summary>Less than this at a border is nothing: a reading, or a tenth of a window of few.</summary>
        private int SliverMs => _openedMs < 10 * NodeLimits.SlowPollMs ? _openedMs / 10 : NodeLimits.SlowPollMs;

        private void Open(long nowMs)
        {
            _openedMs = _windowMs;
            long left = _openedMs - (nowMs + _utcOffsetMs) % _openedMs;
            // Clock and uptime drift apart by milliseconds a window: what that leaves before the border is no window of
            // its own, it belongs to the next.
            _startMs = left < SliverMs ? nowMs + left : nowMs;
            _endMs = left < SliverMs ? nowMs + left + _openedMs : nowMs + left;
            for (int i = 0; i < ChannelCount; i++)
            {
                _sum[i] = 0;
                _squares[i] = 0;
                _count[i] = 0;
                _quality[i] = 0;
            }
        }

        /// <summary>What is to be noted of all channels of a sensor in the window that ends.</summary>
        private int QualityOf(int sensor)
        {
            int quality = _same[sensor] >= NodeLimits.FrozenReadings ? QualityFlags.Frozen : QualityFlags.None;
            ISensorQuality? more = _qualityOf[sensor];
            if (more == null)
                return quality;
            quality |= more.TakeQuality();
            if (_humidity >= 0 && _count[_humidity] > 0
                && (InCenti(_min[_humidity]) < more.MinCentiHumidity
                    || InCenti(_max[_humidity]) > more.MaxCentiHumidity))
                quality |= QualityFlags.Humidity;
            return quality;
        }

        /// <summary>The humidity channel's numbers, at whatever exponent its sensor has, in hundredths.</summary>
        private long InCenti(int value)
        {
            long centi = value;
            int exponent = _sensors[_sensorOf[_humidity]].ChannelExponent(_indexIn[_humidity]);
            for (; exponent > -2; exponent--)
                centi *= 10;
            for (; exponent < -2; exponent++)
                centi /= 10;
            return centi;
        }

        private void Close()
        {
            ClosedWindow? window = Ring.Writable();
            if (window == null)
            {
                SamplesMissed += (uint)_count[0];
                return;
            }
            window.StartMs = _startMs;
            window.DurationMs = (int)(_endMs - _startMs);
            for (int s = 0; s < _sensors.Length; s++)
                _sensorQuality[s] = QualityOf(s);
            int partial = window.DurationMs < _openedMs - SliverMs ? QualityFlags.Partial : 0;
            for (int i = 0; i < ChannelCount; i++)
            {
                int count = _count[i];
                int quality = _quality[i] | partial | _sensorQuality[_sensorOf[i]];
                if (count == 0)
                    quality |= QualityFlags.Missing;
                window.Count[i] = count;
                window.Quality[i] = quality;
                window.Min[i] = (long)_min[i] * Finer;
                window.Max[i] = (long)_max[i] * Finer;
                window.Mean[i] = (long)_first[i] * Finer + SafeMath.DivideRounded(_sum[i] * Finer, count);
                window.StdDev[i] = (long)(Moments.StdDev(_sum[i], _squares[i], count) * Finer + 0.5);
            }
            Ring.Commit();
        }
    }
}
