using EdgeFleet.Boards.Sim.App;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Nodes;

namespace EdgeFleet.FleetSim.Tests.Applications;

/// <summary>
/// Samples and reports as it should, but its requests for blocks are garbled: once it ran for good, nothing could ever be
/// brought to it again.
/// </summary>
public sealed class CannotFetchAirBox : NodeApplication
{
    /// <inheritdoc/>
    protected override ILink Connect(ILink link) => new Garbling(link);

    /// <inheritdoc/>
    protected override NodeRuntime Create(NodeSettings settings, NodePorts ports, HardwarePorts hardware) =>
        AirBoxNode.Create(settings, ports, hardware.ScalarSensors());

    private sealed class Garbling(ILink link) : ILink
    {
        public LinkResult Connect(LinkAddress address) => link.Connect(address);

        public void Disconnect() => link.Disconnect();

        public LinkResult Subscribe(TopicKind kind, string id) => link.Subscribe(kind, id);

        public LinkResult Publish(TopicKind kind, string id, byte[] payload, int offset, int count, out int messageId)
        {
            // In the middle of the digest: a request that can be read, for a bundle that nobody has.
            if (kind == TopicKind.BlockRequest)
                payload[offset + 20] ^= 0xFF;
            return link.Publish(kind, id, payload, offset, count, out messageId);
        }

        public bool TryGetEvent(LinkEvent target) => link.TryGetEvent(target);
    }
}
