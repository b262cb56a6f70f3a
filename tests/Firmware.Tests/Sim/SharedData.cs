namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>Real recordings, which lie beside the repository and are not part of it.</summary>
internal static class SharedData
{
    /// <summary>The file's path; skips the test where it is not there.</summary>
    public static string File(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (!System.IO.File.Exists(Path.Combine(at.FullName, "EdgeFleet.sln")))
                continue;
            string file = Path.Combine(at.FullName, "..", "shared", "data", name);
            if (System.IO.File.Exists(file))
                return file;
        }
        Assert.Skip($"The recording {name} is not beside the repository.");
        return "";
    }
}
