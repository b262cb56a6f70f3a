using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>What a stream of a device carries.</summary>
public enum StreamKind : byte
{
    Telemetry = 0,
    Event = 1,
}

/// <summary>The last word on one channel of one device.</summary>
public sealed class ChannelLatest
{
    /// <summary>Number in the <see cref="ChannelDictionary"/>.</summary>
    public required int Channel { get; init; }

    /// <summary>Start of the newest window with a value, Unix milliseconds; 0: none yet.</summary>
    public long StartMs { get; set; }

    public int DurationMs { get; set; }

    public StoredTime Time { get; set; }

    public ChannelValue Value { get; set; }

    /// <summary>Start of the newest window in which the channel had no value; 0: none.</summary>
    public long MissingMs { get; set; }

    /// <summary>Why it had none: a set of quality flags.</summary>
    public int MissingQuality { get; set; }

    internal long Order { get; set; }

    internal ChannelLatest Copy() => (ChannelLatest)MemberwiseClone();

    /// <summary>Takes a window's word; the newer start wins, and of two windows with one start the later sequence.</summary>
    internal void Take(StoredWindow window, in ChannelValue value)
    {
        if (value.Count == 0)
        {
            if (window.StartMs < MissingMs)
                return;
            MissingMs = window.StartMs;
            MissingQuality = value.Quality;
        }
        else if (window.StartMs > StartMs || (window.StartMs == StartMs && window.Sequence >= Order))
        {
            StartMs = window.StartMs;
            DurationMs = window.DurationMs;
            Time = window.Time;
            Value = value;
            Order = window.Sequence;
        }
    }
}

/// <summary>One sequence of windows or events: everything with one epoch.</summary>
public sealed class StreamState
{
    public required StreamKind Kind { get; init; }

    public required uint Epoch { get; init; }

    /// <summary>What is stored, or was until retention deleted it.</summary>
    public SequenceSet Stored { get; init; } = new();

    /// <summary>How many were stored.</summary>
    public long StoredCount { get; set; }

    /// <summary>How many came again.</summary>
    public long Duplicates { get; set; }

    /// <summary>When the service last heard of it, Unix milliseconds.</summary>
    public long HeardMs { get; set; }

    /// <summary>How many the node says that it has produced.</summary>
    public uint Produced { get; set; }

    /// <summary>How many the node says that it dropped because its queue was full.</summary>
    public uint Dropped { get; set; }

    /// <summary>First number that it dropped; 0: unknown or none.</summary>
    public uint DroppedFirst { get; set; }

    /// <summary>Last number that it dropped.</summary>
    public uint DroppedLast { get; set; }

    /// <summary>Start of the oldest dropped window, Unix milliseconds; 0: not known.</summary>
    public long DroppedFromMs { get; set; }

    /// <summary>Start of the newest dropped window, Unix milliseconds; 0: not known.</summary>
    public long DroppedToMs { get; set; }

    /// <summary>The highest number known to exist.</summary>
    public uint Highest => Math.Max(Stored.Last, Produced);

    /// <summary>Whether the node says that it dropped this number.</summary>
    public bool WasDropped(uint number) =>
        Dropped != 0 && DroppedFirst <= number && number <= DroppedLast && !Stored.Contains(number);

    internal StreamState Copy() => new()
    {
        Kind = Kind,
        Epoch = Epoch,
        Stored = Stored.Copy(),
        StoredCount = StoredCount,
        Duplicates = Duplicates,
        HeardMs = HeardMs,
        Produced = Produced,
        Dropped = Dropped,
        DroppedFirst = DroppedFirst,
        DroppedLast = DroppedLast,
        DroppedFromMs = DroppedFromMs,
        DroppedToMs = DroppedToMs,
    };
}

/// <summary>A state report and when it came.</summary>
/// <param name="Payload">As the node sent it.</param>
public sealed record StoredReport(ReportedState State, long ReceivedMs, byte[] Payload);

/// <summary>
/// What the service knows of one device's reporting without looking into the tables. A published one never changes:
/// a step works on a copy, which takes its place once the step is committed.
/// </summary>
public sealed class DeviceState
{
    private readonly List<StreamState> _streams = [];
    private readonly List<ChannelLatest> _latest = [];
    private readonly List<StoredEvent> _alarms = [];
    private readonly List<uint> _retiredEpochs = [];

    /// <summary>Number in the telemetry database.</summary>
    public required int Number { get; init; }

    public required string Id { get; init; }

    /// <summary>When the last message of any kind came, Unix milliseconds; 0: none.</summary>
    public long HeardMs { get; set; }

    /// <summary>When the last telemetry came, Unix milliseconds; 0: none.</summary>
    public long TelemetryMs { get; set; }

    /// <summary>Payloads that were refused.</summary>
    public long Rejected { get; set; }

    /// <summary>Windows and events whose absurd time was replaced by that of their receipt.</summary>
    public long TimesReplaced { get; set; }

    /// <summary>The last state report, or null.</summary>
    public StoredReport? Report { get; set; }

    public IReadOnlyList<StreamState> Streams => _streams;

