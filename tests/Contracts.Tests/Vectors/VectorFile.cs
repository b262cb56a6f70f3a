using System.Text;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>A payload byte for byte, and what it says in diagnostic notation (RFC 8949 section 8).</summary>
internal sealed record Vector(string Kind, string Name, byte[] Bytes, string Diag);

/// <summary>
/// Reads the files of <c>shared/vectors</c>. A vector is a block of lines <c>name:</c>, <c>hex:</c> and <c>diag:</c>,
/// each once; hex and diag may go on in lines that are indented. Blank lines part the vectors, <c>#</c> starts a
/// comment line. Anything else is a <see cref="FormatException"/> with the file and line.
/// </summary>
internal static class VectorFile
{
    private static readonly Lazy<Vector[]> Everything = new(() => LoadAll(""));

    /// <summary>Every vector there is, by kind (the file's name) and then in the file's order.</summary>
    public static IReadOnlyList<Vector> All => Everything.Value;

    /// <summary>The vectors that are no payloads of messages: those of <c>shared/vectors/bundles</c>.</summary>
    public static IReadOnlyList<Vector> Bundles { get; } = LoadAll("bundles");

    /// <summary>The vector of a kind and name.</summary>
    public static Vector Get(string kind, string name) =>
        All.Concat(Bundles).Single(v => v.Kind == kind && v.Name == name);

    /// <summary>The text of a file in <c>shared</c>.</summary>
    public static string Shared(string file) => File.ReadAllText(Path.Combine(Root(), "shared", file), Encoding.UTF8);

    private static Vector[] LoadAll(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Root(), "shared", "vectors", folder), "*.vec")
            .OrderBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal)
            .SelectMany(file => Parse(Path.GetFileNameWithoutExtension(file), File.ReadAllLines(file, Encoding.UTF8)))];

    /// <summary>Takes the lines of one file apart.</summary>
    public static List<Vector> Parse(string kind, string[] lines)
    {
        var vectors = new List<Vector>();
        var fields = new Dictionary<string, string>();
        string last = "";
        for (int i = 0; i <= lines.Length; i++)
        {
            string line = i < lines.Length ? lines[i] : "";
            if (line.StartsWith('#'))
                continue;
            if (line.Length == 0)
            {
                if (fields.Count != 0)
                    vectors.Add(ToVector(kind, fields, i));
                fields.Clear();
                last = "";
            }
            else if (line.StartsWith(' '))
            {
                if (last is not ("hex" or "diag"))
                    throw Fault(kind, i, "nothing to go on with");
                // Diagnostic notation is broken where it has a space, hex between any two bytes.
                fields[last] += (last == "diag" ? " " : "") + line.Trim();
            }
            else
            {
                int colon = line.IndexOf(": ", StringComparison.Ordinal);
                last = colon < 0 ? line : line[..colon];
                if (colon < 0 || last is not ("name" or "hex" or "diag"))
                    throw Fault(kind, i, "no field of a vector");
                if (!fields.TryAdd(last, line[(colon + 2)..].Trim()))
                    throw Fault(kind, i, "the field stands twice");
            }
        }
        return vectors;
    }

    private static Vector ToVector(string kind, Dictionary<string, string> fields, int line) =>
        fields.Count == 3
            ? new(kind, fields["name"], Convert.FromHexString(fields["hex"]), fields["diag"])
            : throw Fault(kind, line, "a vector has a name, hex and diag");

    private static FormatException Fault(string kind, int line, string what) => new($"{kind}.vec:{line + 1}: {what}");

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "EdgeFleet.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("no EdgeFleet.sln above " + AppContext.BaseDirectory);
    }
}
