using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;

namespace EdgeFleet.Service.Features.Bundles;

/// <summary>A component of a bundle.</summary>
/// <param name="Name">File name.</param>
/// <param name="Size">Bytes.</param>
public sealed record BundleComponentView(string Name, int Size);

/// <summary>What boards of some hardware classes get of a bundle.</summary>
/// <param name="Classes">Hardware classes.</param>
/// <param name="Natives">Native assemblies that the board's firmware must have, and their checksums.</param>
/// <param name="LeastFreeHeap">Bytes of managed heap that must be free before loading.</param>
/// <param name="Components">Files.</param>
public sealed record BundleTargetView(
    IReadOnlyList<string> Classes, IReadOnlyDictionary<string, string> Natives, int LeastFreeHeap,
    IReadOnlyList<BundleComponentView> Components)
{
    internal static BundleTargetView Of(BundleReader bundle, BundleTarget target) => new(
        [.. Enumerable.Range(0, target.ClassCount).Select(i => bundle.ClassName(target, i))],
        Enumerable.Range(0, target.NativeCount).ToDictionary(
            i => bundle.NativeName(target, i), i => "0x" + bundle.NativeChecksum(target, i).ToString("X8")),
        target.LeastFreeHeap,
        [.. Enumerable.Range(target.FirstComponent, target.ComponentCount).Select(bundle.Component)
            .Select(component => new BundleComponentView(bundle.ComponentName(component), component.Size))]);
}

/// <summary>A bundle that the service holds.</summary>
/// <param name="Digest">What nodes and rollouts call it by, lower-case hexadecimal.</param>
/// <param name="Kind">What kind of node it is for.</param>
/// <param name="Sequence">Grows with every bundle of a kind.</param>
/// <param name="Version">Semantic version.</param>
/// <param name="SecurityCounter">A node that has confirmed a higher one takes it no more.</param>
/// <param name="ExpiresAt">Until when it may be installed; null: without end.</param>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="KeyState">Whether that key's signature counts now.</param>
/// <param name="Size">Bytes, of all that a node could fetch.</param>
/// <param name="EnvelopeSize">Bytes before the components.</param>
/// <param name="Targets">What which boards get.</param>
/// <param name="UploadedAt">When it came.</param>
/// <param name="UploadedBy">Who sent it.</param>
/// <param name="Holders">Who uses it; while somebody does, it cannot be deleted.</param>
public sealed record Bundle(
    string Digest, NodeKind Kind, long Sequence, string Version, long SecurityCounter, DateTimeOffset? ExpiresAt, string KeyId,
    BundleKeyState KeyState, int Size, int EnvelopeSize, IReadOnlyList<BundleTargetView> Targets, DateTimeOffset UploadedAt,
    string UploadedBy, IReadOnlyList<string> Holders)
{
    /// <summary>Whether nodes may have it.</summary>
    public bool IsServed => KeyState is BundleKeyState.Trusted or BundleKeyState.NoLongerValid;
}
