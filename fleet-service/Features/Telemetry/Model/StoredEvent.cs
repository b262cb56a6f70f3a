using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>An event of a node as it is stored.</summary>
public sealed record StoredEvent
{
    /// <summary>The device's number.</summary>
    public required int Device { get; init; }

    /// <summary>When it happened, Unix milliseconds.</summary>
    public required long TimeMs { get; init; }

    public required StoredTime Time { get; init; }

    public required uint Epoch { get; init; }

    public required uint Sequence { get; init; }

    /// <summary>May be a number that this version has no name for.</summary>
    public required EventType Type { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>The threshold rule, or empty.</summary>
    public required string Rule { get; init; }

    public required uint ConfigVersion { get; init; }

    /// <summary>The channel, or empty.</summary>
    public required string Channel { get; init; }

    /// <summary>The value that decided, in the channel's unit; null without a channel.</summary>
    public required double? Value { get; init; }

    /// <summary>The level it was held against, in the channel's unit; null without a channel.</summary>
    public required double? Level { get; init; }

    public required string Text { get; init; }

    /// <summary>When the service received it, Unix milliseconds.</summary>
    public required long ReceivedMs { get; init; }

    /// <summary>Whether it begins an alarm.</summary>
    public bool IsRaise => Type is EventType.ThresholdRaised or EventType.Fault;

    /// <summary>The alarm that it raises or clears: its rule, or for a fault its channel or else its text; or null.</summary>
    public string? AlarmKey => Type switch
    {
        EventType.ThresholdRaised or EventType.ThresholdCleared => "rule:" + (Rule.Length != 0 ? Rule : Channel),
        EventType.Fault or EventType.FaultCleared => "fault:" + (Channel.Length != 0 ? Channel : Text),
        _ => null,
    };

    /// <summary>Whether it happened later: by sequence within an epoch, by time between two.</summary>
    internal bool IsAfter(StoredEvent other) =>
        Epoch == other.Epoch ? Sequence > other.Sequence : TimeMs >= other.TimeMs;
}
