using System.Globalization;
using System.Text;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>
/// Windows as comma-separated values (RFC 4180, UTF-8): a line a window, every channel with all its statistics and its
/// unit in the header, times in UTC, empty fields where nothing was measured. Written as it is read.
/// </summary>
public sealed class TelemetryCsv(TelemetryModel model, TelemetryQueries queries)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes the windows of a range.</summary>
    /// <param name="channel">Null: all channels that the device has ever reported.</param>
    public async Task WriteAsync(
        Stream output, string deviceId, string? channel, TimeRange range, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), 16 * 1024, leaveOpen: true)
        {
            NewLine = "\r\n",
        };
        ChannelDictionary dictionary = model.Channels;
        List<ChannelName> channels = model.Find(deviceId) is { } device
            ? [.. device.Latest.Select(latest => dictionary[latest.Channel])
                .Where(name => channel is null || name.Name == channel)]
            : [];
        await writer.WriteLineAsync(Header(channels));
        var line = new StringBuilder();
        await foreach (StoredWindow window in queries.ExportAsync(deviceId, range, cancel))
        {
            line.Clear();
            AppendWindow(line, window);
            Dictionary<int, ChannelValue> values = WindowCodec.ReadAll(window.Channels).ToDictionary(value => value.Channel);
            foreach (ChannelName name in channels)
                AppendChannel(line, values.TryGetValue(name.Number, out ChannelValue value) ? value : null);
            await writer.WriteLineAsync(line, cancel);
        }
    }

    private static string Header(List<ChannelName> channels)
    {
        var line = new StringBuilder("start_utc,duration [ms],time,epoch,sequence,received_utc");
        foreach (ChannelName channel in channels)
        {
            foreach (string statistic in (string[])["mean", "min", "max", "sd", "rms", "peak"])
                line.Append(',').Append(Quoted($"{channel.Name} {statistic} [{channel.Unit}]"));
            line.Append($",{channel.Name} crest,{channel.Name} skewness,{channel.Name} kurtosis");
            line.Append($",{channel.Name} count,{channel.Name} quality");
        }
        return line.ToString();
    }

    private static void AppendWindow(StringBuilder line, StoredWindow window)
    {
        line.Append(CultureInfo.InvariantCulture, $"{Time(window.StartMs)},{window.DurationMs},");
        line.Append(CultureInfo.InvariantCulture, $"{window.Time},{window.Epoch},{window.Sequence},{Time(window.ReceivedMs)}");
    }

    private static void AppendChannel(StringBuilder line, ChannelValue? found)
    {
        if (found is not { } value)
        {
            line.Append(",,,,,,,,,,,");
            return;
        }
        if (value.Count == 0)
        {
            line.Append(",,,,,,,,,,0,");
        }
        else
        {
            // The deviation about the window's own mean is the window's root mean square.
            line.Append(
                CultureInfo.InvariantCulture,
                $",{value.Mean:R},{value.Min:R},{value.Max:R},{value.Sd:R},{value.Sd:R},{value.Peak:R},{value.Crest:R},");
            if (value.Kurtosis > 0)
                line.Append(CultureInfo.InvariantCulture, $"{value.Skewness:R},{value.Kurtosis:R}");
            else
                line.Append(',');
            line.Append(CultureInfo.InvariantCulture, $",{value.Count},");
        }
        line.AppendJoin(' ', QualityNames.Of(value.Quality));
    }

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : "\"" + field.Replace("\"", "\"\"") + "\"";

    private static string Time(long milliseconds) =>
        TelemetryQueries.Time(milliseconds).ToString(TimeFormat, CultureInfo.InvariantCulture);
}
