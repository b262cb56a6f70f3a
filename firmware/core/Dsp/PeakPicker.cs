using System;
using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Finds the peaks of a spectrum that stand out of the noise about them, in pieces: scan a band, then measure each
    /// candidate. What is scanned is the spectrum smoothed over five bins, since a damped mode's is ragged.
    /// </summary>
    public sealed class PeakPicker
    {
        /// <summary>Candidates that are kept; the weakest gives way.</summary>
        public const int MaxPeaks = 12;

        // The smoothing takes two bins to each side, and the mean that was taken out leaves its hole in the lowest two.
        private const int LowestBin = 4;
        private const int MaxFloorBins = 32;
        private const int MaxFitBins = 16;

        private readonly int[] _bins = new int[MaxPeaks];
        private readonly float[] _heights = new float[MaxPeaks];
        private readonly bool[] _measured = new bool[MaxPeaks];
        private readonly float[] _sorted = new float[MaxFloorBins * 2 + 1];

        /// <summary>Candidates so far, by rising frequency.</summary>
        public int Count { get; private set; }

        /// <summary>Where the last peak lies, in bins.</summary>
        public double Bin { get; private set; }

        /// <summary>How high the last peak is, smoothed, over the median of the bins about it.</summary>
        public double Prominence { get; private set; }

        /// <summary>What is in the last peak above the median of the bins about it, in the unit of the sums.</summary>
        public double Energy { get; private set; }

        /// <summary>
        /// How far out of the noise a peak must stand to be one. The noise of an average of n segments that overlap by half
        /// is a chi-square of 1.9 n degrees, whose upper quantile over its median falls about as one over the root.
        /// </summary>
        public static double LeastProminence(int averages)
        {
            return 1 + SafeMath.Divide(12, Math.Sqrt(averages), 12);
        }

        /// <summary>Forgets all candidates.</summary>
        public void Begin()
        {
            Count = 0;
            for (int i = 0; i < MaxPeaks; i++)
                _measured[i] = false;
        }

        /// <summary>
        /// Looks for candidates from bin <paramref name="from"/> to <paramref name="to"/>, both included, of a spectrum
        /// whose last bin is <paramref name="last"/>. Calls go upwards.
        /// </summary>
        public void Scan(float[] sums, int from, int to, int last)
        {
            if (from < LowestBin)
                from = LowestBin;
            if (to > last - 3)
                to = last - 3;
            if (from > to)
                return;
            float before = Smooth(sums, from - 1);
            float here = Smooth(sums, from);
            for (int k = from; k <= to; k++)
            {
                float after = Smooth(sums, k + 1);
                if (here > before && here >= after)
                    Take(k, here);
                before = here;
                here = after;
            }
        }

        /// <summary>
        /// The candidate that was not measured yet and has the highest bin, as the spectrum is and not as it is smoothed; or
        /// -1. Scanning is over.
        /// </summary>
        public int Strongest(float[] sums)
        {
            int strongest = -1;
            float most = -1;
            for (int i = 0; i < Count; i++)
            {
                if (_measured[i])
                    continue;
                for (int k = _bins[i] - 2; k <= _bins[i] + 2; k++)
                {
                    if (sums[k] <= most)
                        continue;
                    most = sums[k];
                    strongest = i;
                }
            }
            return strongest;
        }

        /// <summary>
        /// Measures a candidate: a parabola by least squares through the logarithm of the smoothed spectrum over its
        /// half-power width says where it is. False where it does not stand out of the noise.
        /// </summary>
        public bool Measure(float[] sums, int candidate, int last, double leastProminence)
        {
            _measured[candidate] = true;
            int peak = _bins[candidate];
            double floor = Floor(sums, peak, last);
            double height = _heights[candidate];
            Prominence = SafeMath.Divide(height, floor, 0);
            Bin = peak;
            Energy = 0;
            if (Prominence < leastProminence)
                return false;
            int low = peak;
            while (low > LowestBin && peak - low < MaxFitBins && Smooth(sums, low - 1) > height * 0.5)
                low--;
            int high = peak;
            while (high < last - 2 && high - peak < MaxFitBins && Smooth(sums, high + 1) > height * 0.5)
                high++;
            int half = (high - low) / 2;
            if (half < 2)
                half = 2;
            // The lobe of the window and the skirts of the mode reach beyond the half power.
            for (int k = low - 2; k <= high + 2; k++)
                Energy += sums[k] > floor ? sums[k] - floor : 0;
            Bin = peak + Vertex(sums, peak, half, last);
            return true;
        }

        private static float Smooth(float[] sums, int k)
        {
            return (sums[k - 2] + sums[k + 2] + 2 * (sums[k - 1] + sums[k + 1]) + 3 * sums[k]) * (1f / 9f);
        }

        /// <summary>Two that are closer than this are one: six bins, or a thirty-second of the frequency.</summary>
        private static int Separation(int bin)
        {
            return bin < 192 ? 6 : bin / 32;
        }

        private void Take(int bin, float height)
        {
            if (Count > 0 && bin - _bins[Count - 1] < Separation(bin))
            {
                if (height <= _heights[Count - 1])
                    return;
                Count--;
            }
            if (Count == MaxPeaks)
            {
                int weakest = 0;
                for (int i = 1; i < Count; i++)
                {
                    if (_heights[i] < _heights[weakest])
                        weakest = i;
                }
                if (height <= _heights[weakest])
                    return;
                for (int i = weakest; i < Count - 1; i++)
                {
                    _bins[i] = _bins[i + 1];
                    _heights[i] = _heights[i + 1];
                }
                Count--;
            }
            _bins[Count] = bin;
            _heights[Count] = height;
            Count++;
        }

        /// <summary>Median of the bins about a peak, itself among them: up to 32 to each side, fewer of short segments.</summary>
        private double Floor(float[] sums, int peak, int last)
        {
            int reach = last / 8 < MaxFloorBins ? last / 8 : MaxFloorBins;
            int from = peak - reach < LowestBin ? LowestBin : peak - reach;
            int to = peak + reach > last - 1 ? last - 1 : peak + reach;
            int count = 0;
            for (int k = from; k <= to; k++)
                _sorted[count++] = sums[k];
            for (int gap = 13; gap > 0; gap = gap == 13 ? 4 : gap / 4)
            {
                for (int i = gap; i < count; i++)
                {
                    float value = _sorted[i];
                    int at = i;
                    for (; at >= gap && _sorted[at - gap] > value; at -= gap)
                        _sorted[at] = _sorted[at - gap];
                    _sorted[at] = value;
                }
            }
            return count == 0 ? 0 : _sorted[count / 2];
        }

        /// <summary>How far beside the peak the parabola's vertex is, in bins; at most as far as it was fitted.</summary>
        private static double Vertex(float[] sums, int peak, int half, int last)
        {
            while (half > 1 && (peak - half < LowestBin - 1 || peak + half > last - 2))
                half--;
            double squares = 0;
            double fourths = 0;
            double plain = 0;
            double linear = 0;
            double square = 0;
            for (int d = -half; d <= half; d++)
            {
                double power = Smooth(sums, peak + d);
                if (power <= 0)
                    return 0;
                double log = Math.Log(power);
                squares += d * d;
                fourths += d * d * d * d;
                plain += log;
                linear += d * log;
                square += d * d * log;
            }
            int points = half * 2 + 1;
            double slope = SafeMath.Divide(linear, squares, 0);
            double bend = SafeMath.Divide(points * square - squares * plain, points * fourths - squares * squares, 0);
            if (bend >= 0)
                return 0;
            double vertex = SafeMath.Divide(-slope, 2 * bend, 0);
            return vertex > half ? half : vertex < -half ? -half : vertex;
        }
    }
}
