using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Triggering;
using EdgeFleet.Firmware.Vibration;

namespace EdgeFleet.Nodes
{
    /// <summary>A bridge node: vibration on three axes, a window every ten seconds.</summary>
    public static class BridgeNode
    {
        /// <summary>Length of a window where the configuration names none, in milliseconds.</summary>
        public const int DefaultWindowMs = 10 * 1000;

        /// <summary>Puts a bridge node together.</summary>
        public static NodeRuntime Create(NodeSettings settings, NodePorts ports, IAccelerometer accelerometer)
        {
            settings.Kind = NodeKind.Bridge;
            VibrationSampler sampler = new VibrationSampler(accelerometer, DefaultWindowMs);
            VibrationTrigger trigger = new VibrationTrigger(accelerometer, settings.HistoryTriples);
            sampler.AddTap(trigger);
            ModalTracker modes = new ModalTracker(sampler, accelerometer, settings.SpectrumSamples);
            sampler.AddTap(modes);
            sampler.AddChannels(modes);
            return new NodeRuntime(
                settings, ports, sampler, new VibrationPart(sampler, trigger, modes, accelerometer as ISelfTest));
        }
    }
}
