using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>A stretch of time: the beginning belongs to it, the end does not. Unix milliseconds.</summary>
public readonly record struct TimeRange(long FromMs, long ToMs)
{
    /// <summary>
    /// Reads <c>from</c> and <c>to</c>: ISO 8601 with a zone (<c>2026-03-01T00:00:00Z</c>,
    /// <c>2026-03-01T08:00+08:00</c>). A time without a zone is refused, because nobody can know which was meant.
    /// Without an end the range goes to now, without a beginning it is <see cref="TelemetryLimits.DefaultRangeMs"/>.
    /// </summary>
    public static Result<TimeRange> Parse(string? from, string? to, TimeProvider time)
    {
        long toMs = time.GetUtcNow().ToUnixTimeMilliseconds() + 1;
        if (to is not null && !TryParse(to, out toMs))
            return NotATime("to");
        long fromMs = toMs - TelemetryLimits.DefaultRangeMs;
        if (from is not null && !TryParse(from, out fromMs))
            return NotATime("from");
        if (fromMs >= toMs)
            return Fault.Invalid("from", "earlier than 'to'.");
        if (toMs - fromMs > TelemetryLimits.MaxRangeMs)
            return Fault.Invalid("from", $"at most {TelemetryLimits.MaxRangeMs / 86_400_000} days before 'to'.");
        return new TimeRange(fromMs, toMs);
    }

    /// <summary>Reads an interval: a number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, such as <c>15m</c>.</summary>
    public static bool TryParseInterval(string text, out long milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 2
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return false;
        long unit = text[^1] switch
        {
            's' => 1000L,
            'm' => 60_000L,
            'h' => 3_600_000L,
            'd' => 86_400_000L,
            _ => 0,
        };
        milliseconds = number * unit;
        return milliseconds is > 0 and <= TelemetryLimits.MaxRangeMs;
    }

    private static bool TryParse(string text, out long milliseconds)
    {
        milliseconds = 0;
        // An unescaped '+' of an offset arrives as a space.
        text = text.Trim().Replace(' ', '+');
        string[] formats =
        [
            "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        ];
        if (!text.EndsWith('Z') && text.IndexOf('T') is var clock && text.IndexOfAny(['+', '-'], Math.Max(0, clock)) < 0)
            return false;
        if (!DateTimeOffset.TryParseExact(
            text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value))
            return false;
        milliseconds = value.ToUnixTimeMilliseconds();
        return milliseconds >= 0 && milliseconds <= Limits.MaxUtcMs;
    }

    private static Fault NotATime(string field) =>
        Fault.Invalid(field, "ISO 8601 with a zone, such as 2026-03-01T00:00:00Z or 2026-03-01T08:00:00+08:00.");
}
