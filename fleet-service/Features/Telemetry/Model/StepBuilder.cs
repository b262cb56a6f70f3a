using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Turns messages of the journal into a step: decodes them, drops what is stored already, and works out what every
/// device looks like afterwards. Touches nothing that is published, so a step that cannot be committed is simply
/// built again. Not thread-safe.
/// </summary>
/// <param name="takesWaveforms">Whether there is who stores them.</param>
/// <param name="takesReplies">Whether there is who waits for answers to commands.</param>
internal sealed class StepBuilder(TelemetryModel model, bool takesWaveforms, bool takesReplies = false)
{
    /// <summary>More channels than <see cref="TelemetryLimits"/> allows the device or the fleet.</summary>
    public const string TooManyChannels = nameof(TooManyChannels);

    /// <summary>A kind of message that this version does not store.</summary>
    public const string UnsupportedKind = nameof(UnsupportedKind);

    private readonly PackDecoder _packs = new();
    private readonly CborReader _cbor = new([]);
    private readonly NodeEvent _event = new();
    private readonly CommandReply _reply = new();
    private readonly BlobWriter _blob = new();
    private readonly Dictionary<(string Name, string Unit), ChannelName> _newChannels = [];
    private readonly ChannelValue[] _channels = new ChannelValue[Limits.MaxChannels];
    private int _lastNumber;

    /// <summary>The step that brings the database from the model's state through the last of these batches.</summary>
    public TelemetryStep Build(IReadOnlyList<IngestBatch> batches)
    {
        var step = new TelemetryStep { Cursor = batches[^1].Number };
        _newChannels.Clear();
        _lastNumber = model.LastNumber;
        foreach (IngestBatch batch in batches)
        {
            foreach (IngestMessage message in batch.Messages)
                Take(step, message);
        }
        step.NewChannels.AddRange(_newChannels.Values.OrderBy(channel => channel.Number));
        step.Channels = model.Channels.With(step.NewChannels);
        return step;
    }

    private void Take(TelemetryStep step, in IngestMessage message)
    {
        DeviceState device = Device(step, message.Id);
        device.HeardMs = Math.Max(device.HeardMs, message.ReceivedMs);
        string? error = message.Kind switch
        {
            TopicKind.Telemetry => TakePack(step, device, message),
            TopicKind.Event => TakeEvent(step, device, message),
            TopicKind.State => TakeReport(step, device, message),
            TopicKind.Waveform when takesWaveforms => TakeChunk(step, device, message),
            TopicKind.Reply when takesReplies => TakeReply(step, message),
            _ => UnsupportedKind,
        };
        if (error is not null)
            Reject(step, device, message, error);
    }

    private string? TakePack(TelemetryStep step, DeviceState device, in IngestMessage message)
    {
        ContractError error = _packs.Decode(message.Id, message.Payload);
        if (error != ContractError.None)
            return error.ToString();
        device.TelemetryMs = Math.Max(device.TelemetryMs, message.ReceivedMs);
        foreach (DecodedWindow window in _packs.Windows)
        {
            if (!TryNumber(device, window))
                return TooManyChannels;
            ReadOnlySpan<ChannelValue> channels = _channels.AsSpan(0, window.Channels);
            StreamState stream = device.Stream(StreamKind.Telemetry, window.Epoch);
            if (!TryCount(step, stream, window.Sequence, message.ReceivedMs))
                continue;
            (long startMs, StoredTime time) =
                TimeRule.Resolve(window.TimeMs, window.Quality, message.ReceivedMs, window.DurationMs);
            CountReplaced(step, device, time);
            var stored = new StoredWindow
            {
                Device = device.Number,
                StartMs = startMs,
                DurationMs = window.DurationMs,
                Epoch = window.Epoch,
                Sequence = window.Sequence,
                Time = time,
                ReceivedMs = message.ReceivedMs,
                Channels = WindowCodec.Write(_blob, channels),
            };
            step.Windows.Add(stored);
            step.Touched.Add((device.Number, StreamKind.Telemetry));
            device.TakeWindow(stored, channels);
        }
        return null;
    }

    private string? TakeEvent(TelemetryStep step, DeviceState device, in IngestMessage message)
    {
        _cbor.Reset(message.Payload.Array!, message.Payload.Offset, message.Payload.Count);
        ContractError error = _event.Read(_cbor);
        if (error == ContractError.None && _event.Sequence == 0)
            error = ContractError.OutOfRange;
        if (error != ContractError.None)
            return error.ToString();
        StreamState stream = device.Stream(StreamKind.Event, _event.Epoch);
        if (!TryCount(step, stream, _event.Sequence, message.ReceivedMs))
            return null;
        (long timeMs, StoredTime time) = TimeRule.Resolve(_event.TimeMs, _event.TimeQuality, message.ReceivedMs, 0);
        CountReplaced(step, device, time);
        bool channel = _event.Channel.Length != 0;
        var stored = new StoredEvent
        {
            Device = device.Number,
            TimeMs = timeMs,
            Time = time,
            Epoch = _event.Epoch,
            Sequence = _event.Sequence,
            Type = _event.Type,
            Severity = _event.Severity,
            Rule = _event.Rule,
            ConfigVersion = _event.ConfigVersion,
            Channel = _event.Channel,
            Value = channel ? _event.Value.ToDouble() : null,
            Level = channel ? _event.Level.ToDouble() : null,
            Text = _event.Text,
            ReceivedMs = message.ReceivedMs,
        };
        step.Events.Add(stored);
        step.Touched.Add((device.Number, StreamKind.Event));
        if (device.TakeEvent(stored))
            step.Alarms.Add(device);
        return null;
    }

