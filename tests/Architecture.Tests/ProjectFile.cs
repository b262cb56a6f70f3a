using System.Xml.Linq;

namespace EdgeFleet.Architecture.Tests;

/// <summary>What the rules ask of a project file.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="IsBoardCode">Also runs on boards: the property <c>BoardCode</c>.</param>
/// <param name="IsNano">Builds for nanoFramework, thus outside the solution.</param>
/// <param name="References">Paths of referenced projects, relative to the root.</param>
public sealed record ProjectFile(
    string Path,
    string AssemblyName,
    bool IsBoardCode,
    bool IsNano,
    IReadOnlyList<string> References,
    IReadOnlyList<PackageUse> Packages)
{
    /// <summary>Folder of the project, relative to the root, with a slash at its end.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];

    public static ProjectFile Parse(string path, string text)
    {
        XElement root = XDocument.Parse(text).Root!;
        string folder = System.IO.Path.GetDirectoryName(path)!;
        return new ProjectFile(
            path,
            Property(root, "AssemblyName") ?? System.IO.Path.GetFileNameWithoutExtension(path),
            Property(root, "BoardCode") == "true",
            Property(root, "TargetFramework")?.StartsWith("netnano", StringComparison.Ordinal) == true,
            [.. Items(root, "ProjectReference").Select(e => Resolve(folder, Include(e)))],
            [.. Items(root, "PackageReference").Concat(Items(root, "GlobalPackageReference"))
                .Select(e => new PackageUse(Include(e), Pin(e)))]);
    }

    private static string? Property(XElement root, string name) =>
        root.Elements("PropertyGroup").Elements(name).LastOrDefault()?.Value.Trim();

    private static IEnumerable<XElement> Items(XElement root, string name) => root.Descendants(name);

    private static string Include(XElement item) =>
        (string?)item.Attribute("Include") ?? (string?)item.Attribute("Update") ?? "";

    private static string? Pin(XElement item) =>
        (string?)item.Attribute("Version") ?? (string?)item.Attribute("VersionOverride") ??
        item.Element("Version")?.Value ?? item.Element("VersionOverride")?.Value;

    private static string Resolve(string folder, string include)
    {
        string rooted = System.IO.Path.GetFullPath("/" + folder + "/" + include.Replace('\\', '/'));
        return rooted[1..].Replace('\\', '/');
    }
}

/// <summary>A package that a project names, with a version where it pins one itself.</summary>
public sealed record PackageUse(string Name, string? Version);
