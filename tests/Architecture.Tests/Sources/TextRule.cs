using System.Text.RegularExpressions;

namespace EdgeFleet.Architecture.Tests.Sources;

/// <summary>What no file may say: paths of somebody's machine, and promises to finish it later.</summary>
public static partial class TextRule
{
    private static readonly string[] TextEndings =
    [
        ".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".yml", ".yaml", ".cshtml", ".html", ".css", ".js",
        ".cddl", ".svg", ".sh", ".py", ".txt", "/run", ".editorconfig", ".gitignore",
    ];

    public static bool IsText(string path) =>
        !path.EndsWith("package-lock.json", StringComparison.Ordinal) &&
        TextEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal));

    public static IEnumerable<Offence> Check(string path, string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            foreach ((Regex words, string fault) in Faults)
            {
                if (words.Match(lines[i]) is { Success: true } found)
                    yield return new Offence($"{path}:{i + 1}", $"{fault}: {found.Value.Trim()}");
            }
        }
    }

    private static readonly (Regex Words, string Fault)[] Faults =
    [
        (MachinePath(), "names a path of one machine"),
        (Promise(), "promises to be finished later"),
    ];

    [GeneratedRegex(@"(?<![\w.:/*-])/(?:work|home|root|Users|tmp|mnt)/\w|\b[A-Za-z]:\\(?:Users|work|src|temp)\\", RegexOptions.IgnoreCase)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(?:T[O]DO|FIX[M]E|X[X]X|NotImplemented[E]xception)\b")]
    private static partial Regex Promise();
}
