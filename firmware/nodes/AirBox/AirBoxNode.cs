using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Drivers.Bme280;
using EdgeFleet.Firmware.Drivers.Pms5003;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.Nodes
{
    /// <summary>An Air Box: fine dust and climate, a window a minute.</summary>
    public static class AirBoxNode
    {
        /// <summary>Length of a window where the configuration names none, in milliseconds.</summary>
        public const int DefaultWindowMs = 60 * 1000;

        /// <summary>
        /// The sensors of an Air Box: a PMS5003 in active mode on <paramref name="dust"/>, a BME280 behind
        /// <paramref name="climate"/>, and whatever else the board has. Their order is that of the channels: pm1, pm25,
        /// pm10, pm25.cf1, n0.3, temp, rh, pressure, and then those of <paramref name="more"/>.
        /// </summary>
        public static IScalarSensor[] Sensors(IUart dust, IClimateProbe climate, IScalarSensor[] more)
        {
            IScalarSensor[] sensors = new IScalarSensor[2 + more.Length];
            sensors[0] = new Pms5003(dust);
            sensors[1] = new Bme280(climate);
            for (int i = 0; i < more.Length; i++)
                sensors[2 + i] = more[i];
            return sensors;
        }

        /// <summary>Puts an Air Box together. The order of the sensors is the order of the channels.</summary>
        public static NodeRuntime Create(NodeSettings settings, NodePorts ports, IScalarSensor[] sensors)
        {
            settings.Kind = NodeKind.AirBox;
            return new NodeRuntime(settings, ports, new ScalarSampler(sensors, DefaultWindowMs));
        }
    }
}
