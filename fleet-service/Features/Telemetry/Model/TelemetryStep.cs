using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Waveforms;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Payloads of one device that were refused for one reason.</summary>
/// <param name="Error">A <see cref="ContractError"/>'s name, or one of <see cref="StepBuilder"/>'s.</param>
/// <param name="Prefix">First bytes of the last one.</param>
public sealed record RejectedPayload(
    string DeviceId, TopicKind Kind, string Error, byte[] Prefix, long FirstMs, long LastMs, long Count);

/// <summary>Everything that one transaction writes.</summary>
public sealed class TelemetryStep
{
    /// <summary>Through which place of the journal the database stands after it.</summary>
    public required long Cursor { get; init; }

    /// <summary>Devices that were not known before; they are in <see cref="Devices"/>, too.</summary>
    public List<DeviceState> NewDevices { get; } = [];

    public List<ChannelName> NewChannels { get; } = [];

    /// <summary>All channels, new ones included.</summary>
    public ChannelDictionary Channels { get; internal set; } = ChannelDictionary.Empty;

    /// <summary>Every device that something was heard of, as it stands afterwards.</summary>
    public Dictionary<string, DeviceState> Devices { get; } = [];

    public List<StoredWindow> Windows { get; } = [];

    public List<StoredEvent> Events { get; } = [];

    /// <summary>Chunks of waveforms; they go to their own store, before the step is committed.</summary>
    public List<StoredChunk> Chunks { get; } = [];

    /// <summary>Answers to commands; they go to who waits for them, before the step is committed.</summary>
    public List<DeviceReply> Replies { get; } = [];

    /// <summary>Streams that something was added to: whom to tell.</summary>
    internal HashSet<(int Device, StreamKind Stream)> Touched { get; } = [];

    /// <summary>Devices whose state report is a new one.</summary>
    public HashSet<DeviceState> Reports { get; } = [];

    /// <summary>Devices whose alarms have changed.</summary>
    public HashSet<DeviceState> Alarms { get; } = [];

    /// <summary>What was refused, added up by device, kind and error.</summary>
    public Dictionary<(string DeviceId, TopicKind Kind, string Error), RejectedPayload> Rejected { get; } = [];

    /// <summary>Windows and events that were stored already.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Times that were replaced by that of receipt.</summary>
    public long TimesReplaced { get; internal set; }
}
