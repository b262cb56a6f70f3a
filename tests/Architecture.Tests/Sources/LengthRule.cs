namespace EdgeFleet.Architecture.Tests.Sources;

/// <summary>A source file is one to four screens; a test file may be six.</summary>
public static class LengthRule
{
    public const int MaxLines = 400;

    public const int MaxTestLines = 600;

    private static readonly string[] Endings = [".cs", ".cshtml", ".js", ".css", ".sh", ".py", "/run"];

    // Entity Framework writes these; nobody reads them.
    private static readonly string[] GeneratedEndings = [".Designer.cs", "ModelSnapshot.cs"];

    public static bool Applies(string path) =>
        Endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) &&
        !GeneratedEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal));

    public static IEnumerable<Offence> Check(string path, string text)
    {
        int lines = text.AsSpan().Count('\n');
        int most = path.StartsWith("tests/", StringComparison.Ordinal) ? MaxTestLines : MaxLines;
        if (lines > most)
            yield return new Offence(path, $"has {lines} lines, of at most {most}; split it by noun");
    }
}
