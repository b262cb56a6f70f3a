using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Zero crossings of one axis's velocity, kept long enough to tell the frequency about the largest half-wave of a
    /// window: up to two half-waves to either side of it, so that where a crossing lies between two samples matters less.
    /// </summary>
    internal sealed class HalfWaves
    {
        /// <summary>Units of time in one sample.</summary>
        public const int Tick = 256;

        // Half-waves to either side of the largest that are measured with it.
        private const int Beside = 2;
        private const int Kept = 8;

        private readonly int[] _at = new int[Kept];
        private int _crossings;
        private int _peak;
        private int _peakEnd;
        private int _span;
        private int _halves;

        /// <summary>Begins a window; the crossings stay.</summary>
        public void Begin()
        {
            _peak = 0;
            _peakEnd = 0;
            _span = 0;
            _halves = 0;
        }

        /// <summary>What was is not continued: the next crossing is the first.</summary>
        public void Forget()
        {
            Settle();
            _crossings = 0;
            _peakEnd = 0;
        }

        /// <summary>
        /// A crossing at <paramref name="at"/>, in ticks that may wrap around, ends a half-wave whose largest velocity was
        /// <paramref name="peak"/>.
        /// </summary>
        public void Cross(int at, int peak)
        {
            _crossings++;
            _at[_crossings % Kept] = at;
            if (_crossings > 1 && peak > _peak)
            {
                _peak = peak;
                _peakEnd = _crossings;
            }
            else if (_peakEnd != 0 && _crossings == _peakEnd + Beside)
            {
                Settle();
                _peakEnd = 0;
            }
            // Long before the counter would end; the crossings kept stay where they are.
            if (_crossings >= 1 << 30 && _peakEnd == 0)
                _crossings = Kept + _crossings % Kept;
        }

        /// <summary>Frequency about the largest half-wave, as a part of the sample rate; 0: there was no whole one.</summary>
        public double Frequency()
        {
            Settle();
            return SafeMath.Divide((double)_halves * Tick, 2.0 * _span, 0);
        }

        private void Settle()
        {
            if (_peakEnd == 0)
                return;
            int from = _peakEnd - 1 - Beside;
            int to = _peakEnd + Beside;
            if (from < 1)
                from = 1;
            if (to > _crossings)
                to = _crossings;
            _span = _at[to % Kept] - _at[from % Kept];
            _halves = to - from;
        }
    }
}