    /// <summary>In the order in which the channels were first seen.</summary>
    public IReadOnlyList<ChannelLatest> Latest => _latest;

    /// <summary>The last raising or clearing event of every alarm, active or not.</summary>
    public IReadOnlyList<StoredEvent> Alarms => _alarms;

    /// <summary>Alarms that were raised and not cleared.</summary>
    public IEnumerable<StoredEvent> ActiveAlarms => _alarms.Where(alarm => alarm.IsRaise);

    internal IReadOnlyList<uint> RetiredEpochs => _retiredEpochs;

    internal DeviceState Copy()
    {
        var copy = new DeviceState
        {
            Number = Number,
            Id = Id,
            HeardMs = HeardMs,
            TelemetryMs = TelemetryMs,
            Rejected = Rejected,
            TimesReplaced = TimesReplaced,
            Report = Report,
        };
        foreach (StreamState stream in _streams)
            copy._streams.Add(stream.Copy());
        foreach (ChannelLatest latest in _latest)
            copy._latest.Add(latest.Copy());
        copy._alarms.AddRange(_alarms);
        copy._retiredEpochs.AddRange(_retiredEpochs);
        return copy;
    }

    /// <summary>The stream with this epoch; made where it is new, in place of the one unheard of for longest.</summary>
    internal StreamState Stream(StreamKind kind, uint epoch)
    {
        foreach (StreamState known in _streams)
        {
            if (known.Kind == kind && known.Epoch == epoch)
                return known;
        }
        if (_streams.Count == TelemetryLimits.MaxStreams)
            _streams.Remove(_streams.MinBy(stream => stream.HeardMs)!);
        var added = new StreamState { Kind = kind, Epoch = epoch };
        _streams.Add(added);
        return added;
    }

    /// <summary>Whether the device has reported this channel before.</summary>
    internal bool Knows(int channel) => Find(channel) is not null;

    internal void TakeWindow(StoredWindow window, ReadOnlySpan<ChannelValue> channels)
    {
        foreach (ref readonly ChannelValue value in channels)
        {
            ChannelLatest? latest = Find(value.Channel);
            if (latest is null)
                _latest.Add(latest = new ChannelLatest { Channel = value.Channel });
            latest.Take(window, value);
        }
    }

    /// <summary>
    /// Takes a state report unless a later one is there. Within an epoch boots and sequence decide. Boots count from when
    /// the flash was new, so after a format they begin again under a new epoch: an epoch that was never reported
    /// before is newer, one that another has replaced is old.
    /// </summary>
    internal bool TakeReport(StoredReport report)
    {
        StreamState stream = Stream(StreamKind.Telemetry, report.State.Epoch);
        stream.HeardMs = Math.Max(stream.HeardMs, report.ReceivedMs);
        stream.Produced = Math.Max(stream.Produced, report.State.WindowsProduced);
        if (report.State.WindowsDropped > stream.Dropped)
        {
            stream.Dropped = report.State.WindowsDropped;
            stream.DroppedFirst = report.State.DroppedFirst;
            stream.DroppedLast = report.State.DroppedLast;
            stream.DroppedFromMs = report.State.DroppedFromMs;
            stream.DroppedToMs = report.State.DroppedToMs;
        }
        if (Report is { } current)
        {
            if (current.State.Epoch == report.State.Epoch)
            {
                if ((report.State.Boots, report.State.Sequence).CompareTo((current.State.Boots, current.State.Sequence)) <= 0)
                    return false;
            }
            else
            {
                if (_retiredEpochs.Contains(report.State.Epoch))
                    return false;
                if (_retiredEpochs.Count == TelemetryLimits.MaxRetiredEpochs)
                    _retiredEpochs.RemoveAt(0);
                _retiredEpochs.Add(current.State.Epoch);
            }
        }
        Report = report;
        return true;
    }

    /// <summary>Lets an event decide about its alarm; answers whether it did, late ones do not.</summary>
    internal bool TakeEvent(StoredEvent added)
    {
        if (added.AlarmKey is not { } key)
            return false;
        for (int i = 0; i < _alarms.Count; i++)
        {
            if (_alarms[i].AlarmKey != key)
                continue;
            if (!added.IsAfter(_alarms[i]))
                return false;
            _alarms[i] = added;
            return true;
        }
        if (_alarms.Count == TelemetryLimits.MaxAlarms)
        {
            // A cleared one is missed least, then the oldest.
            _alarms.Remove(_alarms.OrderBy(alarm => alarm.IsRaise).ThenBy(alarm => alarm.TimeMs).First());
        }
        _alarms.Add(added);
        return true;
    }

    internal void Restore(
        IEnumerable<StreamState> streams, IEnumerable<ChannelLatest> latest, IEnumerable<uint> retiredEpochs)
    {
        _streams.AddRange(streams);
        _latest.AddRange(latest);
        _retiredEpochs.AddRange(retiredEpochs);
    }

    private ChannelLatest? Find(int channel)
    {
        foreach (ChannelLatest latest in _latest)
        {
            if (latest.Channel == channel)
                return latest;
        }
        return null;
    }
}
