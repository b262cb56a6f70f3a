using System.Text;

namespace EdgeFleet.Flash.Files;

/// <summary>Comma-separated values (RFC 4180), with a header; what technicians make in a spreadsheet.</summary>
internal static class Csv
{
    /// <summary>Reads rows as names and values; names are lower-case.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Read(string path, string text)
    {
        List<List<string>> lines = [.. Lines(path, text).Where(line => line.Any(value => value.Length != 0))];
        if (lines.Count == 0)
            throw new FlashException(Failure.BadInput, $"{path}: the file is empty.");
        List<string> names = [.. lines[0].Select(name => name.Trim().ToLowerInvariant())];
        if (names.Distinct().Count() != names.Count)
            throw new FlashException(Failure.BadInput, $"{path}: a column stands twice.");
        if (lines.Count - 1 > FlashLimits.MaxRows)
            throw new FlashException(Failure.BadInput, $"{path}: {lines.Count - 1} rows, of at most {FlashLimits.MaxRows}.");
        List<IReadOnlyDictionary<string, string>> rows = [];
        for (int i = 1; i < lines.Count; i++)
        {
            if (lines[i].Count > names.Count)
                throw new FlashException(Failure.BadInput, $"{path}: row {i} has more values than there are columns.");
            rows.Add(lines[i].Select((value, at) => (names[at], value.Trim())).ToDictionary(v => v.Item1, v => v.Item2));
        }
        return rows;
    }

    /// <summary>One row as text. What a spreadsheet would take for a formula is kept from being one.</summary>
    public static string Row(params IEnumerable<string> values) => string.Join(',', values.Select(Value)) + "\n";

    private static string Value(string value)
    {
        bool formula = value.Length != 0 && value[0] is '=' or '+' or '@' or '\t' or '-';
        if (formula && !double.TryParse(value, out _))
            value = "'" + value;
        return value.AsSpan().ContainsAny("\",\r\n") ? $"\"{value.Replace("\"", "\"\"")}\"" : value;
    }

    private static IEnumerable<List<string>> Lines(string path, string text)
    {
        List<string> line = [];
        StringBuilder value = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c != '"')
                    value.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    value.Append(text[i++]);
                else
                    quoted = false;
            }
            else if (c == '"' && value.Length == 0)
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                line.Add(value.ToString());
                value.Clear();
                if (c == '\n')
                {
                    yield return line;
                    line = [];
                }
            }
            else if (c != '\r')
            {
                value.Append(c);
            }
        }
        if (quoted)
            throw new FlashException(Failure.BadInput, $"{path}: a quotation mark is never closed.");
        line.Add(value.ToString());
        yield return line;
    }
}
