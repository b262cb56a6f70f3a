namespace EdgeFleet.Firmware.Ports
{
    /// <summary>What came of asking a sensor.</summary>
    public enum SensorResult : byte
    {
        /// <summary>There are new values.</summary>
        Ok = 0,

        /// <summary>Nothing new yet.</summary>
        NotReady = 1,

        /// <summary>The sensor runs, but its values do not count yet.</summary>
        WarmingUp = 2,

        /// <summary>The sensor did not answer, or answered nonsense.</summary>
        Failed = 3,

        /// <summary>The sensor sleeps because it was told to.</summary>
        Asleep = 4,
    }

    /// <summary>How a sensor's test of itself ended.</summary>
    public enum SelfTestResult : byte
    {
        /// <summary>It has not been run.</summary>
        None = 0,

        /// <summary>It has been asked for, or runs.</summary>
        Running = 1,

        /// <summary>The sensor moved as it should.</summary>
        Passed = 2,

        /// <summary>It did not; its samples are held back.</summary>
        Failed = 3,
    }

    /// <summary>A sensor that can test itself.</summary>
    public interface ISelfTest
    {
        /// <summary>Asks for a test; may be called on any thread. The samples of its time are missing.</summary>
        void BeginSelfTest();

        /// <summary>How the last one ended.</summary>
        SelfTestResult SelfTest { get; }
    }

    /// <summary>
    /// A sensor of slow quantities: one or more channels, each a fixed-point number. Does not block and does not
    /// allocate.
    /// </summary>
    public interface IScalarSensor
    {
        /// <summary>Channels that the sensor has.</summary>
        int ChannelCount { get; }

        /// <summary>Name of a channel; see <see cref="Contracts.Channels"/>.</summary>
        string ChannelName(int channel);

        /// <summary>Unit of a channel; see <see cref="Contracts.Units"/>.</summary>
        string ChannelUnit(int channel);

        /// <summary>Power of ten of a channel's values: -2 makes 2150 mean 21.50.</summary>
        int ChannelExponent(int channel);

        /// <summary>Smallest value that the sensor can truly measure.</summary>
        int ChannelMin(int channel);

        /// <summary>Largest value that the sensor can truly measure.</summary>
        int ChannelMax(int channel);

        /// <summary>Reads all channels into <paramref name="values"/>, or says why not.</summary>
        SensorResult Read(long nowMs, int[] values);
    }

    /// <summary>A three-axis accelerometer with a queue of samples. Does not block and does not allocate.</summary>
    public interface IAccelerometer
    {
        /// <summary>Nominal samples a second, times a thousand.</summary>
        int RateMilliHz { get; }

        /// <summary>Acceleration of one count, in nanometres per second squared.</summary>
        int NanoMetresPerCount { get; }

        /// <summary>Axes that are there: bit 0 x, bit 1 y, bit 2 z.</summary>
        int AxisMask { get; }

        /// <summary>
        /// Takes up to <paramref name="maxTriples"/> samples out of the sensor, as counts x, y, z, x, y, z, ..., each
        /// within 20 bits and signed: the sums of a window are dimensioned for that.
        /// <paramref name="missed"/>: samples that the sensor lost just before the first of them.
        /// </summary>
        SensorResult Drain(long nowMs, int[] xyz, int maxTriples, out int triples, out int missed);

        /// <summary>Reads the sensor's own temperature, in hundredths of a degree Celsius.</summary>
        SensorResult ReadTemperature(out int centiCelsius);
    }
}
