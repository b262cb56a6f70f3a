using System.Text.RegularExpressions;

namespace EdgeFleet.Architecture.Tests.Sources;

/// <summary>What the documents promise at a glance: links lead somewhere, and every part is mentioned.</summary>
public static partial class DocumentRule
{
    /// <param name="exists">Whether a file or folder, relative to the root, is there.</param>
    public static IEnumerable<Offence> CheckLinks(string path, string text, Func<string, bool> exists)
    {
        string folder = path.Contains('/') ? path[..(path.LastIndexOf('/') + 1)] : "";
        foreach (Match link in Link().Matches(text))
        {
            string target = link.Groups["target"].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal))
                continue;
            string rooted = Path.GetFullPath("/" + folder + target)[1..];
            if (!exists(rooted))
                yield return new Offence(path, $"links to {target}, which does not exist");
        }
    }

    /// <summary>A command must stand on a line of its own among the first ones.</summary>
    public static IEnumerable<Offence> CheckCommand(string path, string text, string command, int withinLines)
    {
        if (!text.Split('\n').Take(withinLines).Contains(command))
            yield return new Offence(path, $"does not show '{command}' within its first {withinLines} lines");
    }

    public static IEnumerable<Offence> CheckMentions(string path, string text, IEnumerable<string> names)
    {
        foreach (string name in names.Where(n => !text.Contains(n, StringComparison.Ordinal)))
            yield return new Offence(path, $"does not mention {name}");
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
