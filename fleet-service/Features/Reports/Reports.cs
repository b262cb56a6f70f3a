using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Features.Reports;

/// <summary>How the update of a device stands, in its own words.</summary>
/// <param name="Target">Digest of the bundle that state and reason are about, or null.</param>
/// <param name="TotalBytes">Null: not known.</param>
/// <param name="Running">What the device runs from.</param>
/// <param name="Confirmed">Whether what runs has proved itself.</param>
public sealed record UpdateAnswer(
    [property: JsonConverter(typeof(OpenEnumConverter<UpdateState>))] UpdateState State,
    [property: JsonConverter(typeof(OpenEnumConverter<UpdateReason>))] UpdateReason Reason, string? Target,
    uint FetchedBytes, uint? TotalBytes, [property: JsonConverter(typeof(OpenEnumConverter<UpdateSlot>))] UpdateSlot Running,
    bool Confirmed, uint BootAttempts, uint Attempt, uint SecurityCounter)
{
    internal static UpdateAnswer? Of(ReportedState state) => !state.HasUpdate ? null : new(
        state.Update.State, state.Update.Reason,
        state.Update.HasTarget ? Convert.ToHexStringLower(state.Update.Target) : null, state.Update.FetchedBytes,
        state.Update.TotalBytes == 0 ? null : state.Update.TotalBytes, state.Update.Running, state.Update.Confirmed,
        state.Update.BootAttempts, state.Update.Attempt, state.Update.SecurityCounter);
}

/// <summary>What a device says of its board.</summary>
/// <param name="HardwareClass">What bundles name, such as <c>esp32-s3</c>; or null.</param>
/// <param name="RuntimeVersion">Of the runtime under the application, or null.</param>
/// <param name="EventInProgress">A vibration event goes on, and nobody may restart the device.</param>
/// <param name="CaptureInProgress">A capture of one is not on flash yet.</param>
/// <param name="Episode">An alarm stands on a mass of dust.</param>
/// <param name="ChunksProduced">Pieces of captured vibrations since the queue was new.</param>
/// <param name="ChunksDropped">Of these, those for which there was no room.</param>
public sealed record BoardAnswer(
    string? HardwareClass, string? RuntimeVersion, bool EventInProgress, bool CaptureInProgress, bool Episode,
    uint ChunksProduced, uint ChunksDropped)
{
    internal static BoardAnswer? Of(ReportedState state) => !state.HasBoardStatus ? null : new(
        OrNull(state.BoardStatus.HardwareClass), OrNull(state.BoardStatus.RuntimeVersion),
        (state.BoardStatus.Interlocks & BoardStatus.InterlockEvent) != 0,
        (state.BoardStatus.Interlocks & BoardStatus.InterlockCapture) != 0,
        (state.BoardStatus.Interlocks & BoardStatus.InterlockEpisode) != 0,
        state.BoardStatus.ChunksProduced, state.BoardStatus.ChunksDropped);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}

/// <summary>What a device last said of itself, and when the service heard it.</summary>
/// <param name="Received">When the report came.</param>
/// <param name="FirmwareDigest">SHA-256 in lower-case hexadecimal digits, or null.</param>
/// <param name="RssiDbm">Null: no radio.</param>
/// <param name="ClockAgeS">Null: the clock was never set in this boot.</param>
/// <param name="Update">Null: the device cannot be updated, or is of a version that does not tell.</param>
/// <param name="BoardStatus">Null: the device is of a version that does not tell.</param>
public sealed record StateAnswer(
    DateTimeOffset Received, int Version, NodeKind Kind, string HardwareId, string Board, string FirmwareVersion,
    string? FirmwareDigest, [property: JsonConverter(typeof(OpenEnumConverter<BootReason>))] BootReason BootReason, uint Boots, uint Sequence, uint UptimeS, uint FreeHeapBytes,
    int? RssiDbm, int? ClockAgeS, TimeQuality ClockQuality, uint ConfigVersion, uint RefusedConfigVersion,
    [property: JsonConverter(typeof(OpenEnumConverter<ConfigFault>))] ConfigFault RefusedConfigFault, int WindowMs, int StateIntervalMs, uint Epoch, uint WindowsProduced,
    uint WindowsBuffered, uint WindowsDropped, uint DroppedFirst, uint DroppedLast, DateTimeOffset? DroppedFrom,
    DateTimeOffset? DroppedTo, uint EventsProduced, uint EventsDropped, uint SamplesMissed,
    UpdateAnswer? Update, BoardAnswer? BoardStatus)
{
    internal static StateAnswer Of(StoredReport report)
    {
        ReportedState state = report.State;
        return new(
            Reports.Time(report.ReceivedMs)!.Value, state.Version, state.Kind, state.HardwareId, state.Board,
            state.FirmwareVersion, state.HasFirmwareDigest ? Convert.ToHexStringLower(state.FirmwareDigest) : null,
            state.BootReason, state.Boots, state.Sequence, state.UptimeS, state.FreeHeapBytes,
            state.RssiDbm == 0 ? null : state.RssiDbm, state.ClockAgeS < 0 ? null : state.ClockAgeS, state.ClockQuality,
            state.ConfigVersion, state.RefusedConfigVersion, state.RefusedConfigFault, state.WindowMs,
            state.StateIntervalMs, state.Epoch, state.WindowsProduced, state.WindowsBuffered, state.WindowsDropped,
            state.DroppedFirst, state.DroppedLast, Reports.Time(state.DroppedFromMs), Reports.Time(state.DroppedToMs),
            state.EventsProduced, state.EventsDropped, state.SamplesMissed, UpdateAnswer.Of(state),
            BoardAnswer.Of(state));
    }
}

