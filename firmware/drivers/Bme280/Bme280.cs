using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Drivers.Bme280
{
    /// <summary>
    /// Bosch BME280: temperature, relative humidity and pressure of the air. The registers and the compensation are the
    /// board library's; here are the channels, what the chip can truly measure, and the silence of a probe that hangs.
    /// </summary>
    public sealed class Bme280 : IScalarSensor
    {
        /// <summary>
        /// Longest time without a new reading, in milliseconds: the board reads once a second, and a transfer on a bus
        /// that hangs takes up to a second before it fails.
        /// </summary>
        public const int SilenceMs = 5 * 1000;

        private readonly IClimateProbe _probe;
        private readonly ClimateReading _reading = new ClimateReading();
        private long _heardMs = -1;

        /// <summary>The channels of a probe.</summary>
        public Bme280(IClimateProbe probe)
        {
            _probe = probe;
        }

        /// <inheritdoc/>
        public int ChannelCount => 3;

        /// <inheritdoc/>
        public string ChannelName(int channel)
        {
            return channel == 0 ? Channels.Temperature : channel == 1 ? Channels.Humidity : Channels.Pressure;
        }

        /// <inheritdoc/>
        public string ChannelUnit(int channel)
        {
            return channel == 0 ? Units.Celsius : channel == 1 ? Units.RelativeHumidity : Units.Pascal;
        }

        /// <inheritdoc/>
        public int ChannelExponent(int channel)
        {
            return channel == 2 ? -1 : -2;
        }

        /// <summary>Data sheet BST-BME280-DS002-15, key features: from -40 degrees Celsius, 0 %, 300 hPa.</summary>
        public int ChannelMin(int channel)
        {
            return channel == 0 ? -4000 : channel == 1 ? 0 : 300000;
        }

        /// <summary>Data sheet BST-BME280-DS002-15, key features: to 85 degrees Celsius, 100 %, 1,100 hPa.</summary>
        public int ChannelMax(int channel)
        {
            return channel == 0 ? 8500 : channel == 1 ? 10000 : 1100000;
        }

        /// <inheritdoc/>
        public SensorResult Read(long nowMs, int[] values)
        {
            if (_heardMs < 0)
                _heardMs = nowMs;
            SensorResult result = _probe.TryTake(_reading);
            if (result == SensorResult.Ok)
            {
                _heardMs = nowMs;
                values[0] = _reading.CentiCelsius;
                values[1] = _reading.CentiPercent;
                values[2] = _reading.DeciPascal;
                return result;
            }
            return result == SensorResult.NotReady && nowMs - _heardMs > SilenceMs ? SensorResult.Failed : result;
        }
    }
}
