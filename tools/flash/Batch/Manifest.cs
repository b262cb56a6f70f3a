using System.Globalization;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Steps;

namespace EdgeFleet.Flash.Batch;

/// <summary>One node of a batch.</summary>
/// <param name="Name">What people are to call it; its place in the batch.</param>
/// <param name="Kind">What it is to be; null: what the enrolment is for.</param>
/// <param name="Board">Which board; null: what the chip tells.</param>
/// <param name="HardwareId">Which board exactly; null: any.</param>
internal sealed record ManifestRow(
    string Name, NodeKind? Kind, Board? Board, string? HardwareId, double? Latitude, double? Longitude);

/// <summary>
/// A list of nodes to make: CSV with a header. <c>name</c> is needed; <c>kind</c>, <c>board</c>, <c>mac</c>, <c>latitude</c> and
/// <c>longitude</c> may be there.
/// </summary>
internal static class Manifest
{
    private static readonly string[] Known = ["name", "kind", "board", "mac", "latitude", "longitude", "notes"];

    /// <summary>Reads a manifest; the first thing that is wrong is named with its row.</summary>
    public static IReadOnlyList<ManifestRow> Read(string path)
    {
        const int MaxBytes = 4 * 1024 * 1024;
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = Csv.Read(path, Input.Utf8(path, Input.Read(path, MaxBytes)));
        if (rows.Count == 0)
            throw Bad(path, 0, "there is no row below the header");
        List<ManifestRow> all = [.. rows.Select((row, i) => Row(path, i + 1, row))];
        if (all.GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Bad(path, 0, $"the name '{twice.Key}' stands twice");
        if (all.Where(r => r.HardwareId != null).GroupBy(r => r.HardwareId).FirstOrDefault(g => g.Count() > 1) is { } board)
            throw Bad(path, 0, $"the board {board.Key} stands twice");
        return all;
    }

    private static ManifestRow Row(string path, int number, IReadOnlyDictionary<string, string> row)
    {
        if (row.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw Bad(path, 0, $"there is no column '{unknown}'; there are {string.Join(", ", Known)}");
        string? Value(string name) => row.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        NodeKind? kind = Value("kind")?.ToLowerInvariant() switch
        {
            null => null,
            "airbox" => NodeKind.AirBox,
            "bridge" => NodeKind.Bridge,
            _ => throw Bad(path, number, "kind: airbox or bridge"),
        };
        string? mac = Value("mac") is { } given ? string.Concat(given.Where(char.IsAsciiHexDigit)).ToLowerInvariant() : null;
        if (mac is { Length: not 12 })
            throw Bad(path, number, "mac: twelve hexadecimal digits");
        return new ManifestRow(
            Value("name") ?? throw Bad(path, number, "name is missing"), kind, BoardCommand.Named(Value("board")), mac,
            Degrees(path, number, "latitude", Value("latitude"), 90), Degrees(path, number, "longitude", Value("longitude"), 180));
    }

    private static double? Degrees(string path, int number, string name, string? text, int most)
    {
        if (text == null)
            return null;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double value) && Math.Abs(value) <= most
            ? value
            : throw Bad(path, number, $"{name}: -{most} to {most} degrees");
    }

    private static FlashException Bad(string path, int row, string what) =>
        new(Failure.BadInput, $"{path}{(row == 0 ? "" : $", row {row}")}: {what}.");
}
