using EdgeFleet.Contracts;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>
/// What a <see cref="MemoryLink"/> talks to: a gateway in the same process. Tasks may complete on any thread; what the
/// gateway has to say goes through <see cref="MemoryLink.Deliver"/> and <see cref="MemoryLink.Break"/>, which may be
/// called on any thread.
/// </summary>
public interface IMemoryGateway
{
    /// <summary>Whether the node is let in. A link has one connection at a time.</summary>
    Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password);

    /// <summary>Subscribes; false where the gateway refuses.</summary>
    Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id);

    /// <summary>Completes when the message is stored; false where the gateway ends the connection instead.</summary>
    Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload);

    /// <summary>The connection is over; told also of those that the gateway ended itself.</summary>
    void Disconnected(MemoryLink link);
}
