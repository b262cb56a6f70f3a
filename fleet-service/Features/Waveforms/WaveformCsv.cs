using System.Globalization;
using System.Text;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>
/// A capture as comma-separated values (RFC 4180, UTF-8): a line for each sample, its time in UTC and in seconds from the
/// capture's begin, then the axes in m/s2; an empty field where a sample is missing.
/// </summary>
public static class WaveformCsv
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static string Write(Waveform waveform)
    {
        double scale = waveform.Capture.ScaleFactor;
        var columns = waveform.Axes.Select(axis => Column(axis, waveform.Span)).ToArray();
        var text = new StringBuilder("time_utc,offset [s]");
        foreach (WaveformAxis axis in waveform.Axes)
            text.Append(CultureInfo.InvariantCulture, $",{axis.Channel} [m/s2]");
        text.Append("\r\n");
        for (int i = 0; i < waveform.Span; i++)
        {
            DateTime time = DateTime.UnixEpoch.AddTicks(
                waveform.MicrosecondsOf((uint)i) * TimeSpan.TicksPerMicrosecond);
            text.Append(time.ToString(TimeFormat, CultureInfo.InvariantCulture));
            text.Append(CultureInfo.InvariantCulture, $",{i * 1000.0 / waveform.Capture.RateMilliHz:0.######}");
            foreach (int?[] column in columns)
            {
                text.Append(',');
                if (column[i] is { } count)
                    text.Append((count * scale).ToString("G12", CultureInfo.InvariantCulture));
            }
            text.Append("\r\n");
        }
        return text.ToString();
    }

    private static int?[] Column(WaveformAxis axis, int span)
    {
        var column = new int?[span];
        foreach (WaveformPiece piece in axis.Pieces)
        {
            for (int i = 0; i < piece.Counts.Length; i++)
                column[piece.First + i] = piece.Counts[i];
        }
        return column;
    }
}
