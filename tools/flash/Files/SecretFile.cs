using System.Text;

namespace EdgeFleet.Flash.Files;

/// <summary>Files with secrets in them: read only where nobody else can read them.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    /// <summary>Reads a file of at most <paramref name="most"/> bytes that its owner alone may read.</summary>
    public static byte[] Read(string path, int most)
    {
        byte[] bytes = Input.Read(path, most);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new FlashException(Failure.BadInput,
                $"{path}: others on this computer can read or change it, and it holds a secret.", $"chmod 600 {path}");
        }
        return bytes;
    }

    /// <summary>Reads such a file as text.</summary>
    public static string Text(string path, int most) => Input.Utf8(path, Read(path, most));

    /// <summary>Writes a file that its owner alone may read, whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string part = $"{path}.{Guid.NewGuid():N}.part";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (FileStream stream = new(part, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes such a file as text.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));
}

/// <summary>Files that somebody named.</summary>
internal static class Input
{
    /// <summary>Reads a file of at most <paramref name="most"/> bytes.</summary>
    public static byte[] Read(string path, int most)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new FlashException(Failure.BadInput, $"{path}: there is no such file.");
        if (file.Length > most)
            throw new FlashException(Failure.BadInput, $"{path}: {file.Length:N0} bytes, of at most {most:N0}.");
        return File.ReadAllBytes(path);
    }

    /// <summary>Strict UTF-8, without a byte order mark.</summary>
    public static string Utf8(string path, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('﻿');
        }
        catch (DecoderFallbackException)
        {
            throw new FlashException(Failure.BadInput, $"{path}: this is no text in UTF-8.");
        }
    }

    /// <summary>Lines of <c>name=value</c>; <c>#</c> begins a remark.</summary>
    public static Dictionary<string, string> Values(string path, string text)
    {
        Dictionary<string, string> values = [];
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            int at = line.IndexOf('=');
            // The line itself may hold a secret, so it is not repeated.
            if (at <= 0 || !values.TryAdd(line[..at].Trim(), line[(at + 1)..].Trim()))
                throw new FlashException(Failure.BadInput, $"{path}: a line is not name=value, or a name stands twice.");
        }
        return values;
    }
}
