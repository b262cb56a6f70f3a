using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Nodes
{
    /// <summary>An Air Box: fine dust and climate, a window a minute.</summary>
    public static class AirBoxNode
    {
        /// <summary>Length of a window where the configuration names none, in milliseconds.</summary>
        public const int DefaultWindowMs = 60 * 1000;

        /// <summary>Puts an Air Box together. The order of the sensors is the order of the channels.</summary>
        public static NodeRuntime Create(NodeSettings settings, NodePorts ports, IScalarSensor[] sensors)
        {
            settings.Kind = NodeKind.AirBox;
            return new NodeRuntime(settings, ports, new ScalarSampler(sensors, DefaultWindowMs));
        }
    }
}
