using System;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Spectrum of a segment of real samples: a radix-2 FFT of half as many complex points, even samples as real and odd
    /// ones as imaginary parts (Press et al., Numerical Recipes, section 12.3). Works in pieces: load all samples, step
    /// until done, then take the powers. In single precision, which halves the memory: the error is some 2^-24 of the
    /// segment's RMS, and a 20-bit sensor's own noise is more.
    /// </summary>
    public sealed class RealFft
    {
        /// <summary>Shortest segment.</summary>
        public const int MinLength = 16;

        private readonly float[] _re;
        private readonly float[] _im;

        // sin(2 pi k / longest) for the first quarter; all other sines and cosines are among these.
        private readonly float[] _sine;
        private readonly int _quarter;

        private int _length;
        private int _points;
        private int _stride;
        private int _loaded;
        private int _reversed;

        // The butterfly that is next: of the stage that joins transforms of _half points, at turn _turn, first point _at.
        private int _half;
        private int _turn;
        private int _at;

        /// <summary>
        /// A transform of at most <paramref name="longest"/> samples, a power of two from <see cref="MinLength"/> on. Takes
        /// 5 bytes a sample.
        /// </summary>
        public RealFft(int longest)
        {
            _re = new float[longest / 2];
            _im = new float[longest / 2];
            _quarter = longest / 4;
            _sine = new float[_quarter + 1];
            double step = Math.PI * 0.5 * Contracts.SafeMath.Divide(1, _quarter, 0);
            for (int k = 0; k <= _quarter; k++)
                _sine[k] = (float)Math.Sin(k * step);
            Begin(longest);
        }

        /// <summary>Whether the transform is complete.</summary>
        public bool IsDone => _half >= _points;

        /// <summary>Begins a segment of <paramref name="length"/> samples: a power of two, not above the longest.</summary>
        public void Begin(int length)
        {
            _length = length;
            _points = length / 2;
            _stride = length == 0 ? 0 : _quarter * 4 / length;
            _loaded = 0;
            _reversed = 0;
            _half = 1;
            _turn = 0;
            _at = 0;
        }

        /// <summary>
        /// Takes the next <paramref name="count"/> samples, an even number, less their mean and times a Hann window
        /// (periodic, as is right for spectra): 0.5 - 0.5 cos(2 pi i / length). The mean comes as a whole number and a
        /// <paramref name="rest"/>, so that nothing is lost where it is large.
        /// </summary>
        public void LoadHann(int[] samples, int from, int count, int mean, float rest)
        {
            int end = _loaded + count;
            for (int i = _loaded; i < end; i++)
            {
                int phase = (i > _points ? _length - i : i) * _stride;
                float cosine = phase <= _quarter ? _sine[_quarter - phase] : -_sine[phase - _quarter];
                float value = (samples[from++] - mean - rest) * (0.5f - 0.5f * cosine);
                if ((i & 1) == 0)
                {
                    _re[_reversed] = value;
                    continue;
                }
                _im[_reversed] = value;
                // Counts upwards with the bits in reverse: the carry goes down.
                int bit = _points >> 1;
                while ((_reversed & bit) != 0)
                {
                    _reversed ^= bit;
                    bit >>= 1;
                }
                _reversed |= bit;
            }
            _loaded = end;
        }

        /// <summary>As <see cref="LoadHann"/>, without mean or window.</summary>
        public void Load(int[] samples, int from, int count)
        {
            int end = _loaded + count;
            for (int i = _loaded; i < end; i++)
            {
                if ((i & 1) == 0)
                {
                    _re[_reversed] = samples[from++];
                    continue;
                }
                _im[_reversed] = samples[from++];
                int bit = _points >> 1;
                while ((_reversed & bit) != 0)
                {
                    _reversed ^= bit;
                    bit >>= 1;
                }
                _reversed |= bit;
            }
            _loaded = end;
        }

        /// <summary>Works on at most <paramref name="butterflies"/> of the (length / 4) log2(length / 2) there are.</summary>
        public void Step(int butterflies)
        {
            float[] re = _re;
            float[] im = _im;
            while (butterflies > 0 && _half < _points)
            {
                int half = _half;
                // exp(-2 pi i turn / (2 half)), in the table's phases.
                int phase = _turn * (_quarter * 2 / half);
                float cosine = phase <= _quarter ? _sine[_quarter - phase] : -_sine[phase - _quarter];
                float sine = phase <= _quarter ? _sine[phase] : _sine[_quarter * 2 - phase];
                int at = _at;
                while (at < _points && butterflies > 0)
                {
                    int other = at + half;
                    float r = re[other] * cosine + im[other] * sine;
                    float i = im[other] * cosine - re[other] * sine;
                    re[other] = re[at] - r;
                    im[other] = im[at] - i;
                    re[at] += r;
                    im[at] += i;
                    at += half * 2;
                    butterflies--;
                }
                _at = at;
                if (at < _points)
                    return;
                _turn++;
                if (_turn == half)
                {
                    _turn = 0;
                    _half = half * 2;
                }
                _at = _turn;
            }
        }

        /// <summary>
        /// Adds the squared magnitudes of bins <paramref name="from"/> to <paramref name="to"/> of the lower half, both
        /// included, and of their mirrors at length / 2, to <paramref name="sums"/>: call for 0 to length / 4, once each.
        /// </summary>
        public void AddPowers(float[] sums, int from, int to)
        {
            for (int k = from; k <= to; k++)
            {
                int mirror = _points - k;
                if (k == 0)
                {
                    float whole = _re[0] + _im[0];
                    float alternating = _re[0] - _im[0];
                    sums[0] += whole * whole;
                    sums[_points] += alternating * alternating;
                    continue;
                }
                // Even samples: half the sum of a bin and its mirror's conjugate; odd ones: half the difference, by i.
                float evenRe = (_re[k] + _re[mirror]) * 0.5f;
                float evenIm = (_im[k] - _im[mirror]) * 0.5f;
                float oddRe = (_im[k] + _im[mirror]) * 0.5f;
                float oddIm = (_re[mirror] - _re[k]) * 0.5f;
                int phase = k * _stride;
                float cosine = _sine[_quarter - phase];
                float sine = _sine[phase];
                float r = oddRe * cosine + oddIm * sine;
                float i = oddIm * cosine - oddRe * sine;
                float upRe = evenRe + r;
                float upIm = evenIm + i;
                sums[k] += upRe * upRe + upIm * upIm;
                if (mirror == k)
                    continue;
                float downRe = evenRe - r;
                float downIm = evenIm - i;
                sums[mirror] += downRe * downRe + downIm * downIm;
            }
        }
    }
}
