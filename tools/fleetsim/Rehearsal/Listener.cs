using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.FleetSim.Rehearsal;

/// <summary>
/// The other end of the one node of a rehearsal: lets it in, tells it its configuration, and writes down what it reports.
/// </summary>
internal sealed class Listener(NodeConfig? config, Func<long> utcMs) : IMemoryGateway
{
    private readonly CborReader _cbor = new([]);
    private readonly SenmlRecord _record = new();
    private readonly NodeEvent _event = new();
    private readonly ReportedState _state = new();
    private readonly WaveformChunk _chunk = new();
    private readonly Dictionary<string, (string Unit, ChannelStatistics All)> _overall = [];
    private readonly Dictionary<string, string> _units = [];
    private readonly Dictionary<uint, Capture> _captures = [];

    public List<WindowReport> Windows { get; } = [];

    public List<EventReport> Events { get; } = [];

    public IReadOnlyList<CaptureReport> Captures => [.. _captures.Values.OrderBy(c => c.StartMs).Select(c => c.Report())];

    public int Messages { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The configuration that the node runs, as it says; 0: its own.</summary>
    public uint ConfigInForce { get; private set; }

    /// <summary>The configuration that the node refused; 0: none.</summary>
    public uint ConfigRefused { get; private set; }

    /// <summary>Why.</summary>
    public ConfigFault RefusedFor { get; private set; }

    /// <summary>Whether it has said anything about its state.</summary>
    public bool IsHeard { get; private set; }

    /// <summary>What counts begins here, Unix milliseconds: before it there is nothing to report on.</summary>
    public long FromUtcMs { get; set; } = long.MinValue;

    public IReadOnlyList<ChannelReport> Overall =>
        [.. _overall.Select(channel => Report(channel.Key, channel.Value.Unit, channel.Value.All))];

    public Task<bool> ConnectAsync(MemoryLink link, string clientId, string user, string password) => Task.FromResult(true);

    public Task<bool> SubscribeAsync(MemoryLink link, TopicKind kind, string id)
    {
        if (kind == TopicKind.Desired)
        {
            DesiredState desired = new() { TimeMs = utcMs(), HasConfig = config != null };
            if (config != null)
                desired.Config.CopyFrom(config);
            link.Deliver(TopicKind.Desired, Encode(desired.Write));
        }
        return Task.FromResult(true);
    }

    public Task<bool> PublishAsync(MemoryLink link, TopicKind kind, string id, byte[] payload)
    {
        _cbor.Reset(payload, 0, payload.Length);
        if (kind == TopicKind.Claim)
        {
            Grant(link);
            return Task.FromResult(true);
        }
        Messages++;
        Bytes += payload.Length;
        switch (kind)
        {
            case TopicKind.Telemetry:
                TakePack();
                break;
            case TopicKind.Event:
                Check(_event.Read(_cbor));
                TakeEvent();
                break;
            case TopicKind.Waveform:
                Check(_chunk.Read(_cbor));
                TakeChunk();
                break;
            case TopicKind.State:
                Check(_state.Read(_cbor));
                (ConfigInForce, ConfigRefused, RefusedFor) =
                    (_state.ConfigVersion, _state.RefusedConfigVersion, _state.RefusedConfigFault);
                IsHeard = true;
                break;
        }
        return Task.FromResult(true);
    }

    public void Disconnected(MemoryLink link)
    {
    }

    private void Grant(MemoryLink link)
    {
        ClaimRequest request = new();
        Check(request.Read(_cbor));
        ClaimAnswer answer = new() { Status = ClaimStatus.Granted, DeviceId = "rehearsal", TimeMs = utcMs() };
        request.Nonce.CopyTo(answer.Nonce, 0);
        answer.DeviceKey[0] = 1;
        link.Deliver(TopicKind.ClaimAnswer, Encode(answer.Write));
    }

    private void TakePack()
    {
        SenmlReader reader = new(_cbor);
        if (!reader.TryBegin())
            Check(reader.Error);
        WindowReport? window = null;
        while (reader.TryReadRecord(_record))
        {
            if (_record.HasWindow)
            {
                // A window that ended before the recording begins says only that there is nothing yet.
                long startMs = (long)Math.Round(_record.Time * 1000);
                window = startMs + _record.DurationMs <= FromUtcMs
                    ? null
                    : new WindowReport(
                        (uint)_record.Value, DateTimeOffset.FromUnixTimeMilliseconds(startMs), _record.DurationMs / 1000.0,
                        new List<ChannelReport>());
                if (window != null)
                    Windows.Add(window);
            }
            else if (window != null)
            {
                ((List<ChannelReport>)window.Channels).Add(TakeChannel((int)(window.Seconds * 1000)));
            }
        }
        Check(reader.Error);
    }

    private ChannelReport TakeChannel(int durationMs)
    {
        string name = _record.Name[(_record.Name.LastIndexOf('/') + 1)..];
        _units[name] = _record.Unit;
        // As the service takes it: false says that there is no value, and a plain value is one sample.
        int count = _record.HasBool ? 0 : _record.HasStatistics ? _record.Count : 1;
        ChannelValue value = _record.HasStatistics
            ? new(0, _record.Value, _record.Min, _record.Max, _record.StdDev, count, _record.Quality, _record.Exponent,
                _record.Skewness, _record.Kurtosis)
            : new(0, _record.Value, _record.Value, _record.Value, 0, count, _record.Quality, _record.Exponent);
        ChannelStatistics one = default;
        one.Add(value, durationMs);
        (string Unit, ChannelStatistics All) overall = _overall.GetValueOrDefault(name, (_record.Unit, default));
        overall.All.Add(value, durationMs);
        _overall[name] = overall;
        return Report(name, _record.Unit, one);
    }

    private void TakeEvent() => Events.Add(new EventReport(
        _event.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(_event.TimeMs), _event.Type, _event.Severity,
        Said(_event.Rule), Said(_event.Channel),
        _event.Channel.Length > 0 ? Number(_event.Value) : null, _event.Channel.Length > 0 ? Number(_event.Level) : null,
        // A trigger's is a ratio.
        _event.Type == EventType.Trigger ? null : _units.GetValueOrDefault(_event.Channel), Said(_event.Text)));

    private void TakeChunk()
    {
        if (!_captures.TryGetValue(_chunk.Capture, out Capture? capture))
            _captures.Add(_chunk.Capture, capture = new Capture(_chunk));
        capture.Take(_chunk);
    }

    private static ChannelReport Report(string name, string unit, in ChannelStatistics all)
    {
        bool any = all.Count > 0;
        return new ChannelReport(
            name, unit, all.Count, any ? all.Mean : null, any ? all.Min : null, any ? all.Max : null, any ? all.Rms : null,
            any ? all.Peak : null, any ? all.Max - all.Min : null, any ? all.Crest : null, any ? all.Skewness : null,
            any ? all.Kurtosis : null, QualityNames.Of(all.Quality));
    }

    private static string? Said(string text) => text.Length == 0 ? null : text;

    private static double Number(DecimalValue value) => value.Mantissa * Math.Pow(10, value.Exponent);

    private static byte[] Encode(Action<CborWriter> write)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        write(writer);
        Check(writer.Error);
        return buffer[..writer.Length];
    }

