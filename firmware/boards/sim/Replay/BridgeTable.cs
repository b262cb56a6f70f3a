using EdgeFleet.Boards.Sim.Sensors;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>What the numbers of a recording are.</summary>
/// <param name="Name">As it is written: <c>g</c>, <c>mg</c>, <c>m/s2</c> or <c>counts:SCALE</c>.</param>
/// <param name="MetresPerSecondSquared">What one of them is, in metres per second squared.</param>
public sealed record AccelerationUnit(string Name, double MetresPerSecondSquared)
{
    private const double StandardGravity = 9.80665;

    /// <summary>
    /// Reads the name of a unit; a count's SCALE is in metres per second squared. False where it is none.
    /// </summary>
    public static bool TryParse(string text, out AccelerationUnit? unit)
    {
        const string Counts = "counts:";
        unit = text switch
        {
            "g" => new AccelerationUnit(text, StandardGravity),
            "mg" => new AccelerationUnit(text, StandardGravity / 1000),
            "m/s2" => new AccelerationUnit(text, 1),
            _ when text.StartsWith(Counts, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(Counts.Length), System.Globalization.NumberStyles.Float,
                    System.Globalization.CultureInfo.InvariantCulture, out double scale)
                && double.IsFinite(scale) && scale > 0 => new AccelerationUnit(text, scale),
            _ => null,
        };
        return unit != null;
    }
}

/// <summary>Reads accelerations out of any table of comma-, semicolon- or tab-separated values.</summary>
public static class BridgeTable
{
    /// <summary>Reads a file; an empty cell is a sample that is missing.</summary>
    /// <param name="columns">Names or numbers, from 1, of the columns of x, y and z; null: not there.</param>
    /// <exception cref="RecordingException">The file is not there, or is no such recording.</exception>
    public static BridgeRecording Load(
        string file, int rateMilliHz, string?[] columns, AccelerationUnit unit, long startUtcMs)
    {
        using CsvRecording csv = CsvRecording.OpenTable(file);
        int?[] places = [.. columns.Select(column => column == null ? (int?)null : csv.IndexOf(column))];
        List<double>?[] values = [.. places.Select(place => place == null ? null : new List<double>())];
        while (csv.TryReadRow())
        {
            for (int axis = 0; axis < 3; axis++)
                values[axis]?.Add(csv.NumberAt(places[axis]!.Value) * unit.MetresPerSecondSquared);
        }
        return BridgeRecording.Of(file, startUtcMs, rateMilliHz, [.. values.Select(axis => axis?.ToArray())]);
    }
}
