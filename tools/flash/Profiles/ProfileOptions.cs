using System.CommandLine;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;

namespace EdgeFleet.Flash.Profiles;

/// <summary>Options of what boards have in common: from files, or from a pack.</summary>
internal sealed class ProfileOptions
{
    private const int MaxProfile = 4096;

    private readonly Option<string?> _settings = new("--settings")
    {
        Description = "The boards' settings with enrolment, secret and gateway, as `enrol` writes them; readable by its owner alone.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _network = new("--network")
    {
        Description = "Wi-Fi (ssid=, password=) or ethernet=yes; readable by its owner alone.", HelpName = "FILE",
    };

    private readonly Option<string?> _authority = new("--ca")
    {
        Description = "The one authority whose certificates the gateway may show, in PEM.", HelpName = "FILE",
    };

    private readonly Option<string?> _images = new("--image")
    {
        Description = "The node's image, or the folder of EdgeFleet.AirBox.bin and EdgeFleet.Bridge.bin.", HelpName = "PATH",
    };

    private readonly Option<string?> _archive = new("--archive")
    {
        Description = "Folder of runtimes that nanoff has fetched before; without it, they are downloaded.", HelpName = "FOLDER",
    };

    private readonly Option<string?> _version = new("--runtime-version")
    {
        Description = "Version of nanoFramework's runtime; without it, the newest.", HelpName = "VERSION",
    };

    private readonly Option<string?> _pack = new("--pack")
    {
        Description = "In place of all these: a pack, made with `pack` where there was a network.", HelpName = "FILE",
    };

    private readonly Option<string?> _passphrase = new("--passphrase-file")
    {
        Description = "File with the pack's passphrase, readable by its owner alone; without it, it is asked for.", HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command, bool pack = true)
    {
        foreach (Option option in new Option[] { _settings, _network, _authority, _images, _archive, _version })
            command.Options.Add(option);
        if (!pack)
            return;
        command.Options.Add(_pack);
        command.Options.Add(_passphrase);
    }

    /// <summary>Reads the profile. What comes out of a pack lies in a private folder until <paramref name="scope"/> ends.</summary>
    public Profile Read(ParseResult result, FlashHost host, PrivateFolder scope)
    {
        if (result.GetValue(_pack) is { } pack)
            return Packs.Pack.Open(pack, Packs.Passphrase.Ask(result.GetValue(_passphrase), host, twice: false), scope);
        string settings = Need(result.GetValue(_settings), "--settings"), network = Need(result.GetValue(_network), "--network");
        return new Profile(
            BoardSettings.Parse(settings, SecretFile.Text(settings, FlashLimits.MaxSettings)),
            NetworkProfile.Parse(network, SecretFile.Text(network, MaxProfile)),
            result.GetValue(_authority) is { } ca ? Authority(ca) : null,
            Need(result.GetValue(_images), "--image"), result.GetValue(_archive), result.GetValue(_version), null, "");
    }

    private static byte[] Authority(string path)
    {
        byte[] bytes = Input.Read(path, FlashLimits.MaxCertificate);
        if (bytes.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8) < 0)
            throw new FlashException(Failure.BadInput, $"{path}: no certificate in PEM.");
        return bytes.AsSpan().IndexOf("PRIVATE KEY"u8) < 0 ? bytes : throw new FlashException(
            Failure.BadInput, $"{path}: a private key is in it; it would end on every board.", "Give the certificate alone.");
    }

    private static string Need(string? value, string option) => value ?? throw new FlashException(
        Failure.BadInput, $"{option} is missing.", "`edgefleet-flash board --help` says what it is.");
}
