using System;
using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Velocity of one axis, integrated in whole numbers from its acceleration between 1 and 80 Hz, and its numbers in a
    /// window: count, mean, extremes, standard deviation, and the frequency at the peak.
    /// </summary>
    /// <remarks>
    /// In this order: a high-pass of first order at <see cref="NodeLimits.VelocityLowMilliHz"/>, which takes gravity away;
    /// a filter of five coefficients that makes up for summing instead of integrating; a sum that leaks with a second
    /// order, so that both together are a Butterworth high-pass of third order; and where samples are dense enough for
    /// 80 Hz, a Butterworth low-pass of second order. The response is flat within 2 % from 1 Hz to 80 Hz or four tenths
    /// of the sample rate, whichever is lower; above the latter the sensor's own filter is what limits the band.
    /// </remarks>
    internal sealed class AxisVelocity
    {
        // Bits behind the point of a count in the filter, of the leak, and of the coefficients.
        private const int Fraction = 12;
        private const int LeakBits = 24;
        private const int CoefficientBits = 16;

        private readonly int _shift;
        private readonly int _leak;
        private readonly long _centre;
        private readonly long _beside;
        private readonly long _outer;
        private readonly bool _lowPass;
        private readonly long _damping;
        private readonly long _stiffness;
        private readonly int _settleSamples;

        // The filter.
        private long _dc;
        private long _y1;
        private long _y2;
        private long _y3;
        private long _y4;
        private long _v;
        private long _u;
        private long _v1;
        private long _v2;
        private long _low;
        private long _slope;
        private int _settling;
        private bool _running;

        // The window.
        private int _count;
        private int _min;
        private int _max;
        private long _sum;
        private double _squares;
        private bool _settledThroughout;

        private readonly HalfWaves _waves = new HalfWaves();
        private int _last;
        private int _half;
        private int _clock;

        /// <summary>The filter for a sample rate, in thousandths of a hertz.</summary>
        public AxisVelocity(int rateMilliHz)
        {
            double rate = rateMilliHz * 0.001;
            double angle = SafeMath.Divide(2 * Math.PI * NodeLimits.VelocityLowMilliHz * 0.001, rate, 1);
            // Where samples are so scarce that nothing is left of the band, the filter is at least stable.
            if (angle > 0.25)
                angle = 0.25;
            _leak = (int)(angle * (1 << LeakBits) + 0.5);
            // sin(x) / x through cosines, at the nodes of Chebyshev up to 0.41 of the sample rate; and the gain that the
            // two leaks of first order have far above their corner.
            double gain = 1.003 * (1 - angle * 0.5) * (1 - angle * 0.5) * (1 << CoefficientBits);
            _centre = (long)(0.880088 * gain + 0.5);
            _beside = (long)(0.068303 * gain + 0.5);
            _outer = -(long)(0.009601 * gain + 0.5);
            _lowPass = rateMilliHz >= NodeLimits.VelocityLowPassRateMilliHz;
            if (_lowPass)
            {
                // Bilinear, with its corner where it takes 1.5 % away at 80 Hz: (1 / 0.985^2 - 1)^(-1/4) = 2.3889.
                double corner = Math.Tan(SafeMath.Divide(Math.PI * NodeLimits.VelocityHighMilliHz * 0.001, rate, 0)) * 2.3889;
                double all = 1 + Math.Sqrt(2) * corner + corner * corner;
                _damping = (long)(SafeMath.Divide(1 - Math.Sqrt(2) * corner + corner * corner, all, 0)
                    * (1 << CoefficientBits) + 0.5);
                _stiffness = (long)(SafeMath.Divide(4 * corner * corner, all, 0) * (1 << CoefficientBits) + 0.5);
            }
            // However a 20-bit input moves, the sum stays below 0.5 s of its largest value (the impulse response's
            // absolute integral is 0.34 s): 2^19 x rate / 2, to fit NodeLimits.VelocityBits.
            int bits = Fraction + 18 - NodeLimits.VelocityBits;
            for (int span = 1; span < rate && bits < 40; span *= 2)
                bits++;
            _shift = bits < 0 ? 0 : bits;
            _settleSamples = (int)((long)NodeLimits.VelocitySettleMs * rateMilliHz / 1000000) + 1;
        }

        /// <summary>Velocity of one unit of the numbers here: so many counts per second squared times a sample's time.</summary>
        public double UnitCounts => SafeMath.Divide(1L << _shift, 1L << Fraction, 1);

        /// <summary>Samples of the window; those that the settling filter gave are left out.</summary>
        public int Count => _count;

        /// <summary>Lowest velocity.</summary>
        public int Min => _min;

        /// <summary>Highest velocity.</summary>
        public int Max => _max;

        /// <summary>Mean.</summary>
        public double Mean => SafeMath.Divide(_sum, _count, 0);

        /// <summary>Standard deviation about the mean.</summary>
        public double StdDev
        {
            get
            {
                double mean = Mean;
                double variance = SafeMath.Divide(_squares, _count, 0) - mean * mean;
                return variance <= 0 ? 0 : Math.Sqrt(variance);
            }
        }

        /// <summary>Whether no sample was left out.</summary>
        public bool SettledThroughout => _settledThroughout;

        /// <summary>
        /// Frequency at the peak, as a part of the sample rate, from the zero crossings about the largest half-wave; 0:
        /// there was none.
        /// </summary>
        public double PeakFrequency => _waves.Frequency();

        /// <summary>Begins a window; the filter goes on.</summary>
        public void Begin()
        {
            _count = 0;
            _min = int.MaxValue;
            _max = int.MinValue;
            _sum = 0;
            _squares = 0;
            _settledThroughout = true;
            _half = 0;
            _waves.Begin();
        }

        /// <summary>Samples are missing: the filter begins anew with the next one, and settles before it counts.</summary>
        public void Restart()
        {
            _running = false;
        }

        /// <summary>
        /// Takes the samples at <paramref name="from"/>, every third until <paramref name="end"/>: at most
        /// <see cref="NodeLimits.DrainTriples"/>. Calls only at zero crossings.
        /// </summary>
        public void Accept(int[] xyz, int from, int end)
        {
            if (!_running)
                Start(xyz[from]);
            long dc = _dc;
            long y1 = _y1;
            long y2 = _y2;
            long y3 = _y3;
            long y4 = _y4;
            long v = _v;
            long u = _u;
            long v1 = _v1;
            long v2 = _v2;
            long low = _low;
            long slope = _slope;
            long leak = _leak;
            long centre = _centre;
            long beside = _beside;
            long outer = _outer;
            bool lowPass = _lowPass;
            long damping = _damping;
            long stiffness = _stiffness;
            int shift = _shift;
            int min = _min;
            int max = _max;
            int last = _last;
            int half = _half;
            int clock = _clock;
            long sum = 0;
            long squares = 0;
            for (int i = from; i < end; i += 3)
            {
                long y = ((long)xyz[i] << Fraction) - dc;
                dc += (y * leak) >> LeakBits;
                v += ((centre * y2 + beside * (y1 + y3) + outer * (y + y4)) >> CoefficientBits)
                    - (((v + u) * leak) >> LeakBits);
                y4 = y3;
                y3 = y2;
                y2 = y1;
                y1 = y;
                u += (v * leak) >> LeakBits;
                long smooth = v;
                if (lowPass)
                {
                    smooth = (v + v1 + v1 + v2) >> 2;
                    v2 = v1;
                    v1 = v;
                    slope = (slope * damping + (smooth - low) * stiffness) >> CoefficientBits;
                    low += slope;
                    smooth = low;
                }
                int now = (int)(smooth >> shift);
                sum += now;
                squares += (long)now * now;
                if (now < min)
                    min = now;
                if (now > max)
                    max = now;
                if ((now ^ last) < 0)
                {
                    // Signs differ, so the difference is not zero.
                    int after = (int)((long)now * HalfWaves.Tick / (now - last));
                    _waves.Cross(clock + (i - from + 3) / 3 * HalfWaves.Tick - after, half);
                    half = 0;
                }
                int size = now < 0 ? -now : now;
                if (size > half)
                    half = size;
                last = now;
            }
            _dc = dc;
            _y1 = y1;
            _y2 = y2;
            _y3 = y3;
            _y4 = y4;
            _v = v;
            _u = u;
            _v1 = v1;
            _v2 = v2;
            _low = low;
            _slope = slope;
            _last = last;
            int count = (end - from + 2) / 3;
            _clock = clock + count * HalfWaves.Tick;
            if (_settling > 0)
            {
                _settling -= count;
                _settledThroughout = false;
                _half = 0;
                _waves.Forget();
                return;
            }
            _half = half;
            _count += count;
            _min = min;
            _max = max;
            _sum += sum;
            _squares += squares;
        }

        private void Start(int first)
        {
            _dc = (long)first << Fraction;
            _y1 = 0;
            _y2 = 0;
            _y3 = 0;
            _y4 = 0;
            _v = 0;
            _u = 0;
            _v1 = 0;
            _v2 = 0;
            _low = 0;
            _slope = 0;
            _last = 0;
            _half = 0;
            _settling = _settleSamples;
            _running = true;
            _waves.Forget();
        }
    }
}
