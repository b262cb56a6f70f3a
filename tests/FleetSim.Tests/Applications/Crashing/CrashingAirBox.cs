using System;
using EdgeFleet.Boards.Sim.App;
using EdgeFleet.Firmware;
using EdgeFleet.Nodes;

namespace EdgeFleet.FleetSim.Tests.Applications;

/// <summary>Mounts the flash, says that it booted, and then runs into a mistake of its own at every start.</summary>
public sealed class CrashingAirBox : NodeApplication
{
    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware)
    {
        NodeRuntime node = AirBoxNode.Create(settings, ports, hardware.ScalarSensors());
        int[] table = new int[node.DeviceId.Length];
        table[node.DeviceId.Length] = 1;
        return node;
    }
}
