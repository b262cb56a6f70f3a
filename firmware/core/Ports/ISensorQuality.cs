namespace EdgeFleet.Firmware.Ports
{
    /// <summary>A slow sensor that knows more of its values' worth than each reading says.</summary>
    public interface ISensorQuality
    {
        /// <summary>
        /// What happened since the last call, as a set of <see cref="Contracts.Senml.QualityFlags"/>; asked once a
        /// window, whose channels of this sensor all get it. Does not block and does not allocate.
        /// </summary>
        int TakeQuality();

        /// <summary>
        /// Lowest relative humidity at which the sensor's values hold, in hundredths of a percent.
        /// </summary>
        int MinCentiHumidity { get; }

        /// <summary>Highest relative humidity at which the sensor's values hold, in hundredths of a percent.</summary>
        int MaxCentiHumidity { get; }
    }

    /// <summary>A sensor that may sleep between measurements.</summary>
    public interface IDutyCycle
    {
        /// <summary>
        /// From now on sleeps and wakes in turn; a sensor that warms up begins to count its time awake after that.
        /// <paramref name="asleepS"/> 0: always awake. Both in seconds.
        /// </summary>
        void SetDutyCycle(int asleepS, int awakeS);

        /// <summary>Whether there is anything that can sleep.</summary>
        bool CanSleep { get; }
    }
}
