using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>Whether uploaded bytes are a bundle that the service takes, by the code that boards run.</summary>
internal static class BundleInspection
{
    /// <summary>Structure, key, signature, blocks and expiry, in this order; the first that is wrong is named.</summary>
    public static Fault? Judge(BundleReader bundle, byte[] bytes, BundleKeys keys, DateTimeOffset now, byte[] digest)
    {
        BundleError error = bundle.Read(bytes, 0, bytes.Length);
        if (error != BundleError.None)
            return Refused(error, bundle.Fault);
        if (!bundle.IsSigned)
            return Refused(BundleError.NotSigned);
        string keyId = KeyIdOf(bundle);
        if (keys.Find(keyId) is not { } key || keys.KeyOf(keyId) is not { } modulus)
            return Refused(BundleError.UnknownKey);
        if (key.State != BundleKeyState.Trusted)
        {
            return new Fault(
                StatusCodes.Status422UnprocessableEntity, "bundle-key-" + Kebab(key.State.ToString()),
                $"The key '{key.Name}' is {Words(key.State)}.");
        }
        BundleVerifier verifier = new();
        error = verifier.Verify(bundle, [modulus]);
        if (error != BundleError.None)
            return Refused(error);
        verifier.Digest(bundle, digest);
        using BlockTag tagger = new();
        error = BundleFile.Judge(bundle, bytes.Length, tagger);
        if (error == BundleError.None && BundleRules.IsExpired(bundle, now.ToUnixTimeMilliseconds()))
            error = BundleError.Expired;
        return error == BundleError.None ? null : Refused(error);
    }

    public static string KeyIdOf(BundleReader bundle) =>
        Convert.ToHexStringLower(bundle.Buffer, bundle.KeyIdAt, bundle.KeyIdLength);

    /// <summary>The problem that a bundle is refused with.</summary>
    public static Fault Refused(BundleError error, ContractError fault = ContractError.None) => new(
        StatusCodes.Status422UnprocessableEntity, "bundle-" + Kebab(error.ToString()), error switch
        {
            BundleError.Incomplete => "The file ends inside the envelope.",
            BundleError.NotABundle => "This is no bundle.",
            BundleError.Malformed => $"The envelope or the manifest breaks a rule of the format ({fault}).",
            BundleError.TooLarge => "The envelope or the bundle is larger than the format allows.",
            BundleError.UnknownFormat => "The manifest is of a later format than this service knows.",
            BundleError.UnknownAlgorithm => "The header asks for something else than PS256 over a bundle's manifest.",
            BundleError.NotSigned => "Nobody has signed the bundle.",
            BundleError.UnknownKey => "The bundle is signed with a key that is not trusted here.",
            BundleError.BadSignature => "The signature is not the key's signature of this manifest.",
            BundleError.WrongLength => "The file has more or fewer bytes than the manifest says.",
            BundleError.BlockMismatch => "A component is not what the manifest's tags vouch for.",
            BundleError.Expired => "The time until which the bundle may be installed has passed.",
            BundleError.Downgraded => "The security counter is below that of a bundle of this kind that is here.",
            _ => "The bundle does not fit.",
        });

    private static string Words(BundleKeyState state) => state switch
    {
        BundleKeyState.NotYetValid => "not valid yet",
        BundleKeyState.NoLongerValid => "no longer valid for new bundles",
        _ => "revoked",
    };

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
