using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Commands;

/// <summary>Where a command to one device stands.</summary>
public enum CommandState
{
    /// <summary>The device has not got it: it is offline, or too busy.</summary>
    Waiting,

    /// <summary>It was sent, and nothing came back so far.</summary>
    Sent,

    /// <summary>The device has begun.</summary>
    Accepted,

    /// <summary>Carried out.</summary>
    Done,

    /// <summary>Tried, and failed; the text says why.</summary>
    Failed,

    /// <summary>It came too late, or no answer came in time.</summary>
    Expired,

    /// <summary>The device does not know or cannot do it.</summary>
    Unsupported,

    /// <summary>Called back before it was sent.</summary>
    Canceled,
}

/// <summary>Something that devices are to do.</summary>
/// <param name="Type">What.</param>
/// <param name="Devices">Which devices, by id; or a filter in its place.</param>
/// <param name="Filter">Which devices, see <see cref="Features.Devices.DeviceFilter"/>.</param>
/// <param name="Argument">What the command needs to know.</param>
/// <param name="ExpiresInS">Seconds until it is too late.</param>
/// <param name="Key">
/// The caller's own name of this order: asked for again under the same key, nothing happens twice, and the answer is the
/// first order.
/// </param>
public sealed record CommandRequest(
    CommandType Type, IReadOnlyList<string>? Devices = null, string? Filter = null, string? Argument = null,
    int ExpiresInS = CommandLimits.DefaultExpiryS, string? Key = null);

/// <summary>An order: one command to one or more devices.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Filter">By which the devices were chosen; null: by their ids.</param>
/// <param name="Devices">How many devices.</param>
/// <param name="Counts">How many of them are in which state; states without any are left out.</param>
public sealed record CommandOrder(
    long Id, CommandType Type, string? Argument, string? Filter, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset ExpiresAt, int Devices, IReadOnlyDictionary<CommandState, int> Counts);

/// <summary>A page of orders, the newest first.</summary>
public sealed record CommandPage(int Total, IReadOnlyList<CommandOrder> Items);

/// <summary>A command to one device.</summary>
/// <param name="Id">Its number on the wire.</param>
/// <param name="Order">The order that it is part of.</param>
/// <param name="SentAt">When it was last sent; null: not yet.</param>
/// <param name="ChangedAt">When its state last changed.</param>
/// <param name="Text">What the device says beside the state.</param>
/// <param name="DataBytes">Bytes that came with the answer, such as log lines.</param>
public sealed record DeviceCommand(
    long Id, long Order, string Device, CommandType Type, CommandState State, DateTimeOffset? SentAt,
    DateTimeOffset ChangedAt, string? Text, int DataBytes, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt,
    string CreatedBy);

/// <summary>A page of commands to devices.</summary>
public sealed record DeviceCommandPage(int Total, IReadOnlyList<DeviceCommand> Items);

/// <summary>What a command becomes; the one place that says so.</summary>
internal static class CommandTransitions
{
    /// <summary>States in which nothing more is expected.</summary>
    public static bool IsFinal(CommandState state) => state > CommandState.Accepted;

    /// <summary>
    /// What a device's answer makes of a command. What a device itself said at last stands; what the service assumed in
    /// its silence (expired, canceled) gives way to it.
    /// </summary>
    public static CommandState After(CommandState state, ReplyStatus reply) => state switch
    {
        CommandState.Done or CommandState.Failed or CommandState.Unsupported => state,
        CommandState.Expired or CommandState.Canceled when reply == ReplyStatus.Accepted => state,
        _ => reply switch
        {
            ReplyStatus.Accepted => CommandState.Accepted,
            ReplyStatus.Done => CommandState.Done,
            ReplyStatus.Failed => CommandState.Failed,
            ReplyStatus.Expired => CommandState.Expired,
            ReplyStatus.Unsupported => CommandState.Unsupported,
            // A newer device's status: it is still at it as far as we can know.
            _ => state,
        },
    };

    /// <summary>What the passing of time makes of a command.</summary>
    /// <param name="state">Where it stands.</param>
    /// <param name="sinceExpiry">How long ago it expired; negative: it has not.</param>
    public static CommandState After(CommandState state, TimeSpan sinceExpiry) => state switch
    {
        CommandState.Waiting when sinceExpiry >= TimeSpan.Zero => CommandState.Expired,
        CommandState.Sent or CommandState.Accepted
            when sinceExpiry >= TimeSpan.FromSeconds(CommandLimits.AnswerGraceS) => CommandState.Expired,
        _ => state,
    };
}
