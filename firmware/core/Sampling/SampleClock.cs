using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// The sensor's own clock, seen from ours: how many samples a second it truly makes, and when a sample was taken.
    /// Regresses the sensor's count of samples on the uptime of the drains that gave them.
    /// </summary>
    /// <remarks>
    /// A drain comes up to a sample's time late, and later where the board was busy. Of each
    /// <see cref="NodeLimits.ClockPointMs"/> the drain that was least late is taken for a point; older points fade with
    /// <see cref="NodeLimits.ClockMemory"/>, so that the estimate follows the sensor's temperature.
    /// </remarks>
    internal sealed class SampleClock
    {
        private readonly int _nominalMilliHz;
        private readonly double _nominalPerMs;
        private double _perMs;

        // Samples since the start or since a loss that nobody could count.
        private long _samples;
        private bool _started;

        // The least late drain since _pointMs.
        private long _pointMs;
        private long _pointSamples;
        private long _leastLag;
        private long _bestMs;
        private long _bestSamples;
        private bool _hasBest;

        // The regression: weighted means and sums of products about them.
        private int _points;
        private double _weight;
        private double _meanMs;
        private double _meanSamples;
        private double _timeSquares;
        private double _products;

        /// <summary>A clock that begins with the sensor's word for its rate.</summary>
        public SampleClock(int nominalMilliHz)
        {
            _nominalMilliHz = nominalMilliHz;
            _nominalPerMs = nominalMilliHz * 0.000001;
            _perMs = _nominalPerMs;
        }

        /// <summary>Samples that the sensor has made, those that were lost among them.</summary>
        public long Samples => _samples;

        /// <summary>Whether the rate is an estimate, not the sensor's word.</summary>
        public bool IsEstimate { get; private set; }

        /// <summary>Whether the points say a rate too far from the sensor's word to be believed.</summary>
        public bool IsImplausible { get; private set; }

        /// <summary>Samples a millisecond.</summary>
        public double PerMs => _perMs;

        /// <summary>Samples a second, times a thousand.</summary>
        public int RateMilliHz => (int)(_perMs * 1000000 + 0.5);

        /// <summary>So many samples were made that nobody will see.</summary>
        public void Miss(int samples)
        {
            _samples += samples;
        }

        /// <summary>A drain at <paramref name="nowMs"/> gave so many samples, behind those that were missed.</summary>
        public void Accept(long nowMs, int triples)
        {
            _samples += triples;
            if (!_started)
            {
                _started = true;
                _pointMs = nowMs;
                _pointSamples = _samples;
            }
            // How late it came, in millionths of a sample and from a point that only has to be the same for all.
            long lag = (nowMs - _pointMs) * _nominalMilliHz - (_samples - _pointSamples) * 1000000;
            if (!_hasBest || lag < _leastLag)
            {
                _hasBest = true;
                _leastLag = lag;
                _bestMs = nowMs;
                _bestSamples = _samples;
            }
            if (nowMs - _pointMs < NodeLimits.ClockPointMs)
                return;
            _pointMs = nowMs;
            _pointSamples = _samples;
            _hasBest = false;
            AddPoint(_bestMs, _bestSamples);
        }

        /// <summary>Samples were lost, and nobody knows how many: the count begins anew, and the rate stays as it was.</summary>
        public void Lose()
        {
            _points = 0;
            _hasBest = false;
            _started = false;
        }

        /// <summary>
        /// Uptime at which the sensor had made <paramref name="samples"/>, in milliseconds; <paramref name="nowMs"/> and
        /// what is known at it count where there is no line yet.
        /// </summary>
        public long TimeOf(long samples, long nowMs)
        {
            double ms = _points < NodeLimits.ClockFirstPoints
                ? nowMs + SafeMath.Divide(samples - _samples, _perMs, 0)
                : _meanMs + SafeMath.Divide(samples - _meanSamples, _perMs, 0);
            return ms < 0 ? 0 : (long)(ms + 0.5);
        }

        private void AddPoint(long ms, long samples)
        {
            if (_points == 0)
            {
                _weight = 0;
                _meanMs = ms;
                _meanSamples = samples;
                _timeSquares = 0;
                _products = 0;
            }
            double keep = 1 - 1.0 / NodeLimits.ClockMemory;
            _points++;
            _weight = _weight * keep + 1;
            double step = ms - _meanMs;
            _meanMs += SafeMath.Divide(step, _weight, 0);
            _meanSamples += SafeMath.Divide(samples - _meanSamples, _weight, 0);
            _timeSquares = _timeSquares * keep + step * (ms - _meanMs);
            _products = _products * keep + step * (samples - _meanSamples);
            if (_points < NodeLimits.ClockFirstPoints)
                return;
            // Few points after a loss say less than what was known before it.
            if (IsEstimate && _points < NodeLimits.ClockSurePoints)
                return;
            double perMs = SafeMath.Divide(_products, _timeSquares, 0);
            double off = SafeMath.Divide(perMs, _nominalPerMs, 0) - 1;
            double most = NodeLimits.ClockMostOffPercent * 0.01;
            IsImplausible = off > most || off < -most;
            if (IsImplausible)
                return;
            IsEstimate = true;
            _perMs = perMs;
        }
    }
}
