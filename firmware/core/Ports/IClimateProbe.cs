namespace EdgeFleet.Firmware.Ports
{
    /// <summary>One reading of the air.</summary>
    public sealed class ClimateReading
    {
        /// <summary>Temperature, in hundredths of a degree Celsius.</summary>
        public int CentiCelsius;

        /// <summary>Relative humidity, in hundredths of a percent.</summary>
        public int CentiPercent;

        /// <summary>Barometric pressure, in tenths of a pascal.</summary>
        public int DeciPascal;
    }

    /// <summary>
    /// A BME280 or its like, behind whatever library the board has for it: on the boards <c>Iot.Device.Bmxx80</c>, which
    /// knows the chip's registers and computes with its calibration. That library blocks and allocates, so the board
    /// reads it on a thread of its own, and this port hands over the last reading. Does not block, does not throw and
    /// does not allocate.
    /// </summary>
    public interface IClimateProbe
    {
        /// <summary>
        /// Fills <paramref name="reading"/> with a reading that was not handed over before; NotReady where there is none,
        /// Failed where the chip does not answer.
        /// </summary>
        SensorResult TryTake(ClimateReading reading);
    }
}
