using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Service.Web;

/// <summary>The screening of a bridge's velocities as a form, with what was typed.</summary>
public sealed class ScreeningForm
{
    public ScreeningProfile Profile { get; set; }

    public string? Line { get; set; } = "1";

    public VibrationKind Kind { get; set; } = VibrationKind.Repeated;

    public MeasurementExtent Extent { get; set; } = MeasurementExtent.Indicative;

    public bool Sensitive { get; set; }

    public Severity Severity { get; set; } = Severity.Warning;

    /// <summary>The site's own line: hertz and millimetres a second in turn, such as "1 2, 10 5".</summary>
    public string? Points { get; set; }

    /// <summary>The form of what is in force.</summary>
    public static ScreeningForm Of(ScreeningDocument? screening) => screening is null ? new() : new()
    {
        Profile = screening.Profile,
        Line = screening.Line.ToString(CultureInfo.InvariantCulture),
        Kind = screening.Kind,
        Extent = screening.Extent,
        Sensitive = screening.Sensitive,
        Severity = screening.Severity,
        Points = string.Join(
            ", ", (screening.Points ?? []).Select(p => FormattableString.Invariant($"{p.Hz} {p.MmPerS}"))),
    };

    /// <summary>The document; null where there is no screening, or a field is refused.</summary>
    public ScreeningDocument? Read(IDictionary<string, string> problems)
    {
        if (Profile == ScreeningProfile.None)
            return null;
        bool site = Profile == ScreeningProfile.Site;
        int lines = Profile is ScreeningProfile.SbrA or ScreeningProfile.Bs7385 ? 2 : 3;
        int line = 1;
        if (!site && (!int.TryParse(Line, CultureInfo.InvariantCulture, out line) || line < 1 || line > lines))
            problems["screening.line"] = $"1 to {lines}.";
        return new ScreeningDocument(
            Profile, line, Kind, Extent, Sensitive, Severity, site ? ReadPoints(problems) : null);
    }

    private List<ScreeningPoint> ReadPoints(IDictionary<string, string> problems)
    {
        List<ScreeningPoint> points = [];
        foreach (string part in (Points ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] numbers = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (numbers.Length == 2
                && decimal.TryParse(numbers[0], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal hertz)
                && decimal.TryParse(numbers[1], NumberStyles.Float, CultureInfo.InvariantCulture, out decimal millimetres)
                && hertz is >= 0 and <= 1000 && millimetres is >= 0.001m and <= 1000
                && (points.Count == 0 || hertz > points[^1].Hz))
                points.Add(new(hertz, millimetres));
            else
                problems["screening.points"] = "Hertz and mm/s in pairs, by ascending frequency, such as 1 2, 10 5.";
        }
        if (points.Count is 0 or > Limits.MaxScreeningPoints)
            problems.TryAdd("screening.points", $"1 to {Limits.MaxScreeningPoints} points.");
        return points;
    }
}
