using EdgeFleet.Firmware;
using EdgeFleet.Nodes;

namespace EdgeFleet.Boards.Sim.App;

/// <summary>An Air Box's application.</summary>
public sealed class AirBoxApplication : NodeApplication
{
    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware) =>
        AirBoxNode.Create(settings, ports, hardware.ScalarSensors());
}
