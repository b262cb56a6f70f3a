using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>
/// Air quality indices of Air Boxes, computed when asked for from the telemetry as it was stored. They are those of a
/// sensor, not of a reference instrument, and say how they came about.
/// </summary>
public sealed class AirQuality(DeviceDirectory devices, TelemetryQueries telemetry, TimeProvider time)
{
    /// <summary>Hours that an index looks back.</summary>
    public const int Hours = 12;

    /// <summary>
    /// How much of an hour must be measured for it to count, in percent. The rules of the index name whole hours only;
    /// three quarters is what the US EPA asks of the hours of a day (40 CFR part 50, appendix N, section 3.0(c)) and takes
    /// for the hours of low-cost sensors (its sensortoolkit, averages of one hour).
    /// </summary>
    public const double NeededPercent = 75;

    private const string Epa = "US EPA AQI, breakpoints in force since 2024-05-06 (EPA-454/B-24-002), of NowCast concentrations";
    private const string Moenv =
        "Taiwan MOENV AQI, breakpoints in force since 2025-01-01, of real-time means (0.5 x 12 h + 0.5 x 4 h)";
    private const string FromFactory =
        "NowCast of hourly means of CF=1, corrected with relative humidity by the US EPA's US-wide equation (Barkjohn et al. 2021, extended to smoke)";
    private const string FromOutdoor =
        "NowCast of hourly means of the sensor's value for outdoor air, as the node reports no CF=1, corrected with relative humidity by the five-piece equation of the AirNow Fire and Smoke Map (2021)";
    private const string NowCastOf = "NowCast of hourly means of the sensor's value for outdoor air, uncorrected";
    private const string RealTimeOf =
        "0.5 x mean of 12 h + 0.5 x mean of 4 h of hourly means of the sensor's value for outdoor air, uncorrected";

    /// <summary>The index at a time; only whole hours before it count.</summary>
    /// <param name="at">The hour in which it lies must have begun.</param>
    public async Task<Result<AirQualityIndex>> IndexAsync(
        string deviceId, AqiStandard standard, DateTimeOffset at, CancellationToken cancel)
    {
        if (devices.Find(deviceId) is not { } device)
            return Fault.NotFound("device", deviceId);
        if (device.Kind != NodeKind.AirBox)
            return Fault.Conflict("no-air-box", $"'{deviceId}' does not measure the air.");
        long atMs = at.ToUnixTimeMilliseconds();
        long toMs = atMs - (atMs % ChannelHour.LengthMs);
        if (toMs > time.GetUtcNow().ToUnixTimeMilliseconds())
            return Fault.Invalid("at", "not later than the hour that is running.");
        Result<ChannelHours> read = await HourReader.ReadAsync(telemetry, deviceId, toMs, Hours, cancel);
        if (!read.Ok)
            return read.Fault!;
        PollutantIndex[] pollutants =
        [
            standard == AqiStandard.UsEpa ? Corrected(read.Value!) : Measured(standard, Channels.Pm25, read.Value!),
            Measured(standard, Channels.Pm10, read.Value!),
        ];
        PollutantIndex? worst = pollutants.Where(pollutant => pollutant.Index != null).MaxBy(pollutant => pollutant.Index);
        return new AirQualityIndex(
            deviceId, standard, DateTimeOffset.FromUnixTimeMilliseconds(toMs), worst?.Index, worst?.Category,
            worst?.Pollutant, pollutants, standard == AqiStandard.UsEpa ? Epa : Moenv);
    }

    private static PollutantIndex Measured(AqiStandard standard, string channel, ChannelHours hours)
    {
        ChannelHour[] own = hours[channel];
        HourInput[] inputs = [.. own.Select((hour, index) => Input(
            hours.StartOf(index), hour, null, hour.CoveredPercent >= NeededPercent ? hour.Mean : null))];
        return Rate(standard, channel, channel, standard == AqiStandard.UsEpa ? NowCastOf : RealTimeOf, inputs);
    }

    private static PollutantIndex Corrected(ChannelHours hours)
    {
        // A node that has both reports both in every window: one hour with CF=1 tells which kind it is.
        bool factory = hours[Channels.Pm25Factory].Any(hour => hour.Mean != null || hour.Quality.Count != 0);
        string channel = factory ? Channels.Pm25Factory : Channels.Pm25;
        HourInput[] inputs = [.. hours[channel].Zip(hours[Channels.Humidity]).Select((hour, index) => Input(
            hours.StartOf(index), hour.First, hour.Second, Corrected(hour.First, hour.Second, factory)))];
        return Rate(AqiStandard.UsEpa, Channels.Pm25, channel, factory ? FromFactory : FromOutdoor, inputs);
    }

    private static double? Corrected(ChannelHour dust, ChannelHour humidity, bool factory)
    {
        if (Math.Min(dust.CoveredPercent, humidity.CoveredPercent) < NeededPercent || dust.Mean is not { } raw
            || humidity.Mean is not { } percent || !SmokeCorrection.IsHumidity(percent))
            return null;
        return factory ? SmokeCorrection.FromFactory(raw, percent) : SmokeCorrection.FromOutdoor(raw, percent);
    }

    private static HourInput Input(DateTimeOffset start, ChannelHour dust, ChannelHour? humidity, double? value) => new(
        start, value, dust.Mean, humidity?.Mean, dust.Windows, dust.Rejected, dust.CoveredPercent, dust.AsleepPercent,
        dust.Quality);

    private static PollutantIndex Rate(
        AqiStandard standard, string pollutant, string input, string method, HourInput[] hours)
    {
        bool fine = pollutant == Channels.Pm25;
        double?[] values = [.. hours.Select(hour => hour.Value)];
        (AqiTable table, double? concentration, string need) = standard == AqiStandard.UsEpa
            ? (fine ? UsEpa.Pm25 : UsEpa.Pm10, NowCast.Of(values), "two of the last three hours are needed")
            : (fine ? TaiwanMoenv.Pm25 : TaiwanMoenv.Pm10, MovingMean.Of(values),
                "two of the last four and six of the last twelve hours are needed");
        int there = values.Count(value => value != null);
        int? index = concentration is { } found ? table.Index(found) : null;
        return new PollutantIndex(
            pollutant, input, concentration is { } value ? table.Prepare(value) : null, Units.MicrogramsPerCubicMetre,
            index, index is { } number ? AqiTable.Category(number) : null, there,
            index == null ? $"{Missing(input, hours, standard == AqiStandard.UsEpa && fine)}: {need}." : null, method, hours);
    }

    private static string Missing(string input, HourInput[] hours, bool corrected)
    {
        if (hours.All(hour => hour.Windows + hour.RejectedWindows == 0))
            return $"Nothing of {input} in the last {Hours} hours";
        if (hours.Any(hour => hour.RejectedWindows != 0 && hour.Value == null))
            return "Not enough hours in which the sensor did not fail";
        if (corrected && hours.Any(hour => hour.Value == null && hour.CoveredPercent >= NeededPercent))
            return "Not enough hours with relative humidity beside PM2.5, without which it cannot be corrected";
        return string.Create(CultureInfo.InvariantCulture, $"Not enough hours of which {NeededPercent} % were measured");
    }
}
