using System.CommandLine;

namespace EdgeFleet.Flash;

/// <summary>Options that several commands have.</summary>
internal static class Common
{
    public static Option<string?> Nanoff() => new("--nanoff")
    {
        Description = "nanoFramework's flasher; without it, that of the PATH or of .NET's global tools.", HelpName = "PATH",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON, and nothing else, on standard output." };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Ask nothing: what is not given is a failure." };

    public static Option<string?> State() => new("--state")
    {
        Description = "Folder of what this tool remembers: boards that were begun, receipts, its key.", HelpName = "FOLDER",
    };
}
