namespace EdgeFleet.Firmware.Drivers.Adxl355
{
    /// <summary>What became of the chip's samples: how fast they come, and how many are missing before a block.</summary>
    internal sealed class SampleBook
    {
        // One sample more or less in a minute is 0.013 %: a gap of a minute is then known to a sample.
        private const int RateSpanMs = 60 * 1000;

        private readonly int _nominalMilliHz;
        private int _measuredMilliHz;
        private long _lastSampleMs = -1;
        private bool _gap;
        private int _due;
        private int _left;
        private long _spanFromMs = -1;
        private int _spanSamples;

        public SampleBook(int milliHz)
        {
            _nominalMilliHz = milliHz;
            _measuredMilliHz = milliHz;
        }

        /// <summary>Whether a sample was ever delivered.</summary>
        public bool Began => _lastSampleMs >= 0;

        /// <summary>The FIFO is emptied: what the next block begins with does not continue the last one.</summary>
        public void Break()
        {
            // What was torn before belongs to the gap, and is counted with it.
            _gap = true;
            _due = 0;
            _left = 0;
        }

        /// <summary>
        /// Enters a block and answers how many samples are missing before it. <paramref name="found"/> samples were in
        /// the FIFO, <paramref name="taken"/> of them were read. Torn ones are counted: those that
        /// <paramref name="skipped"/> entries before the first are left of, and <paramref name="torn"/> behind the last,
        /// which the next block is told. What an overrun or a restart cost is what the chip's measured rate makes of the
        /// time since the last sample, less what was found: good to one sample, for the chip itself counts none.
        /// </summary>
        public int Enter(long nowMs, int triples, int found, int taken, int skipped, int torn, bool overrun)
        {
            long missed = _due + (skipped + 2) / 3;
            _due = torn;
            // Overrun, it is full to its last place, though the register counts to 96 alone.
            int fresh = (overrun && found < Adxl355.MostEntries / 3 ? Adxl355.MostEntries / 3 : found) - _left;
            _left = found - taken;
            if ((_gap || overrun) && Began)
            {
                long made = ((nowMs - _lastSampleMs) * _measuredMilliHz + 500000) / 1000000;
                missed += made - fresh < 1 ? 1 : made - fresh;
            }
            _gap = false;
            _lastSampleMs = nowMs;
            MeasureRate(nowMs, triples, missed != 0);
            return missed > int.MaxValue ? int.MaxValue : (int)missed;
        }

        /// <summary>The chip's clock, against uptime, over stretches of a minute without a gap.</summary>
        private void MeasureRate(long nowMs, int triples, bool gap)
        {
            if (gap || _spanFromMs < 0)
            {
                _spanFromMs = nowMs;
                _spanSamples = 0;
                return;
            }
            _spanSamples += triples;
            long span = nowMs - _spanFromMs;
            if (span < RateSpanMs)
                return;
            int milliHz = (int)(_spanSamples * 1000000L / span);
            // The clock is good to a few percent; anything else is a stall of the sampler, not the chip's rate.
            if (milliHz > _nominalMilliHz / 10 * 9 && milliHz < _nominalMilliHz / 10 * 11)
                _measuredMilliHz = milliHz;
            _spanFromMs = nowMs;
            _spanSamples = 0;
        }
    }
}
