namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// Channels that something beside the sampler puts into each window, such as natural frequencies from spectra.
    /// </summary>
    public interface IWindowChannels
    {
        /// <summary>How many; the same for good.</summary>
        int ChannelCount { get; }

        /// <summary>Name of a channel.</summary>
        string ChannelName(int channel);

        /// <summary>Unit of a channel.</summary>
        string ChannelUnit(int channel);

        /// <summary>Power of ten of a channel's numbers.</summary>
        int ChannelExponent(int channel);

        /// <summary>
        /// A window closes: fills mean, extremes, deviation, count and quality of its channels, from
        /// <paramref name="first"/> on; a count of 0 where there is nothing to say. Skewness and kurtosis are 0 already.
        /// On the sampler's thread; does not allocate.
        /// </summary>
        void Fill(ClosedWindow window, int first);
    }
}
