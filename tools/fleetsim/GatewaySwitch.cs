using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;

namespace EdgeFleet.FleetSim;

/// <summary>The gateway of whichever service runs now: nodes outlive services.</summary>
internal sealed class GatewaySwitch(IMemoryGateway current) : IMemoryGateway
{
    /// <summary>Where new messages go.</summary>
    public IMemoryGateway Current { get; set; } = current;

    /// <inheritdoc/>
    public Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password) =>
        Current.ConnectAsync(link, clientId, user, password);

    /// <inheritdoc/>
    public Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id) => Current.SubscribeAsync(link, kind, id);

    /// <inheritdoc/>
    public Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload) =>
        Current.PublishAsync(link, kind, id, payload);

    /// <inheritdoc/>
    public void Disconnected(MemoryLink link) => Current.Disconnected(link);
}
