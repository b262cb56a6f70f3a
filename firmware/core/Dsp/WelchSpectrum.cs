using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Averages the spectra of segments that overlap by half, each less its mean and under a Hann window (Welch, IEEE
    /// Trans. Audio Electroacoust. 15, 1967). In pieces of <see cref="NodeLimits.SpectrumPiece"/>, so that the thread
    /// that does it is free for other things in between.
    /// </summary>
    public sealed class WelchSpectrum
    {
        private readonly RealFft _fft;
        private readonly float[] _sums;
        private int _length;
        private Stage _stage;
        private int _at;
        private long _sum;
        private int _least;
        private int _most;
        private int _mean;
        private float _rest;

        /// <summary>A spectrum of segments of at most <paramref name="longest"/> samples; takes 7 bytes for each.</summary>
        public WelchSpectrum(int longest)
        {
            _fft = new RealFft(longest);
            _sums = new float[longest / 2 + 1];
            _length = longest;
        }

        private enum Stage : byte
        {
            Idle,
            Mean,
            Load,
            Transform,
            Add,
        }

        /// <summary>Samples of a segment.</summary>
        public int Length => _length;

        /// <summary>Segments that are in the average.</summary>
        public int Averages { get; private set; }

        /// <summary>Whether a segment is being worked on.</summary>
        public bool IsBusy => _stage != Stage.Idle;

        /// <summary>Sums of squared magnitudes, a bin each; see <see cref="Density"/> for what they mean.</summary>
        public float[] Sums => _sums;

        /// <summary>Begins anew with segments of <paramref name="length"/> samples.</summary>
        public void Begin(int length)
        {
            _length = length;
            _stage = Stage.Idle;
            Clear();
        }

        /// <summary>Forgets the average; a segment that is being worked on is the first of the next.</summary>
        public void Clear()
        {
            Averages = 0;
            for (int i = 0; i < _sums.Length; i++)
                _sums[i] = 0;
        }

        /// <summary>
        /// Power spectral density of a bin, one-sided: the square of the unit of the samples for each hertz, where
        /// <paramref name="rateHz"/> samples are made a second. The squares of a Hann window sum up to 3/8 of its length.
        /// </summary>
        public double Density(int bin, double rateHz)
        {
            int sides = bin == 0 || bin == _length / 2 ? 1 : 2;
            return SafeMath.Divide(_sums[bin] * (double)sides, Averages * rateHz * _length * 0.375, 0);
        }

        /// <summary>Does one piece of work; true where that completed a segment.</summary>
        public bool Step(SegmentBuffer buffer)
        {
            int half = buffer.Half;
            bool second = _at >= half;
            int from = buffer.FirstOf(second) + (second ? _at - half : _at);
            int end = second ? _length : half;
            int take = end - _at < NodeLimits.SpectrumPiece ? end - _at : NodeLimits.SpectrumPiece;
            switch (_stage)
            {
                case Stage.Idle:
                    if (!buffer.TryBegin())
                        return false;
                    _sum = 0;
                    _least = int.MaxValue;
                    _most = int.MinValue;
                    Enter(Stage.Mean);
                    return false;
                case Stage.Mean:
                    Survey(buffer.Samples, from, take);
                    if (_at < _length)
                        return false;
                    _mean = (int)SafeMath.DivideRounded(_sum, _length);
                    _rest = (float)SafeMath.Divide(_sum - (long)_mean * _length, _length, 0);
                    _fft.Begin(_length);
                    Enter(Stage.Load);
                    return false;
                case Stage.Load:
                    _fft.LoadHann(buffer.Samples, from, take, _mean, _rest);
                    _at += take;
                    if (_at < _length)
                        return false;
                    // A sensor that says the same for a whole segment is stuck, and a quiet bridge is not that quiet.
                    bool whole = buffer.End();
                    Enter(whole && _least < _most ? Stage.Transform : Stage.Idle);
                    return false;
                case Stage.Transform:
                    _fft.Step(NodeLimits.SpectrumPiece);
                    if (_fft.IsDone)
                        Enter(Stage.Add);
                    return false;
                default:
                    return Add();
            }
        }

        private void Survey(int[] samples, int from, int take)
        {
            int least = _least;
            int most = _most;
            long sum = _sum;
            int end = from + take;
            for (int i = from; i < end; i++)
            {
                int value = samples[i];
                sum += value;
                if (value < least)
                    least = value;
                if (value > most)
                    most = value;
            }
            _least = least;
            _most = most;
            _sum = sum;
            _at += take;
        }

        private bool Add()
        {
            int last = _at + NodeLimits.SpectrumPiece - 1;
            if (last > _length / 4)
                last = _length / 4;
            _fft.AddPowers(_sums, _at, last);
            _at = last + 1;
            if (last < _length / 4)
                return false;
            Averages++;
            Enter(Stage.Idle);
            return true;
        }

        private void Enter(Stage stage)
        {
            _stage = stage;
            _at = 0;
        }
    }
}
