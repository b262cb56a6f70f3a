using System.Globalization;

namespace EdgeFleet.FleetSim;

/// <summary>Durations as people type them: <c>90s</c>, <c>15m</c>, <c>6h</c>, <c>2d</c>, <c>250ms</c>, or <c>hh:mm:ss</c>.</summary>
public static class Durations
{
    /// <summary>Longest duration that is taken: a year.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Reads a duration that is longer than zero and no longer than a year.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        (string suffix, double milliseconds)[] units =
            [("ms", 1), ("s", 1e3), ("m", 60e3), ("h", 3600e3), ("d", 86400e3)];
        foreach (var (suffix, milliseconds) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            string number = text[..^suffix.Length];
            // "5ms" ends in "s", too: its number would then be "5m".
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
                continue;
            double total = value * milliseconds;
            if (!(total > 0) || total > Longest.TotalMilliseconds)
                return false;
            duration = TimeSpan.FromMilliseconds(total);
            return true;
        }
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration)
            && duration > TimeSpan.Zero && duration <= Longest;
    }
}
