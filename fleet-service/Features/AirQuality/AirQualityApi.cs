using System.ComponentModel;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>The slice's place in the service, and its REST.</summary>
internal static class AirQualityApi
{
    public static void AddAirQuality(this WebApplicationBuilder builder) => builder.Services.AddSingleton<AirQuality>();

    public static void MapAirQuality(this WebApplication app) => app.MapGet("/api/v1/devices/{id}/aqi", Index)
        .WithTags("Air quality").WithName("GetAirQualityIndex")
        .WithSummary("The air quality index of an Air Box, of the twelve whole hours before a time.")
        .WithDescription(
            "us-epa: NowCast of PM2.5, corrected for the sensor, and of PM10; breakpoints of 2024. tw-moenv: half the mean "
            + "of twelve hours and half that of four, as measured; breakpoints of 2025. Raw values stay as they were stored: "
            + "the answer names the channel, the hours with their values and counts, and the method, and says why where "
            + "there is no index. An hour counts where three quarters of it were measured.")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .RequireAuthorization(Access.Policies.Viewer);

    private static async Task<Results<Ok<AirQualityIndex>, ProblemHttpResult>> Index(
        string id, AirQuality quality, TimeProvider time, CancellationToken cancel,
        [Description("Whose index: us-epa or tw-moenv.")] string standard = "us-epa",
        [Description("A time, ISO 8601 with a zone; now where it is left out.")] string? at = null)
    {
        AqiStandard? wanted = standard switch
        {
            "us-epa" => AqiStandard.UsEpa,
            "tw-moenv" => AqiStandard.TwMoenv,
            _ => null,
        };
        if (wanted == null)
            return Fault.Invalid("standard", "us-epa or tw-moenv.").Http();
        DateTimeOffset moment = time.GetUtcNow();
        if (at is not null)
        {
            Result<TimeRange> range = TimeRange.Parse(null, at, time);
            if (!range.Ok)
                return Fault.Invalid("at", "ISO 8601 with a zone, such as 2026-03-01T00:00:00Z or 2026-03-01T08:00:00+08:00.").Http();
            moment = DateTimeOffset.FromUnixTimeMilliseconds(range.Value.ToMs);
        }
        return (await quality.IndexAsync(id, wanted.Value, moment, cancel)).Http();
    }
}
