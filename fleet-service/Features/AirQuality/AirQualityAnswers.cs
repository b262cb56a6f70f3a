using System.Text.Json.Serialization;

namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>Whose index.</summary>
public enum AqiStandard
{
    /// <summary>US EPA, breakpoints of 2024, NowCast, corrected for the sensor.</summary>
    [JsonStringEnumMemberName("us-epa")]
    UsEpa,

    /// <summary>Taiwan's Ministry of Environment, breakpoints of 2025.</summary>
    [JsonStringEnumMemberName("tw-moenv")]
    TwMoenv,
}

/// <summary>An hour that could go into an index.</summary>
/// <param name="Start">When it began; it is a clock hour of UTC.</param>
/// <param name="Value">What counted, in ug/m3; null: the hour did not count.</param>
/// <param name="Raw">Mean of what the sensor said, in ug/m3, of the windows that could be believed.</param>
/// <param name="Humidity">Mean relative humidity, in percent, where the value is corrected with it.</param>
/// <param name="Windows">Windows that <paramref name="Raw"/> is the mean of.</param>
/// <param name="RejectedWindows">Windows left out because node or sensor said that the sensor fails.</param>
/// <param name="CoveredPercent">How much was measured of the time in which the sensor was not sent to sleep.</param>
/// <param name="AsleepPercent">How much of the hour the sensor slept as its configuration says.</param>
/// <param name="Quality">What was noted of any of its windows.</param>
public sealed record HourInput(
    DateTimeOffset Start, double? Value, double? Raw, double? Humidity, int Windows, int RejectedWindows,
    double CoveredPercent, double AsleepPercent, IReadOnlyList<string> Quality);

/// <summary>The index of one pollutant.</summary>
/// <param name="Pollutant"><c>pm25</c> or <c>pm10</c>.</param>
/// <param name="Input">The channel that it was computed from: <c>pm25.cf1</c>, <c>pm25</c> or <c>pm10</c>.</param>
/// <param name="Concentration">What the index was read off for, in the table's digits; null where there is no index.</param>
/// <param name="Unit">Of the concentration and of the hours' values, in SenML's spelling.</param>
/// <param name="Index">Null where too little was measured.</param>
/// <param name="HoursThere">Of the last twelve hours, those that counted.</param>
/// <param name="Why">Why there is no index; null where there is one.</param>
/// <param name="Method">How the concentration came about.</param>
/// <param name="Hours">The last twelve hours, the newest first.</param>
public sealed record PollutantIndex(
    string Pollutant, string Input, double? Concentration, string Unit, int? Index, AqiCategory? Category, int HoursThere,
    string? Why, string Method, IReadOnlyList<HourInput> Hours);

/// <summary>The air quality index at a device.</summary>
/// <param name="At">The end of the last hour that counts.</param>
/// <param name="Index">The largest of the pollutants'; null where none has one.</param>
/// <param name="Dominant">The pollutant with the largest index.</param>
/// <param name="Method">What stands behind it.</param>
public sealed record AirQualityIndex(
    string Device, AqiStandard Standard, DateTimeOffset At, int? Index, AqiCategory? Category, string? Dominant,
    IReadOnlyList<PollutantIndex> Pollutants, string Method);
