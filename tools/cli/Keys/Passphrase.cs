using System.CommandLine;
using System.Text;
using Spectre.Console;

namespace EdgeFleet.Cli.Keys;

/// <summary>
/// The passphrase of a private key: asked for at the terminal, or the first line of a file. Never an argument, which
/// other users of the machine and the shell's history would see.
/// </summary>
internal static class Passphrase
{
    /// <summary>Shortest one for a new key, in characters.</summary>
    public const int Shortest = 12;

    private const int MaxFileBytes = 4096;

    public static Option<string?> Option() => new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase; without it, the passphrase is asked for at the terminal.",
        HelpName = "FILE",
    };

    /// <summary>The passphrase of a key that there is.</summary>
    public static string Of(string keyFile, string? file) => file != null ? FromFile(file) : Ask($"Passphrase of {keyFile}:");

    /// <summary>The passphrase of a key that is being made; asked for twice.</summary>
    public static string New(string? file)
    {
        string passphrase = file != null ? FromFile(file) : Ask("Passphrase for the new key:");
        if (passphrase.Length < Shortest)
            throw new CliException(ExitCode.Failed, $"passphrase: at least {Shortest} characters, please.");
        if (file == null && Ask("Once more:") != passphrase)
            throw new CliException(ExitCode.Failed, "passphrase: these are two different ones.");
        return passphrase;
    }

    private static string FromFile(string path)
    {
        string text = Encoding.UTF8.GetString(Files.Read(path, MaxFileBytes));
        return text.Split('\n')[0].TrimEnd('\r');
    }

    private static string Ask(string prompt)
    {
        if (Console.IsInputRedirected)
        {
            throw new CliException(
                ExitCode.Failed, "passphrase: there is no terminal to ask at; give it in a file, with --passphrase-file.");
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Prompt(new TextPrompt<string>(Markup.Escape(prompt)).Secret(null).AllowEmpty());
    }
}
