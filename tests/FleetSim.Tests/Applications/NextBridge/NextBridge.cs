using EdgeFleet.Boards.Sim.App;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Dsp;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Triggering;
using EdgeFleet.Firmware.Vibration;

namespace EdgeFleet.FleetSim.Tests.Applications;

/// <summary>The next version of the bridge node: its windows have twenty seconds, where nobody says otherwise.</summary>
public sealed class NextBridge : NodeApplication
{
    private const int WindowMs = 20_000;

    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware)
    {
        settings.Kind = NodeKind.Bridge;
        IAccelerometer accelerometer = hardware.Accelerometer();
        VibrationSampler sampler = new(accelerometer, WindowMs);
        VibrationTrigger trigger = new(accelerometer, settings.HistoryTriples);
        ModalTracker modes = new(sampler, accelerometer, settings.SpectrumSamples);
        sampler.AddTap(trigger);
        sampler.AddTap(modes);
        sampler.AddChannels(modes);
        return new NodeRuntime(settings, ports, sampler, new VibrationPart(sampler, trigger, modes, null));
    }
}
