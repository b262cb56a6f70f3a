namespace EdgeFleet.Architecture.Tests;

/// <summary>The repository on disk. All paths that it gives are relative to the root, with forward slashes.</summary>
public sealed class Repository
{
    // What .gitignore keeps out: built, restored or written by a run.
    private static readonly HashSet<string> Unwatched =
        [".git", ".vs", ".idea", "bin", "obj", "artifacts", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts", "lib"];

    private Repository(string root)
    {
        Root = root;
        Files = [.. Walk(new DirectoryInfo(root)).Select(Relative).Order(StringComparer.Ordinal)];
        Projects = [.. Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(f => ProjectFile.Parse(f, Read(f)))];
    }

    /// <summary>Found by walking up from the test assembly to the solution.</summary>
    public static Repository Here { get; } = new(FindRoot());

    /// <summary>Absolute path of the folder that holds EdgeFleet.sln.</summary>
    public string Root { get; }

    public IReadOnlyList<string> Files { get; }

    public IReadOnlyList<ProjectFile> Projects { get; }

    public string Absolute(string path) => Path.GetFullPath(Path.Combine(Root, path));

    public string Read(string path) => File.ReadAllText(Absolute(path));

    private string Relative(FileInfo file) => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/');

    private IEnumerable<FileInfo> Walk(DirectoryInfo directory)
    {
        foreach (FileInfo file in directory.EnumerateFiles())
            yield return file;
        foreach (DirectoryInfo child in directory.EnumerateDirectories())
        {
            // A run from the root keeps its data in ./data.
            bool runData = child.Name == "data" && directory.FullName == Root;
            if (Unwatched.Contains(child.Name) || runData)
                continue;
            foreach (FileInfo file in Walk(child))
                yield return file;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "EdgeFleet.sln")))
                return at.FullName;
        }

        throw new InvalidOperationException("EdgeFleet.sln is in no folder above the tests.");
    }
}
