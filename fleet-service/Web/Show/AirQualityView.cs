using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.AirQuality;

namespace EdgeFleet.Service.Web;

/// <summary>The air quality indices of a device, of both standards.</summary>
/// <param name="Problem">Why there are none.</param>
public sealed record AirQualityView(IReadOnlyList<AirQualityIndex> Indices, string? Problem)
{
    /// <summary>End of the last hour that counts.</summary>
    public DateTimeOffset? At => Indices.Count == 0 ? null : Indices[0].At;

    /// <summary>What people call a pollutant.</summary>
    public static string Name(PollutantIndex pollutant) => pollutant.Pollutant == Channels.Pm25 ? "PM2.5" : "PM10";

    /// <summary>A pollutant's concentration and index.</summary>
    public static string Show(PollutantIndex pollutant)
    {
        if (pollutant.Index is not { } index)
            return "–";
        string corrected = pollutant.Hours.Any(hour => hour.Value != null && hour.Humidity != null) ? " corrected" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{pollutant.Concentration:0.#} µg/m³{corrected}, index {index}");
    }

    /// <summary>How the concentration came about, or why there is none.</summary>
    public static string How(PollutantIndex pollutant) => pollutant.Why
        ?? $"{pollutant.Method}; {pollutant.HoursThere} of {AirQuality.Hours} hours.";
}
