using System.Device.Gpio;
using System.Threading;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>A bridge node that only reports and updates: its accelerometer is left alone.</summary>
    public sealed class Instruments
    {
        /// <summary>Opens nothing.</summary>
        public Instruments(BoardMap map, BoardSettings settings, GpioController gpio, AutoResetEvent wake)
        {
        }

        /// <summary>There is no sensor that could fail.</summary>
        public bool Fault => false;

        /// <summary>Puts the node together.</summary>
        public NodeRuntime Create(NodeSettings settings, NodePorts ports)
        {
            settings.Kind = NodeKind.Bridge;
            return new NodeRuntime(settings, ports, new IdleSampler());
        }
    }
}
