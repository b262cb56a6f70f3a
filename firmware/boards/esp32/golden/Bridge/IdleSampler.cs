using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Samples nothing: no channel, no window, never due.</summary>
    public sealed class IdleSampler : ISampler
    {
        /// <inheritdoc/>
        public WindowRing Ring { get; } = new WindowRing(1);

        /// <inheritdoc/>
        public int ChannelCount => 0;

        /// <inheritdoc/>
        public int SensedChannels => 0;

        /// <inheritdoc/>
        public int DefaultWindowMs => 10 * 1000;

        /// <inheritdoc/>
        public uint SamplesMissed => 0;

        /// <inheritdoc/>
        public long NextSampleMs => long.MaxValue;

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            return "";
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return "";
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return 0;
        }

        /// <inheritdoc/>
        public void SetWindow(int windowMs)
        {
        }

        /// <inheritdoc/>
        public void SetUtcOffset(long utcMinusUptimeMs)
        {
        }

        /// <inheritdoc/>
        public void Sample(long nowMs)
        {
        }
    }
}
