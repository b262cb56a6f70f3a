using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>The slice's place in the service, and its REST.</summary>
internal static class AirQualityApi
{
    public static void AddAirQuality(this WebApplicationBuilder builder) => builder.Services.AddSingleton<AirQuality>();

    public static void MapAirQuality(this WebApplication app) => app.MapGet("/api/v1/devices/{id}/aqi", Index)
        .WithTags("Air quality")
        .WithSummary("The air quality index of the last twelve whole hours.")
        .WithDescription(
            "standard: us-epa (corrected for the sensor, NowCast, breakpoints of 2024) or tw-moenv (breakpoints of 2025). "
            + "at: a time, ISO 8601 with a zone; now where it is left out. The answer says what it was computed from, and "
            + "why where there is no index.");

    private static async Task<Results<Ok<AirQualityIndex>, ProblemHttpResult>> Index(
        string id, AirQuality quality, TimeProvider time, CancellationToken cancel, string standard = "us-epa",
        string? at = null)
    {
        AqiStandard? wanted = standard switch
        {
            "us-epa" => AqiStandard.UsEpa,
            "tw-moenv" => AqiStandard.TwMoenv,
            _ => null,
        };
        if (wanted == null)
            return Fault.Invalid("standard", "us-epa or tw-moenv.").Http();
        Result<TimeRange> moment = TimeRange.Parse(null, at, time);
        if (!moment.Ok)
            return Fault.Invalid("at", "ISO 8601 with a zone, such as 2026-03-01T00:00:00Z or 2026-03-01T08:00:00+08:00.").Http();
        return (await quality.IndexAsync(id, wanted.Value, DateTimeOffset.FromUnixTimeMilliseconds(moment.Value.ToMs), cancel)).Http();
    }
}
