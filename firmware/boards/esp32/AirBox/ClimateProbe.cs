using System;
using System.Device.I2c;
using System.Threading;
using EdgeFleet.Firmware.Ports;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.ReadResult;
using nanoFramework.Hardware.Esp32;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// A BME280 on I2C bus 1, at either of its addresses, read once a second on a thread of its own: the library allocates,
    /// and a bus that hangs blocks for up to a second.
    /// </summary>
    public sealed class ClimateProbe : IClimateProbe
    {
        private const int Bus = 1;

        // The address that the breakouts of the parts list have, and the other one.
        private const int Address = 0x76;
        private const int OtherAddress = 0x77;

        private readonly object _lock = new object();
        private readonly ClimateReading _last = new ClimateReading();
        private SensorResult _state = SensorResult.NotReady;
        private I2cDevice? _device;
        private Bme280? _chip;
        private int _address = Address;

        /// <summary>Begins to read; without pins there is no sensor.</summary>
        public ClimateProbe(int sdaPin, int sclPin)
        {
            if (sdaPin < 0 || sclPin < 0)
            {
                _state = SensorResult.Failed;
                return;
            }
            Configuration.SetPinFunction(sdaPin, DeviceFunction.I2C1_DATA);
            Configuration.SetPinFunction(sclPin, DeviceFunction.I2C1_CLOCK);
            Thread thread = new Thread(Run);
            thread.Priority = ThreadPriority.BelowNormal;
            thread.Start();
        }

        /// <summary>Whether no chip answers.</summary>
        public bool IsSilent => _state == SensorResult.Failed;

        /// <inheritdoc/>
        public SensorResult TryTake(ClimateReading reading)
        {
            lock (_lock)
            {
                SensorResult state = _state;
                if (state != SensorResult.Ok)
                    return state;
                reading.CentiCelsius = _last.CentiCelsius;
                reading.CentiPercent = _last.CentiPercent;
                reading.DeciPascal = _last.DeciPascal;
                _state = SensorResult.NotReady;
                return state;
            }
        }

        private void Run()
        {
            while (true)
            {
                bool read = false;
                try
                {
                    read = Read(_chip ?? Open());
                }
                catch (Exception)
                {
                    read = false;
                }
                if (!read)
                    Close();
                Thread.Sleep(read ? BoardLimits.ClimateMs : BoardLimits.ClimateRetryMs);
            }
        }

        // The library reads the chip's id as it begins, and throws where there is none.
        private Bme280 Open()
        {
            _device = I2cDevice.Create(new I2cConnectionSettings(Bus, _address, I2cBusSpeed.StandardMode));
            _chip = new Bme280(_device);
            _chip.TemperatureSampling = Sampling.UltraLowPower;
            _chip.PressureSampling = Sampling.UltraLowPower;
            _chip.HumiditySampling = Sampling.UltraLowPower;
            return _chip;
        }

        private bool Read(Bme280 chip)
        {
            Bme280ReadResult result = chip.Read();
            if (!result.TemperatureIsValid || !result.HumidityIsValid || !result.PressureIsValid)
                return false;
            int celsius = Round(result.Temperature.DegreesCelsius * 100);
            int percent = Round(result.Humidity.Percent * 100);
            int pascal = Round(result.Pressure.Pascals * 10);
            lock (_lock)
            {
                _last.CentiCelsius = celsius;
                _last.CentiPercent = percent;
                _last.DeciPascal = pascal;
                _state = SensorResult.Ok;
            }
            return true;
        }

        private void Close()
        {
            lock (_lock)
                _state = SensorResult.Failed;
            _chip = null;
            if (_device != null)
                _device.Dispose();
            _device = null;
            _address = _address == Address ? OtherAddress : Address;
        }

        private static int Round(double value)
        {
            return (int)(value < 0 ? value - 0.5 : value + 0.5);
        }
    }
}
