using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>The pin maps of the boards say what the tables that people wire by say.</summary>
public sealed partial class BoardMapTests
{
    private const string Folder = "firmware/boards/esp32/Boards/";

    // Fields of a map that are no pins.
    private static readonly string[] NoPins = ["Id", "FlashMegabytes"];

    [Fact]
    public void Every_map_is_the_table_of_its_board()
    {
        Dictionary<string, SortedDictionary<string, int>> tables = Tables(Repository.Here.Read("hardware/pins.md"));
        Dictionary<string, SortedDictionary<string, int>> maps = Repository.Here.Files
            .Where(f => f.StartsWith(Folder, StringComparison.Ordinal)).Select(Repository.Here.Read)
            .Where(text => BoardId().IsMatch(text))
            .ToDictionary(text => BoardId().Match(text).Groups["id"].Value, Pins);
        Assert.Equal(8, tables.Count);
        Assert.Equal(tables.Keys.Order(StringComparer.Ordinal), maps.Keys.Order(StringComparer.Ordinal));
        Assert.All(tables, table => Assert.Equal(table.Value, maps[table.Key]));
    }

    [Fact]
    public void Every_map_is_chosen_by_its_target_and_has_the_flash_of_its_board()
    {
        string choice = Repository.Here.Read(Folder + "BoardMaps.cs");
        string[] rows = [.. Repository.Here.Read("hardware/boards.md").Split('\n').Where(r => r.StartsWith("| `", StringComparison.Ordinal))];
        Assert.Equal(8, rows.Length);
        foreach (string row in rows)
        {
            string[] cells = [.. row.Split('|').Select(c => c.Trim(' ', '`'))];
            string file = Repository.Here.Files.Single(
                f => f.StartsWith(Folder, StringComparison.Ordinal) &&
                     Repository.Here.Read(f).Contains($"Id = \"{cells[1]}\"", StringComparison.Ordinal));
            string map = Path.GetFileNameWithoutExtension(file);
            Assert.Contains($"FlashMegabytes = {cells[4].Split(' ')[0]},", Repository.Here.Read(file));
            Assert.Matches($"case \"{cells[6]}\":\\s+(case \"\\w+\":\\s+)*return {map}\\.Id;", choice);
            Assert.Contains($"return {map}.Map();", choice);
        }
    }

    private static SortedDictionary<string, int> Pins(string text)
    {
        SortedDictionary<string, int> pins = new(StringComparer.Ordinal);
        foreach (Match match in Assignment().Matches(text))
        {
            string field = match.Groups["field"].Value;
            if (!NoPins.Contains(field))
                pins[char.ToLowerInvariant(field[0]) + field[1..]] = Number(match.Groups["pin"].Value);
        }

        return pins;
    }

    private static Dictionary<string, SortedDictionary<string, int>> Tables(string page)
    {
        Dictionary<string, SortedDictionary<string, int>> tables = [];
        foreach (string section in page.Split("\n## ").Skip(1))
        {
            string[] ids = [.. Quoted().Matches(section.Split('\n')[0]).Select(m => m.Groups["name"].Value)];
            foreach (string id in ids)
            {
                string[] rows = [.. section.Split('\n').Where(r => r.StartsWith('|'))];
                string[] head = [.. rows[0].Split('|').Select(c => c.Trim())];
                int own = Array.FindIndex(head, c => c == $"GPIO, `{id}`");
                int column = own > 0 ? own : Array.IndexOf(head, "GPIO");
                tables[id] = new SortedDictionary<string, int>(
                    rows.Skip(2).SelectMany(r => Quoted().Matches(r.Split('|')[1]).Select(m => (m.Groups["name"].Value, Pin: Number(r.Split('|')[column]))))
                        .Where(p => p.Pin >= 0).ToDictionary(p => p.Value, p => p.Pin),
                    StringComparer.Ordinal);
            }
        }

        return tables;
    }

    private static int Number(string text) => int.Parse(text.Trim().Replace('−', '-'), CultureInfo.InvariantCulture);

    [GeneratedRegex("Id = \"(?<id>[a-z0-9-]+)\"")]
    private static partial Regex BoardId();

    [GeneratedRegex(@"^ +(?<field>\w+) = (?<pin>\d+),$", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex("`(?<name>[A-Za-z0-9-]+)`")]
    private static partial Regex Quoted();
}
