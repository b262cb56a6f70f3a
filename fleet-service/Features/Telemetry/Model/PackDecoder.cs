using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>A channel of a decoded window, still by name.</summary>
internal readonly record struct DecodedChannel(string Name, string Unit, ChannelValue Value);

/// <summary>A window of a pack; its channels are a range of <see cref="PackDecoder.Channels"/>.</summary>
internal record struct DecodedWindow(
    uint Epoch, uint Sequence, long TimeMs, TimeQuality Quality, int DurationMs, int FirstChannel, int Channels);

/// <summary>
/// Takes a telemetry pack apart and holds it to the rules of our windows. A pack with any fault is refused whole, by the
/// fault's name. Records with text or bytes, and booleans that are true, are for other readers and skipped. Not
/// thread-safe; <see cref="Windows"/> and <see cref="Channels"/> hold until the next pack.
/// </summary>
internal sealed class PackDecoder
{
    private readonly CborReader _cbor = new([]);
    private readonly SenmlReader _senml;
    private readonly SenmlRecord _record = new();

    public PackDecoder() => _senml = new SenmlReader(_cbor);

    public List<DecodedWindow> Windows { get; } = [];

    public List<DecodedChannel> Channels { get; } = [];

    /// <summary>Decodes a pack of this device.</summary>
    public ContractError Decode(string deviceId, ArraySegment<byte> payload)
    {
        Windows.Clear();
        Channels.Clear();
        if (payload.Count > Limits.MaxPayload)
            return ContractError.TooLong;
        _cbor.Reset(payload.Array!, payload.Offset, payload.Count);
        if (!_senml.TryBegin())
            return _senml.Error;
        if (_senml.Left == 0)
            return ContractError.NoWindow;
        while (_senml.TryReadRecord(_record))
        {
            ContractError fault = Take(deviceId, _record);
            if (fault != ContractError.None)
                return fault;
        }
        return _senml.Error;
    }

    private ContractError Take(string deviceId, SenmlRecord record)
    {
        if (!IsOf(deviceId, record.Name))
            return ContractError.ForeignName;
        ReadOnlySpan<char> name = record.Name.AsSpan(SenmlWriter.NamePrefix.Length + deviceId.Length + 1);
        if (record.HasWindow)
            return name.SequenceEqual(SenmlWriter.WindowName) ? TakeHead(record) : ContractError.InvalidName;
        if (Windows.Count == 0)
            return ContractError.NoWindow;
        bool missing = record.HasBool && !record.Bool;
        return record.HasValue || missing ? TakeChannel(record, name.ToString(), missing) : ContractError.None;
    }

    private ContractError TakeHead(SenmlRecord record)
    {
        if (!record.HasValue)
            return ContractError.MissingField;
        if (!(record.Value >= 1 && record.Value <= uint.MaxValue) || record.Value != Math.Floor(record.Value)
            || record.DurationMs < 1)
            return ContractError.OutOfRange;
        if (Windows.Count == Limits.MaxWindowsPerPack)
            return ContractError.TooLong;
        Windows.Add(new(
            record.Epoch, (uint)record.Value, TimeRule.FromSeconds(record.Time), record.TimeQuality, record.DurationMs,
            Channels.Count, 0));
        return ContractError.None;
    }

    private ContractError TakeChannel(SenmlRecord record, string name, bool missing)
    {
        if (!Names.IsChannel(name) || !IsUnit(record.Unit))
            return ContractError.InvalidName;
        DecodedWindow window = Windows[^1];
        if (window.Channels == Limits.MaxChannels)
            return ContractError.TooLong;
        for (int i = window.FirstChannel; i < Channels.Count; i++)
        {
            if (Channels[i].Name == name)
                return ContractError.DuplicateKey;
        }
        ChannelValue value;
        if (missing || (record.HasStatistics && record.Count == 0))
        {
            value = new(0, 0, 0, 0, 0, 0, record.Quality | QualityFlags.Missing, 0);
        }
        else if (record.HasStatistics)
        {
            value = new(
                0, record.Value, record.Min, record.Max, record.StdDev, record.Count, record.Quality, record.Exponent,
                record.Skewness, record.Kurtosis);
        }
        else
        {
            // Any SenML sender's plain value is a window of one sample.
            value = new(0, record.Value, record.Value, record.Value, 0, 1, record.Quality, record.Exponent);
        }
        if (!IsSane(value))
            return ContractError.OutOfRange;
        Channels.Add(new(name, record.Unit, value));
        Windows[^1] = window with { Channels = window.Channels + 1 };
        return ContractError.None;
    }

    private static bool IsSane(in ChannelValue value) =>
        value.Count == 0
        || (value.Min <= value.Mean && value.Mean <= value.Max
            && value.Min >= -TelemetryLimits.MaxMagnitude && value.Max <= TelemetryLimits.MaxMagnitude
            && value.Sd <= TelemetryLimits.MaxMagnitude);

    /// <summary>Registered units are printable ASCII without spaces; none at all is allowed, too.</summary>
    private static bool IsUnit(string unit)
    {
        foreach (char c in unit)
        {
            if (c is <= ' ' or > '~')
                return false;
        }
        return true;
    }

    private static bool IsOf(string deviceId, string name)
    {
        int end = SenmlWriter.NamePrefix.Length + deviceId.Length;
        return name.Length > end + 1 && name[end] == '/'
            && name.StartsWith(SenmlWriter.NamePrefix, StringComparison.Ordinal)
            && name.AsSpan(SenmlWriter.NamePrefix.Length, deviceId.Length).SequenceEqual(deviceId);
    }
}
