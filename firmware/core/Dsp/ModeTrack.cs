using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>What one more spectrum did to a mode's alarm.</summary>
    public enum DriftChange : byte
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>The frequency has been off for long enough.</summary>
        Raised,

        /// <summary>It has been back for long enough.</summary>
        Cleared,
    }

    /// <summary>
    /// One natural frequency: where it was last, what is usual for it, and whether it has left that. What is usual is
    /// learned slowly, and not at all from a frequency that is off, so that damage does not become usual.
    /// </summary>
    public sealed class ModeTrack
    {
        /// <summary>Spectra whose mean is the first usual value.</summary>
        public const int Learning = 8;

        // What is usual follows by this part a spectrum: at four and a half minutes a spectrum, 3 days for 63 % of a change.
        private const double Following = 1.0 / 1024;

        // An alarm clears well inside its level, so that a frequency at the level does not raise it again and again.
        private const double ClearPart = 0.8;

        private int _past;

        /// <summary>The last frequency, in hertz; 0: none yet.</summary>
        public double Hertz { get; private set; }

        /// <summary>Root mean square of the acceleration in the last peak, in micrometres per second squared.</summary>
        public double Amplitude { get; private set; }

        /// <summary>The sensor's temperature at the last peak, in hundredths of a degree Celsius; 0: unknown.</summary>
        public int CentiCelsius { get; private set; }

        /// <summary>The usual frequency, in hertz; 0 before the first.</summary>
        public double Usual { get; private set; }

        /// <summary>Spectra in <see cref="Usual"/>, at most <see cref="Learning"/>.</summary>
        public int Learned { get; private set; }

        /// <summary>Spectra in a row without this mode.</summary>
        public int Absent { get; private set; }

        /// <summary>Whether the frequency is off.</summary>
        public bool IsRaised { get; private set; }

        /// <summary>Whether it is not known if the alarm's event was kept, since the power went.</summary>
        public bool IsUnsure { get; set; }

        /// <summary>Whether there is such a mode.</summary>
        public bool IsKnown => Learned > 0;

        /// <summary>How far the last frequency is off, as a part of the usual one.</summary>
        public double Drift => SafeMath.Divide(Hertz - Usual, Usual, 0);

        /// <summary>Forgets the mode.</summary>
        public void Forget()
        {
            Hertz = 0;
            Amplitude = 0;
            CentiCelsius = 0;
            Usual = 0;
            Learned = 0;
            Absent = 0;
            IsRaised = false;
            IsUnsure = false;
            _past = 0;
        }

        /// <summary>Goes on with what was known before the power went.</summary>
        public void Restore(double usual, int learned, bool raised)
        {
            Forget();
            Usual = usual;
            Hertz = usual;
            Learned = learned;
            IsRaised = raised;
            IsUnsure = raised;
        }

        /// <summary>A spectrum without this mode: it says nothing of drift.</summary>
        public void Miss()
        {
            Absent++;
        }

        /// <summary>
        /// A spectrum with this mode. <paramref name="level"/>: how far is too far, as a part; 0: nothing is.
        /// </summary>
        public DriftChange Accept(double hertz, double amplitude, int centiCelsius, double level, int hold)
        {
            Hertz = hertz;
            Amplitude = amplitude;
            CentiCelsius = centiCelsius;
            Absent = 0;
            if (Learned < Learning)
            {
                Learned++;
                Usual += SafeMath.Divide(hertz - Usual, Learned, 0);
                return DriftChange.None;
            }
            double drift = Drift < 0 ? -Drift : Drift;
            bool past = level > 0 && drift > (IsRaised ? level * ClearPart : level);
            if (past == IsRaised)
                _past = 0;
            else
                _past++;
            if (!past && !IsRaised)
                Usual += (hertz - Usual) * Following;
            if (_past < hold)
                return DriftChange.None;
            _past = 0;
            IsRaised = past;
            return past ? DriftChange.Raised : DriftChange.Cleared;
        }
    }
}
