using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>A device's answer to a command, as the journal has it.</summary>
/// <param name="Command">The command's id.</param>
/// <param name="Data">Such as log lines; at most <see cref="Contracts.Limits.MaxReplyData"/> bytes.</param>
public sealed record DeviceReply(
    string Device, uint Command, ReplyStatus Status, string Text, byte[] Data, long ReceivedMs);

/// <summary>Who waits for answers to commands.</summary>
public interface IDeviceReplies
{
    /// <summary>Keeps the answers. They may come again after a crash, and stay what they are.</summary>
    Task TakeAsync(IReadOnlyList<DeviceReply> replies, CancellationToken cancel);
}
