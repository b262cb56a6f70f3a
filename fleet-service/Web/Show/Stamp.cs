using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace EdgeFleet.Service.Web;

/// <summary>
/// Times in pages. The server writes UTC; the script times.js turns it into the viewer's zone and keeps ages current.
/// </summary>
public static class Stamp
{
    /// <summary>Date and time.</summary>
    public static IHtmlContent Full(DateTimeOffset? at, string absent = "–") =>
        at is { } value ? Element(value, "full", Utc(value)) : new HtmlString(HtmlEncoder.Default.Encode(absent));

    /// <summary>How long ago, or in how long.</summary>
    public static IHtmlContent Ago(DateTimeOffset? at, DateTimeOffset now, string absent = "never") =>
        at is { } value ? Element(value, "ago", Age(now - value)) : new HtmlString(HtmlEncoder.Default.Encode(absent));

    /// <summary>A span of time in words, such as <c>3 min</c>; the same words as the script uses.</summary>
    public static string Span(TimeSpan span)
    {
        double s = Math.Abs(span.TotalSeconds);
        return s < 90 ? Number(s) + " s"
            : s < 5400 ? Number(s / 60) + " min"
            : s < 129_600 ? Number(s / 3600) + " h"
            : Days(s / 86_400);
    }

    /// <summary>A span with its smaller part, such as <c>2 days 3 h</c>.</summary>
    public static string LongSpan(TimeSpan span) =>
        span.TotalMinutes < 1 ? $"{(int)span.TotalSeconds} s"
        : span.TotalHours < 1 ? $"{span.Minutes} min {span.Seconds} s"
        : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
        : $"{Days(Math.Floor(span.TotalDays))} {span.Hours} h";

    private static string Age(TimeSpan age) => age.TotalSeconds < -1 ? "in " + Span(age)
        : age.TotalSeconds < 1.5 ? "now" : Span(age) + " ago";

    private static string Days(double days) => Number(days) + (Number(days) == "1" ? " day" : " days");

    private static string Number(double value) => Math.Round(value).ToString(CultureInfo.InvariantCulture);

    private static string Utc(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static HtmlString Element(DateTimeOffset at, string form, string text) => new(
        $"<time datetime=\"{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\" "
        + $"data-form=\"{form}\" title=\"{Utc(at)}\">{text}</time>");
}
