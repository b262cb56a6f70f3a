using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Nodes;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>The sensors of an Air Box on a board's pins.</summary>
    public sealed class Instruments
    {
        // Plantower PMS5003 manual: 9,600 baud, 8N1.
        private const int BaudRate = 9600;

        private readonly Pms5003 _dust;
        private readonly ClimateProbe _climate;
        private readonly IScalarSensor[] _sensors;

        /// <summary>Opens the buses; nothing here calls, so nothing is woken.</summary>
        public Instruments(BoardMap map, BoardSettings settings, GpioController gpio, AutoResetEvent wake)
        {
            _climate = new ClimateProbe(map.I2cSda, map.I2cScl);
            _sensors = AirBoxNode.Sensors(
                new SerialLine(map.PmsRx, map.PmsTx, BaudRate), _climate, new IScalarSensor[0]);
            _dust = (Pms5003)_sensors[0];
        }

        /// <summary>Whether a sensor does not answer.</summary>
        public bool Fault => _dust.IsSilent || _climate.IsSilent;

        /// <summary>Puts the node together.</summary>
        public NodeRuntime Create(NodeSettings settings, NodePorts ports)
        {
            return AirBoxNode.Create(settings, ports, _sensors);
        }
    }
}
