using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Field;

/// <summary>
/// Whether what a mounted node measures makes sense where it is: axes that look as was said, levels that a place can have. A
/// word of advice and a line in the receipt, not a judgement of the instrument.
/// </summary>
internal static class MountCheck
{
    // Gravity is 9.78 to 9.83 m/s2; a degree of tilt is 0.17 m/s2 on a level axis. Ten degrees are somebody's mistake.
    private const double Gravity = 9.81, GravityOff = 0.6, LevelOff = 1.7;

    // A quiet bridge moves by less than 0.05 m/s2 RMS; half of one is a hand on the box, or a loose mount.
    private const double MaxRms = 0.5;

    private static readonly (string Channel, double Least, double Most, string Unit)[] AirRanges =
    [
        (Channels.Pm25, 0, 1000, "ug/m3"), (Channels.Temperature, -30, 60, "Cel"), (Channels.Humidity, 1, 100, "%RH"),
        (Channels.Pressure, 60_000, 108_000, "Pa"),
    ];

    /// <summary>One thing that was looked at.</summary>
    /// <param name="Ok">Whether it makes sense.</param>
    internal readonly record struct Finding(bool Ok, string What);

    /// <summary>Reads an orientation such as <c>x=along,y=across,z=up</c>; null: it is none.</summary>
    public static IReadOnlyDictionary<char, string>? Axes(string text)
    {
        Dictionary<char, string> axes = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', StringSplitOptions.TrimEntries);
            bool known = sides.Length == 2 && sides[0] is "x" or "y" or "z" && sides[1] is "along" or "across" or "up" or "down";
            if (!known || !axes.TryAdd(sides[0][0], sides[1]))
                return null;
        }
        return axes.Count == 3 && axes.Values.Count(v => v is "up" or "down") == 1 ? axes : null;
    }

    /// <summary>Looks at the last values of a node.</summary>
    public static IReadOnlyList<Finding> Look(NodeKind kind, IReadOnlyDictionary<char, string>? axes, IReadOnlyList<LatestValue> values) =>
        kind == NodeKind.Bridge ? Bridge(axes, values) : [.. AirRanges.Select(range => Air(range, values))];

    private static List<Finding> Bridge(IReadOnlyDictionary<char, string>? axes, IReadOnlyList<LatestValue> values)
    {
        List<Finding> found = [];
        foreach ((char axis, string channel) in new[] { ('x', Channels.AccelX), ('y', Channels.AccelY), ('z', Channels.AccelZ) })
        {
            LatestValue? value = values.FirstOrDefault(v => v.Channel == channel);
            if (value?.Mean is not { } mean)
            {
                found.Add(new Finding(false, $"{axis}: no value"));
                continue;
            }
            string measured = string.Create(CultureInfo.InvariantCulture, $"{axis}: {mean:+0.00;-0.00} m/s2, {value.Sd:0.0000} RMS");
            if (axes != null)
            {
                (double want, double off) = axes[axis] switch { "up" => (Gravity, GravityOff), "down" => (-Gravity, GravityOff), _ => (0, LevelOff) };
                bool fits = Math.Abs(mean - want) <= off;
                found.Add(new Finding(fits, $"{measured}: {(fits ? "looks" : "does not look")} {axes[axis]}"));
            }
            if (value.Sd > MaxRms)
                found.Add(new Finding(false, $"{measured}: much for a bridge; is the box tight?"));
        }
        return found;
    }

    private static Finding Air((string Channel, double Least, double Most, string Unit) range, IReadOnlyList<LatestValue> values)
    {
        LatestValue? value = values.FirstOrDefault(v => v.Channel == range.Channel);
        if (value?.Mean is not { } mean || value.MissingSince != null)
            return new Finding(false, $"{range.Channel}: no value");
        bool fits = mean >= range.Least && mean <= range.Most && !(value.Quality ?? []).Contains("frozen");
        return new Finding(fits, string.Create(CultureInfo.InvariantCulture, $"{range.Channel}: {mean:0.##} {range.Unit}{(fits ? "" : ", which cannot be")}"));
    }
}
