using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.FleetSim.Rehearsal;

/// <summary>What a channel of a window, or of all windows together, says.</summary>
/// <param name="Channel">Its name, such as <c>az</c>.</param>
/// <param name="Unit">SenML unit of all values but <paramref name="Crest"/>, <paramref name="Skewness"/> and <paramref name="Kurtosis"/>, which have none.</param>
/// <param name="Count">Samples; 0: the values mean nothing.</param>
/// <param name="Rms">Root mean square about the mean of each window.</param>
/// <param name="Peak">Largest distance of a sample from the mean of its window.</param>
/// <param name="PeakToPeak">Largest less least sample.</param>
/// <param name="Crest">Peak over RMS; left out where nothing varied.</param>
/// <param name="Kurtosis">3 for a normal distribution; left out where the node does not tell it.</param>
/// <param name="Quality">What was wrong, by name; empty: nothing.</param>
public sealed record ChannelReport(
    string Channel, string Unit, long Count, double? Mean, double? Min, double? Max, double? Rms, double? Peak,
    double? PeakToPeak, double? Crest, double? Skewness, double? Kurtosis, IReadOnlyList<string> Quality);

/// <summary>A window that the board would have reported.</summary>
public sealed record WindowReport(
    uint Sequence, DateTimeOffset Start, double Seconds, IReadOnlyList<ChannelReport> Channels);

/// <summary>An event that the board would have reported: a threshold, a trigger, a fault, its start.</summary>
/// <param name="Value">What decided, in <paramref name="Unit"/>.</param>
/// <param name="Level">What it was held against.</param>
public sealed record EventReport(
    uint Sequence, DateTimeOffset Time, EventType Type, Severity Severity, string? Rule, string? Channel,
    double? Value, double? Level, string? Unit, string? Text);

/// <summary>A vibration that the board would have captured.</summary>
/// <param name="Event">Sequence number of the event that it belongs to.</param>
/// <param name="Axes">Axes, such as <c>xyz</c>.</param>
/// <param name="Samples">Samples of each axis.</param>
/// <param name="Missing">Samples lost inside.</param>
/// <param name="PeakMetresPerSecondSquared">Largest distance of a sample from the mean, of any axis.</param>
public sealed record CaptureReport(
    uint Event, DateTimeOffset Start, string Axes, double RateHz, int Samples, uint Missing, double PeakMetresPerSecondSquared);

/// <summary>What would have gone over the network.</summary>
/// <param name="Messages">MQTT messages with telemetry, events, waveforms and states.</param>
/// <param name="Bytes">Their payloads, in bytes.</param>
/// <param name="BytesAnHour">The same, an hour.</param>
public sealed record WireReport(int Messages, long Bytes, double BytesAnHour);

/// <summary>Everything that a board would have reported of a recording.</summary>
public sealed record RehearsalReport(
    NodeKind Kind, string Input, DateTimeOffset Start, DateTimeOffset End, double? RateHz, int Samples, int? RangeG,
    uint ConfigVersion, IReadOnlyList<ChannelReport> Overall, IReadOnlyList<WindowReport> Windows,
    IReadOnlyList<EventReport> Events, IReadOnlyList<CaptureReport> Captures, WireReport Wire, uint SamplesMissed)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>As JSON for scripts: times in ISO 8601, values in the channels' units.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
