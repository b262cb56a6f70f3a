using System;
using System.Device.Gpio;
using System.Device.Spi;
using EdgeFleet.Firmware.Ports;
using nanoFramework.Hardware.Esp32;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// A device on SPI bus 1, mode 0. Bytes go to and from the caller's buffers; the two views of them that the library
    /// wants are all that is allocated, some 50 bytes a transfer, and a collection once in minutes.
    /// </summary>
    public sealed class SpiLine : ISpi
    {
        private readonly SpiDevice? _device;

        /// <summary>Opens the bus; one without pins, or that does not open, fails at every transfer.</summary>
        public SpiLine(BoardMap map)
        {
            if (map.SpiClk < 0 || map.SpiMosi < 0 || map.SpiMiso < 0 || map.AccelCs < 0)
                return;
            try
            {
                Configuration.SetPinFunction(map.SpiMosi, DeviceFunction.SPI1_MOSI);
                Configuration.SetPinFunction(map.SpiMiso, DeviceFunction.SPI1_MISO);
                Configuration.SetPinFunction(map.SpiClk, DeviceFunction.SPI1_CLOCK);
                SpiConnectionSettings settings = new SpiConnectionSettings(1, map.AccelCs);
                settings.ClockFrequency = BoardLimits.SpiHz;
                settings.Mode = SpiMode.Mode0;
                settings.DataBitLength = 8;
                settings.DataFlow = DataFlow.MsbFirst;
                settings.ChipSelectLineActiveState = PinValue.Low;
                _device = SpiDevice.Create(settings);
            }
            catch (Exception)
            {
                _device = null;
            }
        }

        /// <inheritdoc/>
        public bool Transfer(byte[] write, byte[] read, int count)
        {
            if (_device == null)
                return false;
            try
            {
                _device.TransferFullDuplex(new SpanByte(write, 0, count), new SpanByte(read, 0, count));
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }
}
