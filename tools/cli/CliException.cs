using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;

namespace EdgeFleet.Cli;

/// <summary>What a call ended with, for scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>verify</c> the bundle holds, for <c>diff</c> the contents are the same.</summary>
    public const int Done = 0;

    /// <summary>Tried, and failed: a file cannot be used or written, or the service failed.</summary>
    public const int Failed = 1;

    /// <summary>The bundles differ; the same number as of diff(1).</summary>
    public const int Different = 1;

    /// <summary>The arguments are wrong, here or in the eyes of the service.</summary>
    public const int Usage = 2;

    /// <summary>
    /// There is no such thing, or it is refused; of a bundle, the first word on standard error is the reason's name.
    /// </summary>
    public const int Refused = 3;

    /// <summary>The service cannot be reached, or is not ready.</summary>
    public const int Unreachable = 4;

    public const string Help =
        "Exit codes: 0 done; 1 failed, or bundles differ; 2 wrong arguments; 3 not found or refused, for the reason that is "
        + "named; 4 the service cannot be reached.";
}

/// <summary>Why a call cannot do what it was asked to.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>A file, a key or a description that cannot be used.</summary>
    public static CliException Unusable(string what, string why) => new(Cli.ExitCode.Failed, $"{what}: {why}");

    /// <summary>A bundle that a node or the service would refuse by this name.</summary>
    public static CliException Refused(string file, BundleError error, ContractError fault = ContractError.None) =>
        new(Cli.ExitCode.Refused, $"{error}: {file}: {Reason(error, fault)}");

    private static string Reason(BundleError error, ContractError fault) => error switch
    {
        BundleError.Incomplete => "the file ends inside the envelope.",
        BundleError.NotABundle => "this is no bundle.",
        BundleError.Malformed => $"the envelope or the manifest breaks a rule of the format ({fault}).",
        BundleError.TooLarge => $"the envelope is larger than {BundleLimits.MaxEnvelope} bytes, or the file than "
            + $"{BundleLimits.MaxBundle}.",
        BundleError.UnknownFormat => "the manifest is of a later format than this tool knows.",
        BundleError.UnknownAlgorithm => "the header asks for something else than PS256 over a bundle's manifest.",
        BundleError.NotSigned => "nobody has signed it; use `edgefleet bundle sign`.",
        BundleError.UnknownKey => "it is signed with a key that was not given.",
        BundleError.BadSignature => "the signature is not this key's signature of this manifest.",
        BundleError.WrongLength => "there are more or fewer bytes than the manifest says.",
        BundleError.BlockMismatch => "a component is not what the manifest's tags vouch for.",
        BundleError.Expired => "the time until which it may be installed has passed.",
        _ => "it does not fit.",
    };
}
