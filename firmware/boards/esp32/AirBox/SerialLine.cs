using System;
using System.IO.Ports;
using EdgeFleet.Firmware.Ports;
using nanoFramework.Hardware.Esp32;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// A serial line, 8N1, on <c>COM2</c>: <c>COM1</c> is the flashing port of every chip. The library waits for as many
    /// bytes as it is asked for, so it is asked for those that are there.
    /// </summary>
    public sealed class SerialLine : IUart
    {
        private const string Name = "COM2";

        private readonly SerialPort? _port;

        /// <summary>Opens the line; one without pins, or that does not open, stays silent.</summary>
        public SerialLine(int rxPin, int txPin, int baudRate)
        {
            if (rxPin < 0 || txPin < 0)
                return;
            try
            {
                Configuration.SetPinFunction(rxPin, DeviceFunction.COM2_RX);
                Configuration.SetPinFunction(txPin, DeviceFunction.COM2_TX);
                SerialPort port = new SerialPort(Name, baudRate);
                port.ReadBufferSize = BoardLimits.SerialBytes;
                port.ReadTimeout = 1000;
                port.WriteTimeout = 1000;
                port.Open();
                _port = port;
            }
            catch (Exception)
            {
                _port = null;
            }
        }

        /// <inheritdoc/>
        public int Read(byte[] buffer, int offset, int count)
        {
            if (_port == null)
                return 0;
            try
            {
                int there = _port.BytesToRead;
                if (there > count)
                    there = count;
                return there <= 0 ? 0 : _port.Read(buffer, offset, there);
            }
            catch (Exception)
            {
                return 0;
            }
        }

        /// <inheritdoc/>
        public bool Write(byte[] buffer, int offset, int count)
        {
            if (_port == null)
                return false;
            try
            {
                _port.Write(buffer, offset, count);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }
}
