namespace EdgeFleet.Firmware.Sampling
{
    /// <summary>
    /// The sampling half of a node: asks the sensors, fills windows, and puts closed ones into its ring. Stepped by the
    /// sampler's thread; never blocks, never allocates once constructed.
    /// </summary>
    public interface ISampler
    {
        /// <summary>Closed windows, for the uplink.</summary>
        WindowRing Ring { get; }

        /// <summary>Channels of every window.</summary>
        int ChannelCount { get; }

        /// <summary>
        /// The first so many channels are what sensors say themselves; the others are worked out from these, and need not
        /// be in every window.
        /// </summary>
        int SensedChannels { get; }

        /// <summary>Length of a window where the configuration names none, in milliseconds.</summary>
        int DefaultWindowMs { get; }

        /// <summary>Samples or windows' worth of samples lost since the boot.</summary>
        uint SamplesMissed { get; }

        /// <summary>Name of a channel.</summary>
        string ChannelName(int channel);

        /// <summary>Unit of a channel.</summary>
        string ChannelUnit(int channel);

        /// <summary>Power of ten of a channel's numbers in a window.</summary>
        int ChannelExponent(int channel);

        /// <summary>Length of the windows from the next one on.</summary>
        void SetWindow(int windowMs);

        /// <summary>
        /// How far uptime is behind the clock, so that windows begin at round times; 0: the clock is not known.
        /// </summary>
        void SetUtcOffset(long utcMinusUptimeMs);

        /// <summary>One step at <paramref name="nowMs"/>, the uptime.</summary>
        void Sample(long nowMs);

        /// <summary>Uptime at which the next step is due.</summary>
        long NextSampleMs { get; }
    }
}
