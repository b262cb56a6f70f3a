using EdgeFleet.Boards.Sim.App;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Sampling;

namespace EdgeFleet.FleetSim.Tests.Applications;

/// <summary>The next version of the Air Box: its windows have half a minute, where nobody says otherwise.</summary>
public sealed class NextAirBox : NodeApplication
{
    private const int WindowMs = 30_000;

    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware)
    {
        settings.Kind = NodeKind.AirBox;
        return new NodeRuntime(settings, ports, new ScalarSampler(hardware.ScalarSensors(), WindowMs));
    }
}
