namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>Where the project lies.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "EdgeFleet.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException("The tests do not run inside the project.");
    }
}
