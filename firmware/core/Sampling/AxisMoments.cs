using System;
using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Count, extremes and the first four moments of one axis in a window, in the sensor's counts.
    /// </summary>
    /// <remarks>
    /// Samples go into sections of at most <see cref="NodeLimits.SectionSamples"/>, whose power sums about the section's
    /// first sample are whole numbers. A full section is folded into the window's central moments in floating point
    /// (P. Pebay, Sandia report SAND2008-6212, eqs. 2.1 to 2.5). So nothing overflows however long the window is, and a
    /// sample costs no floating operation, as long as samples stay within <see cref="NodeLimits.SectionSwing"/> of the
    /// section's first; a block that does not is summed in floating point and is a section of its own.
    /// </remarks>
    internal sealed class AxisMoments
    {
        // The section: its first sample, how many, and sums of powers of the distance from the first.
        private int _first;
        private int _n;
        private long _s1;
        private long _s2;
        private long _s3;
        private long _s4;

        // The window: what was folded, about its mean; the mean as distance from the window's first sample.
        private int _base;
        private double _count;
        private double _mean;
        private double _m2;
        private double _m3;
        private double _m4;

        private int _min;
        private int _max;

        /// <summary>Smallest sample.</summary>
        public int Min => _min;

        /// <summary>Largest sample.</summary>
        public int Max => _max;

        /// <summary>Mean; 0 without samples.</summary>
        public double Mean => _count == 0 ? 0 : _base + _mean;

        /// <summary>Standard deviation about the mean, over the count; 0 for fewer than two samples.</summary>
        public double StdDev => _m2 <= 0 ? 0 : Math.Sqrt(SafeMath.Divide(_m2, _count, 0));

        /// <summary>Skewness: third central moment over the deviation's third power; 0 where nothing varies.</summary>
        public double Skewness => Varies
            ? SafeMath.Divide(_m3 * Math.Sqrt(_count), _m2 * Math.Sqrt(_m2), 0)
            : 0;

        /// <summary>
        /// Kurtosis: fourth central moment over the deviation's fourth power, 3 for a normal distribution; 0 where
        /// nothing varies, which no distribution has.
        /// </summary>
        public double Kurtosis => Varies ? SafeMath.Divide(_m4 * _count, _m2 * _m2, 0) : 0;

        // Whole counts that differ at all have a sum of squares of at least a half; less is rounding.
        private bool Varies => _m2 > 0.25;

        /// <summary>Begins a window whose first sample is this one.</summary>
        public void Begin(int first)
        {
            _min = first;
            _max = first;
            _base = first;
            _count = 0;
            _mean = 0;
            _m2 = 0;
            _m3 = 0;
            _m4 = 0;
            _n = 0;
        }

        /// <summary>
        /// Takes the samples at <paramref name="from"/>, every third until <paramref name="end"/>: at most
        /// <see cref="NodeLimits.DrainTriples"/>. No call in the loop, since one costs more than a sample on a board.
        /// </summary>
        public void Accept(int[] xyz, int from, int end)
        {
            int count = (end - from + 2) / 3;
            if (_n + count > NodeLimits.SectionSamples)
                Fold();
            if (_n == 0)
                BeginSection(xyz[from]);
            int first = _first;
            int min = first;
            int max = first;
            long s1 = _s1;
            long s2 = _s2;
            long s3 = _s3;
            long s4 = _s4;
            for (int i = from; i < end; i += 3)
            {
                int value = xyz[i];
                if (value < min)
                    min = value;
                else if (value > max)
                    max = value;
                long distance = value - first;
                long square = distance * distance;
                s1 += distance;
                s2 += square;
                s3 += square * distance;
                s4 += square * square;
            }
            if (min < _min)
                _min = min;
            if (max > _max)
                _max = max;
            if (max - first > NodeLimits.SectionSwing || first - min > NodeLimits.SectionSwing)
            {
                // The sums just made may have overflowed, and are dropped.
                Fold();
                AcceptWide(xyz, from, end);
                return;
            }
            _n += count;
            _s1 = s1;
            _s2 = s2;
            _s3 = s3;
            _s4 = s4;
        }

        /// <summary>Folds what is left, before the window's numbers are read.</summary>
        public void Fold()
        {
            if (_n == 0)
                return;
            FoldSums(_n, _first, _s1, _s2, _s3, _s4);
            _n = 0;
        }

        private void BeginSection(int first)
        {
            _first = first;
            _s1 = 0;
            _s2 = 0;
            _s3 = 0;
            _s4 = 0;
        }

        /// <summary>A block of strong motion: the same sums, where the powers of a distance need more than 64 bits.</summary>
        private void AcceptWide(int[] xyz, int from, int end)
        {
            int first = xyz[from];
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            double s4 = 0;
            for (int i = from; i < end; i += 3)
            {
                double distance = xyz[i] - first;
                double square = distance * distance;
                s1 += distance;
                s2 += square;
                s3 += square * distance;
                s4 += square * square;
            }
            FoldSums((end - from + 2) / 3, first, s1, s2, s3, s4);
        }

        /// <summary>
        /// Puts sums of powers of <paramref name="n"/> distances from <paramref name="first"/> to the window. The first
        /// is one of the samples, so the central moments are never much smaller than the sums they are taken from.
        /// </summary>
        private void FoldSums(double n, int first, double s1, double s2, double s3, double s4)
        {
            double d = SafeMath.Divide(s1, n, 0);
            double m2 = s2 - d * s1;
            double m3 = s3 - 3 * d * s2 + 2 * d * d * s1;
            double m4 = s4 - 4 * d * s3 + 6 * d * d * s2 - 3 * d * d * d * s1;
            double total = _count + n;
            double shift = first - _base + d - _mean;
            double part = SafeMath.Divide(n, total, 0);
            double rest = SafeMath.Divide(_count, total, 0);
            double step = shift * shift * _count * part;
            _m4 += m4 + step * shift * shift * (rest * rest - rest * part + part * part)
                + 6 * shift * shift * (rest * rest * m2 + part * part * _m2)
                + 4 * shift * (rest * m3 - part * _m3);
            _m3 += m3 + step * shift * (rest - part) + 3 * shift * (rest * m2 - part * _m2);
            _m2 += m2 + step;
            _mean += shift * part;
            _count = total;
        }
    }
}
