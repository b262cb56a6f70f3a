using EdgeFleet.Boards.Sim.App;
using EdgeFleet.Firmware;
using EdgeFleet.Nodes;

namespace EdgeFleet.FleetSim.Tests.Applications;

/// <summary>Starts, and never gets to anything: neither confirms itself nor asks for the way back.</summary>
public sealed class MuteAirBox : NodeApplication
{
    /// <inheritdoc/>
    public override void Tick(long nowMs)
    {
    }

    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware) =>
        AirBoxNode.Create(settings, ports, hardware.ScalarSensors());
}
