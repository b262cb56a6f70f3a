using System.CommandLine;
using System.Security.Cryptography;
using EdgeFleet.Cli.Keys;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Bundles;

/// <summary><c>edgefleet bundle sign</c>: with a key file, or in two steps with a key that is elsewhere.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        Argument<string> bundle = CommandLine.File("bundle", "The bundle; a signature that it has is replaced.");
        Option<string?> output = new("--out", "-o")
        {
            Description = "The signed bundle, which may be the same file.", HelpName = "FILE",
        };
        Option<string?> key = new("--key") { Description = "Encrypted private key (PKCS#8, PEM).", HelpName = "FILE" };
        Option<string?> passphraseFile = Passphrase.Option();
        Option<bool> external = new("--external")
        {
            Description = "The key is in a hardware token or a build's secret. First give --public-key and --to-be-signed, sign those "
                + "bytes with RSASSA-PSS, SHA-256 and a salt of 32 bytes, then give --public-key, --signature and --out.",
        };
        Option<string?> publicKey = new("--public-key") { Description = "Its public half (PEM).", HelpName = "FILE" };
        Option<string?> toBeSigned = new("--to-be-signed") { Description = "Where the bytes to sign go.", HelpName = "FILE" };
        Option<string?> signature = new("--signature") { Description = "The signature of those bytes.", HelpName = "FILE" };
        Command command = new(
            "sign", "Signs a bundle (COSE PS256). The salt of a signature is random, so signing twice gives two files of one content "
            + "and one digest; with --external the same signature gives the same file.")
        {
            bundle, output, key, passphraseFile, external, publicKey, toBeSigned, signature,
        };
        command.Validators.Add(result =>
        {
            bool Given(Option<string?> option) => result.GetValue(option) != null;
            bool outside = result.GetValue(external);
            string? fault =
                !outside && !Given(key) ? "sign needs --key, or --external."
                : !outside && (Given(publicKey) || Given(toBeSigned) || Given(signature))
                    ? "--public-key, --to-be-signed and --signature go with --external."
                : outside && (Given(key) || Given(passphraseFile)) ? "--external takes no private key."
                : outside && !Given(publicKey) ? "--external needs --public-key."
                : outside && Given(toBeSigned) == Given(signature) ? "--external needs either --to-be-signed or --signature."
                : Given(toBeSigned) == Given(output) ? "the signed bundle needs --out; with --to-be-signed there is none yet."
                : null;
            if (fault != null)
                result.AddError(fault);
        });
        command.Runs((result, writer) =>
        {
            LoadedBundle loaded = LoadedBundle.Open(result.GetValue(bundle)!);
            if (result.GetValue(toBeSigned) is { } target)
            {
                RsaPublicKey half = KeyFiles.OpenPublic(result.GetValue(publicKey)!);
                Files.Write(target, Builder.ToBeSigned(loaded.Reader, half), replace: true);
                return;
            }
            (RsaPublicKey signer, byte[] made) = result.GetValue(external)
                ? Taken(result.GetValue(publicKey)!, result.GetValue(signature)!)
                : Made(loaded, result.GetValue(key)!, result.GetValue(passphraseFile));
            byte[] signed = Builder.WithSignature(loaded.Reader, signer, made);
            writer.WriteLine(Convert.ToHexStringLower(Check(result.GetValue(bundle)!, signed, signer)));
            Files.Write(result.GetValue(output)!, signed, replace: true);
        });
        return command;
    }

    private static (RsaPublicKey Signer, byte[] Signature) Made(LoadedBundle bundle, string keyFile, string? passphraseFile)
    {
        using RSA key = KeyFiles.OpenPrivate(keyFile, () => Passphrase.Of(keyFile, passphraseFile));
        RsaPublicKey signer = KeyFiles.OfContract(keyFile, key);
        byte[] bytes = Builder.ToBeSigned(bundle.Reader, signer);
        return (signer, key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    private static (RsaPublicKey Signer, byte[] Signature) Taken(string keyFile, string signatureFile)
    {
        RsaPublicKey signer = KeyFiles.OpenPublic(keyFile);
        byte[] signature = Files.Read(signatureFile, RsaPublicKey.LargeBytes);
        if (signature.Length != signer.Size)
        {
            throw CliException.Unusable(
                signatureFile, $"{signature.Length} bytes; a signature of this key has {signer.Size}, raw, not in base64.");
        }
        return (signer, signature);
    }

    /// <summary>The digest of what boards will take: a wrong signature shows here, not in the field.</summary>
    private static byte[] Check(string file, byte[] signed, RsaPublicKey signer)
    {
        BundleReader reader = new();
        BundleVerifier verifier = new();
        BundleError error = reader.Read(signed, 0, signed.Length);
        if (error == BundleError.None)
            error = verifier.Verify(reader, [signer]);
        if (error != BundleError.None)
            throw CliException.Refused(file, error, reader.Fault);
        byte[] digest = new byte[BundleLimits.DigestBytes];
        verifier.Digest(reader, digest);
        return digest;
    }
}
