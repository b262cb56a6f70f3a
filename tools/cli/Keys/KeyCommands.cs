using System.CommandLine;
using System.Security.Cryptography;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Keys;

/// <summary><c>edgefleet key</c>: signing keys.</summary>
internal static class KeyCommands
{
    public static Command Create() => new("key", "Signing keys.") { New(), Show() };

    private static Command New()
    {
        Option<string> output = CommandLine.Out("The private key; the public one is written beside it, as FILE.pub.");
        Option<int> bits = new("--bits")
        {
            Description = "2048 or 3072. The larger one holds for longer and takes a board twice the time, once an update.",
            DefaultValueFactory = _ => 3072,
            HelpName = "2048|3072",
        };
        bits.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (2048 or 3072))
                result.AddError("--bits takes 2048 or 3072.");
        });
        Option<string?> passphraseFile = Passphrase.Option();
        Command command = new(
            "new", "Makes an RSA key for signing bundles: encrypted PKCS#8, and the public half for the service and the boards.")
        {
            output, bits, passphraseFile,
        };
        command.Runs((result, writer) =>
        {
            string path = result.GetValue(output)!;
            // Before anybody is asked for anything.
            foreach (string file in new[] { path, path + ".pub" })
            {
                if (File.Exists(file))
                    throw CliException.Unusable(file, "the file is there already; it is not written over.");
            }
            string passphrase = Passphrase.New(result.GetValue(passphraseFile));
            using RSA key = RSA.Create(result.GetValue(bits));
            Files.Write(path, KeyFiles.Encrypt(key, passphrase), replace: false, secret: true);
            Files.Write(path + ".pub", KeyFiles.Public(key), replace: false);
            writer.WriteLine(Convert.ToHexStringLower(KeyFiles.OfContract(path, key).KeyId));
        });
        return command;
    }

    private static Command Show()
    {
        Argument<string> file = CommandLine.File("public-key", "A public key in PEM.");
        Command command = new(
            "show", "Prints a public key's id, the SHA-256 of its DER form, as service and manifests name it, and its bits.")
        {
            file,
        };
        command.Runs((result, writer) =>
        {
            RsaPublicKey key = KeyFiles.OpenPublic(result.GetValue(file)!);
            writer.WriteLine($"{Convert.ToHexStringLower(key.KeyId)} {key.Size * 8}");
        });
        return command;
    }
}
