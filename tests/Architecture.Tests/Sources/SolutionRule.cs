using System.Text.RegularExpressions;

namespace EdgeFleet.Architecture.Tests.Sources;

/// <summary>Every project is in the solution, and every package version stands once, in Directory.Packages.props.</summary>
public static partial class SolutionRule
{
    public static IEnumerable<Offence> CheckMembership(string solution, IReadOnlyList<ProjectFile> projects)
    {
        HashSet<string> members =
            [.. SolutionProject().Matches(solution).Select(m => m.Groups["path"].Value.Replace('\\', '/'))];
        foreach (ProjectFile project in projects)
        {
            // Board projects need packages that not every machine can restore.
            if (!project.IsNano && !members.Contains(project.Path))
                yield return new Offence(project.Path, "is not in EdgeFleet.sln");
        }

        foreach (string member in members.Where(m => projects.All(p => p.Path != m)))
            yield return new Offence("EdgeFleet.sln", $"names {member}, which does not exist");
    }

    public static IEnumerable<Offence> CheckVersions(string path, string text)
    {
        foreach (PackageUse package in ProjectFile.Parse(path, text).Packages.Where(p => p.Version != null))
            yield return new Offence(path, $"pins {package.Name} itself; versions stand in Directory.Packages.props");
    }

    [GeneratedRegex("\"(?<path>[^\"]+\\.csproj)\"")]
    private static partial Regex SolutionProject();
}
