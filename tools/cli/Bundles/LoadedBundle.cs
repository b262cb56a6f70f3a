using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Bundles;

/// <summary>A bundle's file, read and found whole; whether its signature holds is another question.</summary>
internal sealed class LoadedBundle
{
    private LoadedBundle(string path, BundleReader reader, byte[] digest) => (Path, Reader, Digest) = (path, reader, digest);

    public string Path { get; }

    public BundleReader Reader { get; }

    /// <summary>What the bundle is called by; empty where nobody has signed it, for the key is a part of it.</summary>
    public byte[] Digest { get; }

    /// <summary>Reads a file whose envelope, length and blocks are right.</summary>
    public static LoadedBundle Open(string path)
    {
        byte[] bytes = Files.Read(path, BundleLimits.MaxBundle);
        BundleReader reader = new();
        BundleError error = reader.Read(bytes, 0, bytes.Length);
        if (error != BundleError.None)
            throw CliException.Refused(path, error, reader.Fault);
        using BlockTag tagger = new();
        error = BundleFile.Judge(reader, bytes.Length, tagger);
        if (error != BundleError.None)
            throw CliException.Refused(path, error);
        byte[] digest = [];
        if (reader.IsSigned)
        {
            digest = new byte[BundleLimits.DigestBytes];
            new BundleVerifier().Digest(reader, digest);
        }
        return new LoadedBundle(path, reader, digest);
    }

    /// <summary>Holds the signature to the keys.</summary>
    public void Verify(RsaPublicKey[] keys)
    {
        BundleError error = new BundleVerifier().Verify(Reader, keys);
        if (error != BundleError.None)
            throw CliException.Refused(Path, error);
    }

    public BundleView View()
    {
        BundleReader reader = Reader;
        return new BundleView(
            reader.Sequence, reader.Version, reader.Kind == NodeKind.AirBox ? "airbox" : "bridge", reader.SecurityCounter,
            reader.ExpiryMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.ExpiryMs),
            reader.IsSigned ? Convert.ToHexStringLower(reader.Buffer, reader.KeyIdAt, reader.KeyIdLength) : null,
            reader.IsSigned ? Convert.ToHexStringLower(Digest) : null, reader.EnvelopeLength, reader.TotalLength,
            [.. Enumerable.Range(0, reader.TargetCount).Select(i => View(reader.Target(i)))]);
    }

    private TargetView View(BundleTarget target) => new(
        [.. Enumerable.Range(0, target.ClassCount).Select(i => Reader.ClassName(target, i))],
        Enumerable.Range(0, target.NativeCount).ToDictionary(
            i => Reader.NativeName(target, i), i => "0x" + Reader.NativeChecksum(target, i).ToString("X8")),
        target.LeastFreeHeap,
        [.. Enumerable.Range(target.FirstComponent, target.ComponentCount).Select(i => View(Reader.Component(i)))]);

    private ComponentView View(BundleComponent component) => new(
        Reader.ComponentName(component), component.Size, component.BlockCount,
        Convert.ToHexStringLower(SHA256.HashData(Reader.Buffer.AsSpan(component.Offset, component.Size))));
}

/// <summary>What <c>inspect --json</c> prints.</summary>
internal sealed record BundleView(
    uint Sequence, string Version, string Kind, uint SecurityCounter, DateTimeOffset? Expires, string? KeyId, string? Digest,
    int EnvelopeBytes, int TotalBytes, TargetView[] Targets);

/// <summary>A target of <see cref="BundleView"/>; natives are checksums by name.</summary>
internal sealed record TargetView(
    string[] Classes, IReadOnlyDictionary<string, string> Natives, int LeastFreeHeap, ComponentView[] Components);

/// <summary>A component of <see cref="BundleView"/>.</summary>
internal sealed record ComponentView(string Name, int Size, int Blocks, string Sha256);
