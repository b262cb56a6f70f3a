using System.Security.Cryptography;

namespace EdgeFleet.Flash.Files;

/// <summary>
/// A temporary folder of this user alone, for what nanoff has to be given in files: passwords, claim secrets, what was read
/// back. Its files are overwritten before they are deleted. On flash media a copy may survive that; the folder's
/// permissions and the short life of its files are the protection, the overwriting is an extra.
/// </summary>
internal sealed class PrivateFolder : IDisposable
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, in memory where the system has a place for that.</summary>
    public PrivateFolder(string? parent = null)
    {
        string place = parent ?? Parent();
        string name = "edgefleet-flash-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        Path = System.IO.Path.Combine(place, name);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else
            Directory.CreateDirectory(Path, FolderMode);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file; gives its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = File(name);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream stream = new(path, options);
        stream.Write(bytes);
        return path;
    }

    /// <summary>Shreds what is in it, and removes it.</summary>
    public void Dispose()
    {
        if (!Directory.Exists(Path))
            return;
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            Shred(file);
        Directory.Delete(Path, recursive: true);
    }

    private static void Shred(string path)
    {
        try
        {
            using (FileStream stream = new(path, FileMode.Open, FileAccess.Write))
            {
                byte[] noise = new byte[64 * 1024];
                for (long left = stream.Length; left > 0; left -= noise.Length)
                {
                    RandomNumberGenerator.Fill(noise);
                    stream.Write(noise, 0, (int)Math.Min(left, noise.Length));
                }
                stream.Flush(flushToDisk: true);
            }
            System.IO.File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder's deletion says what cannot be removed.
        }
    }

    // A session's own folder in memory, where there is one, never reaches a disk.
    private static string Parent() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
            ? runtime
            : System.IO.Path.GetTempPath();
}
