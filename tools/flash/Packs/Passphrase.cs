using EdgeFleet.Flash.Files;
using Spectre.Console;

namespace EdgeFleet.Flash.Packs;

/// <summary>A pack's passphrase: from a file or asked for, never an argument.</summary>
internal static class Passphrase
{
    /// <summary>Shortest that is taken for a new pack: it holds the Wi-Fi's password, and may be tried at leisure.</summary>
    public const int Shortest = 12;

    private const int Longest = 1024;

    /// <summary>Reads it, or asks for it.</summary>
    public static string Ask(string? file, FlashHost host, bool twice)
    {
        if (file == null && !host.Interactive)
            throw new FlashException(Failure.BadInput, "The pack's passphrase is missing, and nobody is here to ask.", "Give --passphrase-file FILE.");
        string passphrase = file != null
            ? SecretFile.Text(file, Longest).TrimEnd('\r', '\n')
            : host.Screen.Prompt(new TextPrompt<string>("Passphrase of the pack:").Secret());
        if (!twice)
            return passphrase;
        if (passphrase.Length < Shortest)
            throw new FlashException(Failure.BadInput, $"A pack's passphrase has at least {Shortest} characters.");
        if (file == null && host.Screen.Prompt(new TextPrompt<string>("Once more:").Secret()) != passphrase)
            throw new FlashException(Failure.BadInput, "The two passphrases differ.");
        return passphrase;
    }
}
