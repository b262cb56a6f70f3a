using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Bundles;

/// <summary>Makes bundles: the same description and files give the same bytes, on every machine.</summary>
internal static class Builder
{
    /// <summary>A bundle that nobody has signed.</summary>
    /// <param name="description">What is in it.</param>
    /// <param name="folder">Where the paths of its components start.</param>
    public static byte[] Build(Description description, string folder)
    {
        List<byte[]> contents = [];
        using BlockTag tagger = new();
        byte[] manifest = Written(writer =>
        {
            BundleWriter.WriteManifestStart(
                writer, description.Sequence, description.Version, description.NodeKind, description.SecurityCounter,
                description.ExpiryMs, description.Targets.Length);
            foreach (TargetDescription target in description.Targets)
            {
                (string Name, uint Checksum)[] natives = target.SortedNatives();
                BundleWriter.WriteTargetStart(
                    writer, target.Classes, [.. natives.Select(native => native.Name)],
                    [.. natives.Select(native => native.Checksum)], target.LeastFreeHeap, target.Components.Length);
                int size = 0;
                foreach (string path in target.Components)
                {
                    byte[] content = ReadComponent(Path.Combine(folder, path));
                    size += content.Length;
                    contents.Add(content);
                    BundleWriter.WriteComponent(writer, Path.GetFileName(path), content, tagger);
                }
                if (size > BundleLimits.MaxBoardComponents && target.Classes.FirstOrDefault(name => name != "sim") is { } board)
                {
                    throw CliException.Unusable(
                        $"components for {board}", $"{size} bytes, of at most {BundleLimits.MaxBoardComponents} that a board's "
                        + "heap has room for.");
                }
            }
        });
        byte[] bundle = [.. Envelope(manifest, [], []), .. contents.SelectMany(content => content)];
        // What the reader refuses must not leave this tool; a manifest with too many tags is the case that comes up.
        BundleError error = new BundleReader().Read(bundle, 0, bundle.Length);
        if (error != BundleError.None)
        {
            throw new CliException(
                ExitCode.Failed, $"{error}: the manifest takes {manifest.Length} bytes, of at most {BundleLimits.MaxManifest}; "
                + "give the classes bundles of their own.");
        }
        return bundle;
    }

    /// <summary>What a signature of the bundle under this key signs.</summary>
    public static byte[] ToBeSigned(BundleReader bundle, RsaPublicKey key) => Written(writer =>
        BundleWriter.WriteToBeSigned(writer, bundle.Buffer, bundle.ManifestAt, bundle.ManifestLength, key.KeyId));

    /// <summary>The same content with this signature, whatever it was signed with before.</summary>
    public static byte[] WithSignature(BundleReader bundle, RsaPublicKey key, byte[] signature)
    {
        byte[] manifest = bundle.Buffer.AsSpan(bundle.ManifestAt, bundle.ManifestLength).ToArray();
        ReadOnlySpan<byte> components = bundle.Buffer.AsSpan(bundle.EnvelopeLength..bundle.TotalLength);
        return [.. Envelope(manifest, key.KeyId, signature), .. components];
    }

    private static byte[] Envelope(byte[] manifest, byte[] keyId, byte[] signature) => Written(writer =>
        BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature));

    private static byte[] ReadComponent(string path)
    {
        byte[] content = Files.Read(path, BundleLimits.MaxComponent);
        return content.Length != 0 ? content : throw CliException.Unusable(path, "the file is empty.");
    }

    private static byte[] Written(Action<CborWriter> write)
    {
        // The tags of all components that may be given come to eight times the most that a manifest takes.
        byte[] buffer = new byte[(BundleLimits.MaxComponents + 2) * BundleLimits.MaxEnvelope];
        CborWriter writer = new(buffer);
        write(writer);
        if (writer.Error != ContractError.None)
            throw new CliException(ExitCode.Failed, $"{writer.Error}: the manifest cannot be written.");
        return buffer[..writer.Length];
    }
}
