using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>
    /// The electrostatic self-test (data sheet Rev. D, self-test and specifications): the mean of some samples in self-test
    /// mode, and of as many with the force on, must differ by what a living axis moves.
    /// </summary>
    internal sealed class SelfTest
    {
        /// <summary>
        /// Samples left out after each change: the filters pass a step within 8 samples, and as
        /// many again for the force to settle.
        /// </summary>
        public const int SettleSamples = 16;

        /// <summary>Samples of each mean: a quarter of a second at 125 Hz.</summary>
        public const int MeanSamples = 32;

        // The specifications give 0.3 g for X and Y and 1.5 g for Z, typical, and no limits. From a third to twice of it tells a
        // dead or stuck axis from a living one, with room for the traffic on a bridge, which stays below 0.05 g.
        private const int MinXyMilliG = 100;
        private const int MaxXyMilliG = 600;
        private const int MinZMilliG = 500;
        private const int MaxZMilliG = 3000;

        // The test runs at 8 g, for gravity and 1.5 g together leave the range of 2 g: 64,000 counts a g (specifications).
        private const int CountsPerG = 64000;

        private readonly int[] _still = new int[3];
        private readonly int[] _moved = new int[3];
        private int _seen;

        /// <summary>Whether the force is on.</summary>
        public bool Forced { get; private set; }

        /// <summary>Begins with the samples without force.</summary>
        public void Begin()
        {
            Forced = false;
            Clear(_still);
        }

        /// <summary>Goes on with the samples with force.</summary>
        public void Force()
        {
            Forced = true;
            Clear(_moved);
        }

        /// <summary>Takes samples; true when there are enough of this half.</summary>
        public bool Accept(int[] xyz, int triples)
        {
            int[] sums = Forced ? _moved : _still;
            for (int i = 0; i < triples && _seen < SettleSamples + MeanSamples; i++)
            {
                _seen++;
                if (_seen <= SettleSamples)
                    continue;
                // 32 samples of 20 bits with sign: 2^24 at most.
                for (int axis = 0; axis < 3; axis++)
                    sums[axis] += xyz[3 * i + axis];
            }
            return _seen == SettleSamples + MeanSamples;
        }

        /// <summary>How it ended, once both halves are there.</summary>
        public SelfTestResult Judge()
        {
            bool passed = Within(MovedMilliG(0), MinXyMilliG, MaxXyMilliG)
                && Within(MovedMilliG(1), MinXyMilliG, MaxXyMilliG)
                && Within(MovedMilliG(2), MinZMilliG, MaxZMilliG);
            return passed ? SelfTestResult.Passed : SelfTestResult.Failed;
        }

        /// <summary>By how much an axis moved, in thousandths of g, without sign.</summary>
        public int MovedMilliG(int axis)
        {
            long moved = _moved[axis] - _still[axis];
            if (moved < 0)
                moved = -moved;
            return (int)(moved * 1000 / (MeanSamples * CountsPerG));
        }

        private static bool Within(int value, int min, int max)
        {
            return value >= min && value <= max;
        }

        private void Clear(int[] sums)
        {
            _seen = 0;
            sums[0] = 0;
            sums[1] = 0;
            sums[2] = 0;
        }
    }
}
