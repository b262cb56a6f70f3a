using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Drivers.Adxl355;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Nodes;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The accelerometer of a bridge node on a board's pins.</summary>
    public sealed class Instruments
    {
        private readonly Adxl355 _accelerometer;

        /// <summary>Opens the bus; the accelerometer's interrupt wakes the sampler.</summary>
        public Instruments(BoardMap map, BoardSettings settings, GpioController gpio, AutoResetEvent wake)
        {
            _accelerometer = new Adxl355(
                new SpiLine(map), InterruptLine.Open(gpio, map.AccelInt, wake), settings.RateHz, Adxl355Range.G2);
        }

        /// <summary>Whether the accelerometer does not answer, or failed its test of itself.</summary>
        public bool Fault =>
            _accelerometer.Fault != Adxl355Fault.None || _accelerometer.SelfTest == SelfTestResult.Failed;

        /// <summary>Puts the node together.</summary>
        public NodeRuntime Create(NodeSettings settings, NodePorts ports)
        {
            return BridgeNode.Create(settings, ports, _accelerometer);
        }
    }
}
