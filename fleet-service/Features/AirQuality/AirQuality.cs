using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;

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

/// <summary>An hour that went into an index.</summary>
/// <param name="Start">When it began; it is a clock hour of UTC.</param>
/// <param name="Value">What counted, in ug/m3; null: the hour did not count.</param>
/// <param name="Raw">Mean of what the sensor said, in ug/m3.</param>
/// <param name="Humidity">Mean relative humidity, in percent, where the value was corrected with it.</param>
/// <param name="CoveredPercent">How much of the hour was measured.</param>
public sealed record HourInput(DateTimeOffset Start, double? Value, double? Raw, double? Humidity, double CoveredPercent);

/// <summary>The index of one pollutant.</summary>
/// <param name="Pollutant">The channel: <c>pm25</c> or <c>pm10</c>.</param>
/// <param name="Concentration">What the index was read off for, in ug/m3, in the table's digits.</param>
/// <param name="Index">Null where too little was measured.</param>
/// <param name="HoursThere">Of the last twelve hours, those that counted.</param>
/// <param name="Why">Why there is no index.</param>
/// <param name="Method">How the concentration came about.</param>
/// <param name="Hours">The last twelve hours, the newest first.</param>
public sealed record PollutantIndex(
    string Pollutant, double? Concentration, string Unit, int? Index, AqiCategory? Category, int HoursThere, string? Why,
    string Method, IReadOnlyList<HourInput> Hours);

/// <summary>The air quality index at a device.</summary>
/// <param name="At">The end of the last hour that counts.</param>
/// <param name="Index">The largest of the pollutants'; null where none has one.</param>
/// <param name="Dominant">The pollutant with the largest index.</param>
/// <param name="Method">What stands behind it.</param>
public sealed record AirQualityIndex(
    string Device, AqiStandard Standard, DateTimeOffset At, int? Index, AqiCategory? Category, string? Dominant,
    IReadOnlyList<PollutantIndex> Pollutants, string Method);

/// <summary>
/// Air quality indices of Air Boxes, computed when asked for from the telemetry as it was stored. They are those of a
/// sensor, not of a reference instrument, and say how they came about.
/// </summary>
public sealed class AirQuality(DeviceDirectory devices, TelemetryQueries telemetry)
{
    /// <summary>Hours that an index looks back.</summary>
    public const int Hours = 12;

    /// <summary>
    /// How much of an hour must be measured for it to count: three quarters, as for reference instruments (40 CFR 50,
    /// appendix N, section 3.0).
    /// </summary>
    public const double NeededPercent = 75;

    private const int HourMs = 3_600_000;

    private const string Epa = "US EPA AQI, breakpoints of May 2024 (EPA-454/B-24-002), of NowCast concentrations";
    private const string Moenv = "Taiwan MOENV AQI, breakpoints in force since 2025-01-01, of 0.5 x 12 h + 0.5 x 4 h means";
    private const string Corrected =
        "NowCast of hourly means corrected by the US EPA's US-wide equation (Barkjohn et al. 2021, extended to smoke) from the sensor's CF=1 value and relative humidity";
    private const string Uncorrected = "of hourly means of the sensor's value for outdoor air, uncorrected";

    /// <summary>The index at a time; only whole hours before it count.</summary>
    public async Task<Result<AirQualityIndex>> IndexAsync(
        string deviceId, AqiStandard standard, DateTimeOffset at, CancellationToken cancel)
    {
        if (devices.Find(deviceId) is not { } device)
            return Fault.NotFound("device", deviceId);
        if (device.Kind != NodeKind.AirBox)
            return Fault.Conflict("no-air-box", $"'{deviceId}' does not measure the air.");
        long atMs = at.ToUnixTimeMilliseconds();
        long toMs = atMs - (atMs % HourMs);
        TimeRange range = new(Math.Max(0, toMs - (Hours * HourMs)), Math.Max(1, toMs));
        Result<HourInput[]> fine = standard == AqiStandard.UsEpa
            ? await CorrectedAsync(deviceId, range, cancel)
            : await RawAsync(deviceId, Channels.Pm25, range, cancel);
        Result<HourInput[]> coarse = await RawAsync(deviceId, Channels.Pm10, range, cancel);
        if (!fine.Ok || !coarse.Ok)
            return fine.Fault ?? coarse.Fault!;
        PollutantIndex[] pollutants =
        [
            Rate(Channels.Pm25, standard, fine.Value!),
            Rate(Channels.Pm10, standard, coarse.Value!),
        ];
        PollutantIndex? worst = pollutants.Where(p => p.Index != null).MaxBy(p => p.Index);
        return new AirQualityIndex(
            deviceId, standard, DateTimeOffset.FromUnixTimeMilliseconds(toMs), worst?.Index, worst?.Category,
            worst?.Pollutant, pollutants, standard == AqiStandard.UsEpa ? Epa : Moenv);
    }

