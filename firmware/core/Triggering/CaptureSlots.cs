namespace EdgeFleet.Firmware.Triggering
{
    /// <summary>
    /// The places for captures. A slot belongs to the sampler while it is free or open and to the uplink while it is
    /// full; each hands it over with its last write.
    /// </summary>
    public sealed class CaptureSlots
    {
        private readonly Capture[] _slots = new Capture[NodeLimits.CaptureSlots];

        /// <summary>All free.</summary>
        public CaptureSlots()
        {
            for (int i = 0; i < _slots.Length; i++)
                _slots[i] = new Capture();
        }

        /// <summary>Uplink: the oldest capture that is full, or null.</summary>
        public Capture? Full()
        {
            Capture? oldest = null;
            for (int i = 0; i < _slots.Length; i++)
            {
                Capture slot = _slots[i];
                if (slot.Stage == CaptureStage.Full && (oldest == null || (int)(slot.First - oldest.First) < 0))
                    oldest = slot;
            }
            return oldest;
        }

        /// <summary>Uplink: captures that are open or full.</summary>
        public int UnderWay
        {
            get
            {
                int count = 0;
                for (int i = 0; i < _slots.Length; i++)
                {
                    if (_slots[i].Stage != CaptureStage.Free)
                        count++;
                }
                return count;
            }
        }

        /// <summary>Sampler: a free slot, or null.</summary>
        public Capture? Free()
        {
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i].Stage == CaptureStage.Free)
                    return _slots[i];
            }
            return null;
        }

        /// <summary>Sampler: so many axes are active at once.</summary>
        public void NoteAxes(int axes)
        {
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i].Stage == CaptureStage.Open && !_slots[i].Asked && axes > _slots[i].AxesActive)
                    _slots[i].AxesActive = axes;
            }
        }

        /// <summary>Sampler: samples are missing before number <paramref name="written"/>.</summary>
        public void Lose(int missed, uint written)
        {
            for (int i = 0; i < _slots.Length; i++)
            {
                Capture slot = _slots[i];
                if (slot.Stage != CaptureStage.Open)
                    continue;
                int taken = (int)(written - slot.First);
                // It ends when it would have ended, with fewer samples, or here where its list is full.
                int left = slot.Gaps == NodeLimits.CaptureGaps ? 0 : slot.Samples - taken - missed;
                if (left <= 0)
                {
                    slot.Samples = taken;
                    continue;
                }
                slot.Samples = taken + left;
                slot.GapAt[slot.Gaps] = taken;
                slot.GapSamples[slot.Gaps] = missed;
                slot.Gaps++;
            }
        }

        /// <summary>Sampler: hands over captures whose last sample is in.</summary>
        public void CloseFull(uint written, StaLta[] axes)
        {
            bool noted = false;
            for (int i = 0; i < _slots.Length; i++)
            {
                Capture slot = _slots[i];
                if (slot.Stage != CaptureStage.Open || (int)(written - slot.First) < slot.Samples)
                    continue;
                if (!noted)
                    NotePeaks(axes);
                noted = true;
                slot.Stage = CaptureStage.Full;
            }
        }

        /// <summary>Sampler: the largest ratios so far.</summary>
        public void NotePeaks(StaLta[] axes)
        {
            for (int axis = 0; axis < axes.Length; axis++)
            {
                long peak = (long)(axes[axis].Peak * 1000 + 0.5);
                for (int i = 0; i < _slots.Length; i++)
                {
                    Capture slot = _slots[i];
                    if (slot.Stage != CaptureStage.Open || slot.Asked || peak <= slot.PeakMilli)
                        continue;
                    slot.PeakMilli = peak;
                    slot.Axis = axis;
                }
            }
        }
    }
}
