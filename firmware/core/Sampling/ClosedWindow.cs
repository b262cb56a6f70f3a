using EdgeFleet.Contracts;

namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>The numbers of one window, ready to be encoded; filled by the sampler, read by the uplink.</summary>
    public sealed class ClosedWindow
    {
        /// <summary>
        /// <see cref="Quality"/> of a channel that has nothing to say in this window, and is left out of it: its value comes
        /// once in many windows.
        /// </summary>
        public const int NotDue = -1;

        /// <summary>Mean of each channel, at the channel's exponent.</summary>
        public readonly long[] Mean = new long[Limits.MaxChannels];

        /// <summary>Smallest sample of each channel.</summary>
        public readonly long[] Min = new long[Limits.MaxChannels];

        /// <summary>Largest sample of each channel.</summary>
        public readonly long[] Max = new long[Limits.MaxChannels];

        /// <summary>Standard deviation of each channel about its mean.</summary>
        public readonly long[] StdDev = new long[Limits.MaxChannels];

        /// <summary>Skewness, in thousandths; counts where <see cref="Kurtosis"/> does.</summary>
        public readonly int[] Skewness = new int[Limits.MaxChannels];

        /// <summary>
        /// Kurtosis (3 for a normal distribution), in thousandths, at least 1000; 0: not known, since the channel has
        /// none or nothing varied.
        /// </summary>
        public readonly int[] Kurtosis = new int[Limits.MaxChannels];

        /// <summary>Samples of each channel; none: the other numbers mean nothing.</summary>
        public readonly int[] Count = new int[Limits.MaxChannels];

        /// <summary>Quality flags of each channel; see <see cref="Contracts.Senml.QualityFlags"/>.</summary>
        public readonly int[] Quality = new int[Limits.MaxChannels];

        /// <summary>Uptime at the start of the window, in milliseconds.</summary>
        public long StartMs;

        /// <summary>Length of the window, in milliseconds.</summary>
        public int DurationMs;
    }

    /// <summary>
    /// Hands closed windows from the sampler's thread to the uplink's: single producer, single consumer, preallocated.
    /// Each index is written by one side only, and after the slot it stands for.
    /// </summary>
    public sealed class WindowRing
    {
        private readonly ClosedWindow[] _slots;
        private int _written;
        private int _taken;

        /// <summary>An empty ring of so many windows.</summary>
        public WindowRing(int slots)
        {
            _slots = new ClosedWindow[slots];
            for (int i = 0; i < _slots.Length; i++)
                _slots[i] = new ClosedWindow();
        }

        /// <summary>Sampler: the slot to fill next, or null where the ring is full.</summary>
        public ClosedWindow? Writable()
        {
            return _written - _taken == _slots.Length ? null : _slots[_written % _slots.Length];
        }

        /// <summary>Sampler: the slot is filled.</summary>
        public void Commit()
        {
            // 2^31 windows of a second are 68 years: the index does not wrap around in a board's life.
            _written++;
        }

        /// <summary>Uplink: the oldest filled slot, or null.</summary>
        public ClosedWindow? Readable()
        {
            return _written == _taken ? null : _slots[_taken % _slots.Length];
        }

        /// <summary>Uplink: the slot may be filled again.</summary>
        public void Release()
        {
            _taken++;
        }
    }
}
