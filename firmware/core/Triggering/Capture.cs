namespace EdgeFleet.Firmware.Triggering
{
    /// <summary>How far a capture is.</summary>
    public enum CaptureStage : byte
    {
        /// <summary>The slot is free; the sampler may take it.</summary>
        Free = 0,

        /// <summary>Samples are still coming in; the sampler's.</summary>
        Open = 1,

        /// <summary>All samples are in the ring; the uplink's.</summary>
        Full = 2,
    }

    /// <summary>One captured vibration: where its samples lie in the ring, and what is known of it.</summary>
    public sealed class Capture
    {
        /// <summary>Where samples were lost: counted from the capture's first sample, lost ones not counted.</summary>
        public readonly int[] GapAt = new int[NodeLimits.CaptureGaps];

        /// <summary>How many were lost there.</summary>
        public readonly int[] GapSamples = new int[NodeLimits.CaptureGaps];

        /// <summary>Whose the slot is; written last when it is handed over.</summary>
        public CaptureStage Stage;

        /// <summary>Asked for by a command, not by the trigger.</summary>
        public bool Asked;

        /// <summary>The command that asked for it.</summary>
        public uint CommandId;

        /// <summary>Number of the first sample, counted from the boot; wraps around.</summary>
        public uint First;

        /// <summary>Samples of each axis.</summary>
        public int Samples;

        /// <summary>Places in <see cref="GapAt"/> that count.</summary>
        public int Gaps;

        /// <summary>Uptime of the first sample, in milliseconds.</summary>
        public long StartMs;

        /// <summary>Uptime of the event's begin, in milliseconds.</summary>
        public long OnsetMs;

        /// <summary>The axis with the largest ratio: 0 x, 1 y, 2 z.</summary>
        public int Axis;

        /// <summary>The largest ratio, times a thousand.</summary>
        public long PeakMilli;

        /// <summary>The level that it had to pass, times a thousand.</summary>
        public int OnMilli;

        /// <summary>Axes that were active at once at most.</summary>
        public int AxesActive;

        /// <summary>Samples lost inside.</summary>
        public uint Missed
        {
            get
            {
                uint missed = 0;
                for (int i = 0; i < Gaps; i++)
                    missed += (uint)GapSamples[i];
                return missed;
            }
        }
    }
}