/// <summary>Something that happened on a device.</summary>
/// <param name="Value">The value that decided, in the channel's unit.</param>
/// <param name="Level">The level it was held against, in the channel's unit.</param>
public sealed record EventAnswer(
    string Device, DateTimeOffset At, StoredTime Time,
    [property: JsonConverter(typeof(OpenEnumConverter<EventType>))] EventType Type, Severity Severity, string? Rule,
    uint ConfigVersion, string? Channel, double? Value, double? Level, string? Text, uint Epoch, uint Sequence,
    DateTimeOffset Received)
{
    internal static EventAnswer Of(string device, StoredEvent stored) => new(
        device, Reports.Time(stored.TimeMs)!.Value, stored.Time, stored.Type, stored.Severity, OrNull(stored.Rule),
        stored.ConfigVersion, OrNull(stored.Channel), stored.Value, stored.Level, OrNull(stored.Text), stored.Epoch,
        stored.Sequence, Reports.Time(stored.ReceivedMs)!.Value);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}

/// <summary>What a list of devices shows of one: from memory, for 10,000 devices at once.</summary>
/// <param name="Heard">When the last message of any kind came, or null.</param>
/// <param name="Telemetry">When the last telemetry came, or null.</param>
/// <param name="WindowMs">The node's own reporting interval, or 0 where no report came.</param>
/// <param name="Worst">The gravest active alarm, or null.</param>
/// <param name="StateIntervalMs">Interval of its state reports, or 0 where none came.</param>
/// <param name="Reported">When the last state report came, or null.</param>
public readonly record struct DeviceSummary(
    string Device, DateTimeOffset? Heard, DateTimeOffset? Telemetry, NodeKind? Kind, string? FirmwareVersion,
    uint ConfigVersion, int WindowMs, uint WindowsBuffered, int ActiveAlarms, Severity? Worst, int StateIntervalMs,
    DateTimeOffset? Reported);

/// <summary>What devices report beside their measurements: their state, events and alarms.</summary>
public sealed class Reports(TelemetryModel model, ITelemetryStore store)
{
    /// <summary>The last state report, or null where none came.</summary>
    public StateAnswer? State(string deviceId) =>
        model.Find(deviceId)?.Report is { } report ? StateAnswer.Of(report) : null;

    /// <summary>The firmware's version that the device last reported; null: none.</summary>
    public string? FirmwareOf(string deviceId) =>
        model.Find(deviceId)?.Report is { State.FirmwareVersion: { Length: > 0 } version } ? version : null;

    /// <summary>One device in short, or null where it was never heard of.</summary>
    public DeviceSummary? Summary(string deviceId) => model.Find(deviceId) is { } device ? SummaryOf(device) : null;

    /// <summary>Every device that was ever heard of, in short and in no order.</summary>
    public IEnumerable<DeviceSummary> Summaries() => model.Devices.Select(SummaryOf);

    /// <summary>Alarms that were raised and not cleared, the gravest first, then the newest.</summary>
    /// <param name="deviceId">Null: of all devices.</param>
    public IReadOnlyList<EventAnswer> ActiveAlarms(string? deviceId = null)
    {
        IEnumerable<DeviceState> devices = deviceId is null ? model.Devices
            : model.Find(deviceId) is { } device ? [device] : [];
        return [.. devices
            .SelectMany(device => device.ActiveAlarms.Select(alarm => EventAnswer.Of(device.Id, alarm)))
            .OrderByDescending(alarm => alarm.Severity).ThenByDescending(alarm => alarm.At)];
    }

    /// <summary>Events, newest first.</summary>
    /// <param name="deviceId">Null: of all devices.</param>
    /// <param name="type">Null: any.</param>
    /// <param name="rule">Null: any.</param>
    /// <param name="limit">1 to <see cref="TelemetryLimits.MaxEventPage"/>.</param>
    public async Task<IReadOnlyList<EventAnswer>> EventsAsync(
        string? deviceId, TimeRange range, EventType? type, string? rule, int limit, CancellationToken cancel)
    {
        DeviceState? device = deviceId is null ? null : model.Find(deviceId);
        if (deviceId is not null && device is null)
            return [];
        var filter = new EventFilter
        {
            Device = device?.Number,
            FromMs = range.FromMs,
            ToMs = range.ToMs,
            Type = type,
            Rule = rule,
            Limit = Math.Clamp(limit, 1, TelemetryLimits.MaxEventPage),
        };
        var events = new List<EventAnswer>();
        await foreach (StoredEvent stored in store.ReadEventsAsync(filter, cancel))
            events.Add(EventAnswer.Of(model.Find(stored.Device)?.Id ?? "", stored));
        return events;
    }

    internal static DateTimeOffset? Time(long milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DeviceSummary SummaryOf(DeviceState device)
    {
        int active = 0;
        Severity? worst = null;
        foreach (StoredEvent alarm in device.Alarms)
        {
            if (!alarm.IsRaise)
                continue;
            active++;
            if (worst is null || alarm.Severity > worst)
                worst = alarm.Severity;
        }
        ReportedState? state = device.Report?.State;
        return new(
            device.Id, Time(device.HeardMs), Time(device.TelemetryMs), state?.Kind, state?.FirmwareVersion,
            state?.ConfigVersion ?? 0, state?.WindowMs ?? 0, state?.WindowsBuffered ?? 0, active, worst,
            state?.StateIntervalMs ?? 0, device.Report is { } report ? Time(report.ReceivedMs) : null);
    }
}
