using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Storage;

/// <summary>
/// The folder of everything that must outlive the process: databases, keys. One service at a time: what it holds in
/// memory would not see another's changes.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream hold)
    {
        Path = path;
        _lock = hold;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>Data protection keys: whoever reads these reads every device key.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>A file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder where it is missing and holds it for this process.</summary>
    /// <exception cref="StartupException">It cannot be written, or another service holds it.</exception>
    public static DataFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            Make(full);
            // A folder that was there keeps its permissions: they are its owner's choice. The keys' are not.
            string keys = System.IO.Path.Combine(full, "keys");
            Make(keys);
            if (!OperatingSystem.IsWindows())
                System.IO.File.SetUnixFileMode(keys, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException("data-folder-unwritable", $"{full}: {e.Message}",
                "Give the service the right to write there, or set Data:Path.");
        }
        return new DataFolder(full, Hold(full));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else if (!Directory.Exists(path))
            Directory.CreateDirectory(path, OwnerOnly);
    }

    private static FileStream Hold(string folder)
    {
        string path = System.IO.Path.Combine(folder, "service.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartupException("data-folder-unwritable", $"{folder}: {e.Message}",
                "Give the service the right to write there, or set Data:Path.");
        }
        catch (IOException)
        {
            throw new StartupException("data-folder-in-use", $"Another service holds {folder}.",
                "Stop it, or set Data:Path to another folder.");
        }
    }
}
