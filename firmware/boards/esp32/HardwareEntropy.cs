using System;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The chip's generator of random numbers, which is what the runtime's <c>Random</c> asks on an ESP32.</summary>
    public sealed class HardwareEntropy : IEntropy
    {
        private readonly Random _random = new Random();
        private readonly byte[] _bytes = new byte[4];

        /// <inheritdoc/>
        public uint Next()
        {
            _random.NextBytes(_bytes);
            return (uint)(_bytes[0] | (_bytes[1] << 8) | (_bytes[2] << 16) | (_bytes[3] << 24));
        }
    }
}
