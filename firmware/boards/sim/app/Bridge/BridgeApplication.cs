using EdgeFleet.Firmware;
using EdgeFleet.Nodes;

namespace EdgeFleet.Boards.Sim.App;

/// <summary>A bridge node's application.</summary>
public sealed class BridgeApplication : NodeApplication
{
    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware) =>
        BridgeNode.Create(settings, ports, hardware.Accelerometer());
}