    private string? TakeReport(TelemetryStep step, DeviceState device, in IngestMessage message)
    {
        _cbor.Reset(message.Payload.Array!, message.Payload.Offset, message.Payload.Count);
        var state = new ReportedState();
        ContractError error = state.Read(_cbor);
        if (error != ContractError.None)
            return error.ToString();
        if (device.TakeReport(new StoredReport(state, message.ReceivedMs, message.Payload.ToArray())))
            step.Reports.Add(device);
        return null;
    }

    private static string? TakeChunk(TelemetryStep step, DeviceState device, in IngestMessage message)
    {
        long receivedMs = message.ReceivedMs;
        bool replaced = false;
        string? error = StoredChunk.Read(
            message.Id, message.Payload, receivedMs,
            (timeMs, quality, lengthMs) =>
            {
                (timeMs, StoredTime time) = TimeRule.Resolve(timeMs, quality, receivedMs, lengthMs);
                replaced = time == StoredTime.Receipt;
                return (timeMs, (int)time, time.ToString());
            },
            out StoredChunk? chunk);
        if (chunk is not null)
            step.Chunks.Add(chunk);
        if (replaced)
            CountReplaced(step, device, StoredTime.Receipt);
        return error;
    }

    private string? TakeReply(TelemetryStep step, in IngestMessage message)
    {
        _cbor.Reset(message.Payload.Array!, message.Payload.Offset, message.Payload.Count);
        ContractError error = _reply.Read(_cbor);
        if (error != ContractError.None)
            return error.ToString();
        step.Replies.Add(new DeviceReply(
            message.Id, _reply.Id, _reply.Status, _reply.Text, _reply.Data[.._reply.DataLength], message.ReceivedMs));
        return null;
    }

    private static bool TryCount(TelemetryStep step, StreamState stream, uint sequence, long receivedMs)
    {
        stream.HeardMs = Math.Max(stream.HeardMs, receivedMs);
        if (stream.Stored.Add(sequence))
        {
            stream.StoredCount++;
            return true;
        }
        stream.Duplicates++;
        step.Duplicates++;
        return false;
    }

    private static void CountReplaced(TelemetryStep step, DeviceState device, StoredTime time)
    {
        if (time != StoredTime.Receipt)
            return;
        device.TimesReplaced++;
        step.TimesReplaced++;
    }

    private static void Reject(TelemetryStep step, DeviceState device, in IngestMessage message, string error)
    {
        device.Rejected++;
        byte[] prefix = message.Payload[..Math.Min(message.Payload.Count, TelemetryLimits.RejectedPrefixBytes)].ToArray();
        var key = (message.Id, message.Kind, error);
        step.Rejected[key] = step.Rejected.TryGetValue(key, out RejectedPayload? before)
            ? before with { Prefix = prefix, LastMs = message.ReceivedMs, Count = before.Count + 1 }
            : new(message.Id, message.Kind, error, prefix, message.ReceivedMs, message.ReceivedMs, 1);
    }

    private DeviceState Device(TelemetryStep step, string id)
    {
        if (step.Devices.TryGetValue(id, out DeviceState? device))
            return device;
        device = model.Find(id)?.Copy();
        if (device is null)
        {
            device = new DeviceState { Number = ++_lastNumber, Id = id };
            step.NewDevices.Add(device);
        }
        step.Devices.Add(id, device);
        return device;
    }

    /// <summary>Puts the window's channels, with their numbers, into <see cref="_channels"/>.</summary>
    private bool TryNumber(DeviceState device, in DecodedWindow window)
    {
        // Room is checked before anything is numbered: one device that invents names must not use up the numbers.
        int room = TelemetryLimits.MaxDeviceChannels - device.Latest.Count;
        for (int i = 0; i < window.Channels; i++)
        {
            ChannelName? known = Find(_packs.Channels[window.FirstChannel + i]);
            if ((known is null || !device.Knows(known.Number)) && --room < 0)
                return false;
        }
        for (int i = 0; i < window.Channels; i++)
        {
            DecodedChannel decoded = _packs.Channels[window.FirstChannel + i];
            ChannelName? channel = Find(decoded);
            if (channel is null)
            {
                int number = model.Channels.All.Count + _newChannels.Count + 1;
                if (number > TelemetryLimits.MaxChannels)
                    return false;
                channel = new ChannelName(number, decoded.Name, decoded.Unit);
                _newChannels.Add((decoded.Name, decoded.Unit), channel);
            }
            _channels[i] = decoded.Value with { Channel = channel.Number };
        }
        return true;
    }

    private ChannelName? Find(in DecodedChannel decoded) =>
        model.Channels.Find(decoded.Name, decoded.Unit)
        ?? _newChannels.GetValueOrDefault((decoded.Name, decoded.Unit));
}
