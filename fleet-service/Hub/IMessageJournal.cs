using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Hub;

/// <summary>Where everything that devices send is put on disk before it is acknowledged.</summary>
public interface IMessageJournal
{
    /// <summary>
    /// Takes a message; the payload is copied before the call returns. Completes later where the disk is behind. Calls
    /// <see cref="IDeviceSession.Stored"/> with a receipt other than zero once the message is on disk.
    /// </summary>
    ValueTask AppendAsync(
        IDeviceSession session, TopicKind kind, string deviceId, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel);
}
