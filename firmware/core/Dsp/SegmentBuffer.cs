namespace EdgeFleet.Firmware.Dsp
{
    /// <summary>
    /// Samples of one axis in halves of a segment, three of them: while two are looked at as one segment the sampler fills
    /// the third. A half that a gap interrupts begins anew, so that no segment has a hole. One thread adds, another takes.
    /// </summary>
    public sealed class SegmentBuffer
    {
        private readonly int[] _samples;
        private readonly bool[] _follows = new bool[3];
        private int _half;

        // Sampler: samples in the half that is open, and its place among all halves. 2^31 halves of a second are 68 years.
        private int _filled;
        private int _written;

        // Uplink: the half that the next segment begins with.
        private int _taken;

        /// <summary>A buffer for segments of at most <paramref name="longest"/> samples: 6 bytes for each.</summary>
        public SegmentBuffer(int longest)
        {
            _samples = new int[longest / 2 * 3];
            _half = longest / 2;
        }

        /// <summary>Halves that were full, but overwritten or passed over before anybody took them.</summary>
        public int Skipped { get; private set; }

        /// <summary>The samples of all three halves; see <see cref="FirstOf"/>.</summary>
        public int[] Samples => _samples;

        /// <summary>Samples of half a segment.</summary>
        public int Half => _half;

        /// <summary>Sampler: segments of another length from now on; what there is is forgotten.</summary>
        public void Resize(int length)
        {
            _half = length / 2;
            _filled = 0;
            for (int i = 0; i < _follows.Length; i++)
                _follows[i] = false;
        }

        /// <summary>Sampler: samples are missing before the next.</summary>
        public void Interrupt()
        {
            _filled = 0;
            _follows[_written % 3] = false;
        }

        /// <summary>Sampler: takes every third number of a block, from <paramref name="axis"/> on.</summary>
        public void Add(int[] xyz, int axis, int triples)
        {
            int[] samples = _samples;
            int from = axis;
            while (triples > 0)
            {
                int take = _half - _filled;
                if (take > triples)
                    take = triples;
                int at = _written % 3 * _half + _filled;
                for (int end = at + take; at < end; at++)
                {
                    samples[at] = xyz[from];
                    from += 3;
                }
                _filled += take;
                triples -= take;
                if (_filled < _half)
                    return;
                _filled = 0;
                _follows[(_written + 1) % 3] = true;
                // Last: from here on the half counts as full.
                _written++;
            }
        }

        /// <summary>Uplink: whether two halves that follow each other are full; see <see cref="FirstOf"/>.</summary>
        public bool TryBegin()
        {
            int written = _written;
            // The slot before the one that is open is the last that is still whole.
            if (written - _taken > 2)
            {
                Skipped += written - _taken - 2;
                _taken = written - 2;
            }
            if (written - _taken < 2)
                return false;
            if (_follows[(_taken + 1) % 3])
                return true;
            _taken++;
            return false;
        }

        /// <summary>Uplink: where in <see cref="Samples"/> the first or second half of the segment begins.</summary>
        public int FirstOf(bool second)
        {
            return (second ? _taken + 1 : _taken) % 3 * _half;
        }

        /// <summary>Uplink: done with the samples; false where the sampler overwrote some meanwhile.</summary>
        public bool End()
        {
            bool whole = _written - _taken <= 2;
            _taken++;
            if (!whole)
                Skipped++;
            return whole;
        }

        /// <summary>Uplink: passes over all that is there.</summary>
        public void Forget()
        {
            _taken = _written;
        }
    }
}
