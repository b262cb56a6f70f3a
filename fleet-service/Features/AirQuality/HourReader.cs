using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.AirQuality;

/// <summary>A channel over one clock hour.</summary>
internal sealed class ChannelHour
{
    /// <summary>Length of an hour, in milliseconds.</summary>
    public const int LengthMs = 3_600_000;

    private readonly HashSet<string> _quality = [];
    private double _sum;
    private long _samples;

    /// <summary>Mean of the samples of all windows that could be believed; null where there is none.</summary>
    public double? Mean => _samples == 0 ? null : _sum / _samples;

    /// <summary>Windows in the mean.</summary>
    public int Windows { get; private set; }

    /// <summary>Windows with a value that could not be believed.</summary>
    public int Rejected { get; private set; }

    /// <summary>What was noted of any window.</summary>
    public IReadOnlyList<string> Quality => [.. _quality.Order(StringComparer.Ordinal)];

    /// <summary>How much of the hour the sensor slept as it was told to, in percent.</summary>
    public double AsleepPercent => Percent(AsleepMs, LengthMs);

    /// <summary>
    /// How much was measured of the time in which the sensor was not sent to sleep, in percent. One that measures for two
    /// minutes in ten says as much about its hour as its owner wants to know; one that stays silent for two does not.
    /// </summary>
    public double CoveredPercent => AsleepMs >= LengthMs ? 0 : Percent(CoveredMs, LengthMs - AsleepMs);

    private long CoveredMs { get; set; }

    private long AsleepMs { get; set; }

    public void Add(ChannelAnswer value, int durationMs)
    {
        _quality.UnionWith(value.Quality);
        if (value.Mean is not { } mean)
        {
            AsleepMs += value.Quality.Contains(QualityNames.Asleep) ? durationMs : 0;
        }
        else if (Fails(value.Quality))
        {
            Rejected++;
        }
        else
        {
            _sum += mean * value.Count;
            _samples += value.Count;
            Windows++;
            CoveredMs += durationMs;
        }
    }

    /// <summary>
    /// An hour whose windows retention has deleted: its statistics are all that is left. Of which of them the sensor failed
    /// in, or how long it slept, can no longer be told, so a failure spoils the hour and sleep counts as missing.
    /// </summary>
    public void Add(Bucket rollup)
    {
        _quality.UnionWith(rollup.Quality);
        if (rollup.Mean is not { } mean)
            return;
        if (Fails(rollup.Quality))
        {
            Rejected += (int)rollup.Windows;
            return;
        }
        _sum += mean * rollup.Count;
        _samples += rollup.Count;
        Windows += (int)rollup.Windows;
        CoveredMs += rollup.CoveredMs;
    }

    private static bool Fails(IReadOnlyList<string> quality) =>
        quality.Contains(QualityNames.Frozen) || quality.Contains(QualityNames.SensorError);

    private static double Percent(long partMs, long wholeMs) => Math.Min(100, Math.Round(100.0 * partMs / wholeMs, 1));
}

/// <summary>Some channels of a device, hour by hour, the newest first.</summary>
internal sealed class ChannelHours(long toMs, int count)
{
    private readonly Dictionary<string, ChannelHour[]> _channels = [];

    /// <summary>Hours.</summary>
    public int Count => count;

    /// <summary>The hours of a channel; empty ones where it was never reported.</summary>
    public ChannelHour[] this[string channel]
    {
        get
        {
            if (!_channels.TryGetValue(channel, out ChannelHour[]? hours))
                _channels[channel] = hours = [.. Enumerable.Range(0, count).Select(_ => new ChannelHour())];
            return hours;
        }
    }

    /// <summary>The hour of a time; times are before the end.</summary>
    public int IndexOf(DateTimeOffset time) => (int)((toMs - 1 - time.ToUnixTimeMilliseconds()) / ChannelHour.LengthMs);

    /// <summary>When an hour began.</summary>
    public DateTimeOffset StartOf(int index) =>
        DateTimeOffset.FromUnixTimeMilliseconds(toMs - ((index + 1L) * ChannelHour.LengthMs));
}

/// <summary>Makes hours of what the telemetry slice has stored. A window belongs to the hour in which it begins.</summary>
internal static class HourReader
{
    private static readonly (string Channel, string Unit)[] Wanted =
    [
        (Channels.Pm25, Units.MicrogramsPerCubicMetre), (Channels.Pm25Factory, Units.MicrogramsPerCubicMetre),
        (Channels.Pm10, Units.MicrogramsPerCubicMetre), (Channels.Humidity, Units.RelativeHumidity),
    ];

    /// <summary>The hours before a time, which is a whole hour.</summary>
    public static async Task<Result<ChannelHours>> ReadAsync(
        TelemetryQueries telemetry, string deviceId, long toMs, int count, CancellationToken cancel)
    {
        var hours = new ChannelHours(toMs, count);
        var range = new TimeRange(toMs - ((long)count * ChannelHour.LengthMs), toMs);
        var seen = new bool[count];
        string? after = null;
        do
        {
            Result<WindowPage> page = await telemetry.WindowsAsync(
                deviceId, null, range, after, TelemetryLimits.MaxPage, cancel);
            if (!page.Ok)
                return page.Fault!;
            foreach (WindowAnswer window in page.Value!.Windows)
            {
                int hour = hours.IndexOf(window.Start);
                seen[hour] = true;
                foreach (ChannelAnswer value in window.Channels.Where(value => Wanted.Contains((value.Channel, value.Unit))))
                    hours[value.Channel][hour].Add(value, window.DurationMs);
            }
            after = page.Value.Next;
        }
        while (after is not null);
        return seen.Contains(false) ? await AddRollupsAsync(telemetry, deviceId, range, hours, seen, cancel) : hours;
    }

    private static async Task<Result<ChannelHours>> AddRollupsAsync(
        TelemetryQueries telemetry, string deviceId, TimeRange range, ChannelHours hours, bool[] seen,
        CancellationToken cancel)
    {
        foreach ((string channel, string unit) in Wanted)
        {
            Result<BucketSeries> series = await telemetry.BucketsAsync(
                deviceId, channel, unit, range, ChannelHour.LengthMs, null, cancel);
            if (!series.Ok)
                return series.Fault!;
            if (!series.Value!.RolledUp)
                continue;
            foreach (Bucket hour in series.Value.Buckets.Where(hour => !seen[hours.IndexOf(hour.Start)]))
                hours[channel][hours.IndexOf(hour.Start)].Add(hour);
        }
        return hours;
    }
}
