using System.CommandLine;
using System.Globalization;
using EdgeFleet.Cli.Keys;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Bundles;

/// <summary><c>edgefleet bundle verify</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> bundle = CommandLine.File("bundle", "The bundle.");
        Option<string[]> keys = new("--public-key")
        {
            Description = "A key that is trusted (PEM); may be repeated.", Required = true, HelpName = "FILE",
        };
        Option<DateTimeOffset?> at = new("--at")
        {
            Description = "The time to hold the expiry to, such as 2026-12-31T00:00:00Z. Default: now.",
            HelpName = "TIME",
            CustomParser = argument =>
            {
                if (DateTimeOffset.TryParse(
                    argument.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                {
                    return time;
                }
                argument.AddError("--at takes a time, such as 2026-12-31T00:00:00Z.");
                return null;
            },
        };
        Command command = new(
            "verify", "Checks structure, signature, length, every block and the expiry, with the code that boards run.")
        {
            bundle, keys, at,
        };
        command.Runs((result, writer) =>
        {
            RsaPublicKey[] trusted = [.. result.GetValue(keys)!.Select(KeyFiles.OpenPublic)];
            LoadedBundle loaded = LoadedBundle.Open(result.GetValue(bundle)!);
            loaded.Verify(trusted);
            DateTimeOffset time = result.GetValue(at) ?? TimeProvider.System.GetUtcNow();
            if (BundleRules.IsExpired(loaded.Reader, time.ToUnixTimeMilliseconds()))
                throw CliException.Refused(loaded.Path, BundleError.Expired);
            writer.WriteLine(Convert.ToHexStringLower(loaded.Digest));
        });
        return command;
    }
}
