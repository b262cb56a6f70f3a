using System.Text;

namespace EdgeFleet.Cli.Api;

/// <summary>An API token, read from where others cannot see it.</summary>
internal static class ApiToken
{
    private const int MaxFileBytes = 4096;

    /// <summary>The first line of a file that its owner alone may read.</summary>
    public static string FromFile(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path))
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
                | UnixFileMode.OtherWrite;
            // A link says nothing of what it points to.
            string real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if ((File.GetUnixFileMode(real) & others) != 0)
                throw CliException.Unusable(path, "others may read or write this token; run chmod 600 on it.");
        }
        return Checked(Encoding.UTF8.GetString(Files.Read(path, MaxFileBytes)).Split('\n')[0], path);
    }

    /// <summary>The token without spaces around it, when it could be one.</summary>
    public static string Checked(string text, string from)
    {
        string token = text.Trim();
        // What is no token must not become part of a header, or of an error that repeats it.
        if (token.Length is 0 or > 512 || token.Any(c => c is <= ' ' or > '~'))
            throw CliException.Unusable(from, "this is no API token.");
        return token;
    }
}
