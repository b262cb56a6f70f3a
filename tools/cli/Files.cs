namespace EdgeFleet.Cli;

/// <summary>Files read within a bound, and written whole or not at all.</summary>
internal static class Files
{
    /// <summary>The bytes of a file of at most <paramref name="most"/>.</summary>
    public static byte[] Read(string path, long most)
    {
        if (Directory.Exists(path))
            throw CliException.Unusable(path, "this is a folder.");
        if (!File.Exists(path))
            throw CliException.Unusable(path, "there is no such file.");
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length > most)
            throw CliException.Unusable(path, $"the file has {stream.Length} bytes, of at most {most}.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>
    /// Writes a file beside its place and moves it there, so that nobody finds half of it. An existing one is replaced
    /// only where <paramref name="replace"/>; <paramref name="secret"/> files are their owner's alone.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool replace, bool secret = false)
    {
        string full = Path.GetFullPath(path);
        if (!replace && File.Exists(full))
            throw CliException.Unusable(path, "the file is there already; it is not written over.");
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw CliException.Unusable(path, "there is no such folder.");
        string part = full + ".part" + Environment.ProcessId;
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (FileStream stream = new(part, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, full, replace);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
