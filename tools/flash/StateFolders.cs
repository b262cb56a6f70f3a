namespace EdgeFleet.Flash;

/// <summary>What this tool remembers, in a folder of its user alone.</summary>
/// <param name="Root">The folder.</param>
internal sealed record StateFolders(string Root)
{
    /// <summary>Boards that were begun, one file each, named after the hardware id.</summary>
    public string Boards => Path.Combine(Root, "boards");

    /// <summary>Receipts that were made here.</summary>
    public string Receipts => Path.Combine(Root, "receipts");

    /// <summary>Batches that were begun.</summary>
    public string Batches => Path.Combine(Root, "batches");

    /// <summary>The key that signs receipts.</summary>
    public string Key => Path.Combine(Root, "receipt-key.pem");

    /// <summary>The folder that was named, or this user's.</summary>
    public static string Default(FlashHost host) => host.Environment("EDGEFLEET_FLASH_STATE") is { Length: > 0 } named
        ? named
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "edgefleet-flash");

    /// <summary>The folder that was named, or this user's; it is made where it is missing.</summary>
    public static StateFolders Open(FlashHost host, string? named)
    {
        StateFolders folders = new(Path.GetFullPath(named ?? Default(host)));
        foreach (string folder in new[] { folders.Root, folders.Boards, folders.Receipts, folders.Batches })
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return folders;
    }
}