    // The node is ours: what it says is either right or a fault of the program.
    private static void Check(ContractError error)
    {
        if (error != ContractError.None)
            throw new InvalidOperationException($"The node said what nobody understands: {error}.");
    }

    private sealed class Capture(WaveformChunk first)
    {
        private readonly int[] _samples = new int[Limits.MaxChunkSamples];
        private readonly uint _event = first.Capture;
        private readonly double _rateHz = first.RateMilliHz / 1000.0;
        private readonly double _scale = Number(first.Scale);
        private readonly SortedDictionary<int, List<int>> _axes = [];
        private uint _missing;

        public long StartMs { get; } = first.TimeMs;

        public void Take(WaveformChunk chunk)
        {
            Check(chunk.Decode(_samples, 0));
            if (!_axes.TryGetValue(chunk.Axis, out List<int>? axis))
                _axes.Add(chunk.Axis, axis = []);
            axis.AddRange(_samples.Take(chunk.SampleCount));
            _missing = Math.Max(_missing, chunk.Gaps);
        }

        public CaptureReport Report() => new(
            _event, DateTimeOffset.FromUnixTimeMilliseconds(StartMs), string.Concat(_axes.Keys.Select(axis => "xyz"[axis])),
            _rateHz, _axes.Values.Max(axis => axis.Count), _missing,
            _scale * _axes.Values.Max(axis => axis.Max(value => Math.Abs(value - axis.Average()))));
    }
}
