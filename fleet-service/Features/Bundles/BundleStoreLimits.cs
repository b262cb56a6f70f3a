using EdgeFleet.Contracts.Bundles;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>Bounds of the Bundles slice, with their arithmetic.</summary>
public static class BundleStoreLimits
{
    /// <summary>An upload: a bundle, and 4 KiB for the form around it.</summary>
    public const int MaxUpload = BundleLimits.MaxBundle + 4096;

    /// <summary>Bundles that are kept: at 995,328 bytes at most, 1 GB of disk.</summary>
    public const int MaxBundles = 1_000;

    /// <summary>Keys that were ever trusted; revoked ones stay, so that nobody trusts them again.</summary>
    public const int MaxKeys = 100;

    /// <summary>A public key of 3072 bits takes about 650 bytes of PEM.</summary>
    public const int MaxPem = 4_096;

    /// <summary>Bundles whose bytes are held in memory: 16 MB at most. A rollout serves one or two.</summary>
    public const int MaxCached = 16;

    /// <summary>
    /// Block requests that wait to be answered. A node asks for one block at a time, so this many nodes are served at
    /// once; the rest ask again. At about 60 bytes a request, 256 KiB.
    /// </summary>
    public const int MaxWaiting = 4_096;

    /// <summary>Name of whatever holds on to a bundle, in characters.</summary>
    public const int MaxHolder = 64;
}