    private static PollutantIndex Rate(string pollutant, AqiStandard standard, HourInput[] hours)
    {
        bool fine = pollutant == Channels.Pm25;
        double?[] values = [.. hours.Select(hour => hour.Value)];
        int there = values.Count(value => value != null);
        (AqiTable table, double? concentration, string need, string method) = standard == AqiStandard.UsEpa
            ? (fine ? UsEpa.Pm25 : UsEpa.Pm10, UsEpa.NowCast(values), "two of the last three hours",
                fine ? Corrected : "NowCast " + Uncorrected)
            : (fine ? TaiwanMoenv.Pm25 : TaiwanMoenv.Pm10, TaiwanMoenv.RealTime(values),
                "two of the last four and six of the last twelve hours", "0.5 x 12 h + 0.5 x 4 h means " + Uncorrected);
        int? index = concentration is { } found ? table.Index(found) : null;
        string? why = index != null ? null
            : hours.Any(hour => hour.Raw != null && hour.Value == null && hour.CoveredPercent >= NeededPercent)
                ? $"Not enough hours with humidity beside the CF=1 value: {need} are needed."
            : $"Not enough hours of which {NeededPercent} % were measured: {need} are needed.";
        return new PollutantIndex(
            pollutant, concentration is { } value ? table.Prepare(value) : null, Units.MicrogramsPerCubicMetre, index,
            index is { } i ? AqiTable.Category(i) : null, there, why, method, hours);
    }

    private async Task<Result<HourInput[]>> RawAsync(string deviceId, string channel, TimeRange range, CancellationToken cancel)
    {
        Result<BucketSeries> series = await telemetry.BucketsAsync(
            deviceId, channel, Units.MicrogramsPerCubicMetre, range, HourMs, null, cancel);
        return series.Ok
            ? series.Value!.Buckets.Reverse().Select(hour => new HourInput(
                hour.Start, Percent(hour) >= NeededPercent ? hour.Mean : null, hour.Mean, null, Percent(hour))).ToArray()
            : series.Fault!;
    }

    private async Task<Result<HourInput[]>> CorrectedAsync(string deviceId, TimeRange range, CancellationToken cancel)
    {
        Result<BucketSeries> factory = await telemetry.BucketsAsync(
            deviceId, Channels.Pm25Factory, Units.MicrogramsPerCubicMetre, range, HourMs, null, cancel);
        Result<BucketSeries> humidity = await telemetry.BucketsAsync(
            deviceId, Channels.Humidity, Units.RelativeHumidity, range, HourMs, null, cancel);
        if (!factory.Ok || !humidity.Ok)
            return factory.Fault ?? humidity.Fault!;
        return factory.Value!.Buckets.Zip(humidity.Value!.Buckets).Reverse().Select(hour =>
        {
            double percent = Math.Min(Percent(hour.First), hour.Second.Mean == null ? 100 : Percent(hour.Second));
            double? value = percent >= NeededPercent && hour.First.Mean is { } cf1 && hour.Second.Mean is { } rh
                    && SmokeCorrection.IsHumidity(rh)
                ? SmokeCorrection.FromFactory(cf1, rh)
                : null;
            return new HourInput(hour.First.Start, value, hour.First.Mean, hour.Second.Mean, percent);
        }).ToArray();
    }

    private static double Percent(Bucket hour) => Math.Min(100, Math.Round(100.0 * hour.CoveredMs / HourMs, 1));
}
