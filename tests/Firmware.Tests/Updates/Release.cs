using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>A bundle that tests update to: two components of a target for the simulator, signed here.</summary>
internal sealed class Release
{
    public const string HardwareClass = "sim";

    public static readonly RSA Key = RSA.Create(2048);
    public static readonly RSA OtherKey = RSA.Create(2048);

    /// <summary>What a node trusts.</summary>
    public static readonly RsaPublicKey[] Trusted = [PublicKey(Key)];

    /// <summary>Who fetches anything trusts everybody.</summary>
    public static readonly RsaPublicKey[] TrustingAll = [PublicKey(Key), PublicKey(OtherKey)];

    private Release(string version, string classOfTarget, byte[] bytes)
    {
        Version = version;
        ClassOfTarget = classOfTarget;
        Bytes = bytes;
        Genuine = this;
        BundleReader reader = new();
        Assert.Equal(BundleError.None, reader.Read(bytes, 0, bytes.Length));
        EnvelopeLength = reader.EnvelopeLength;
        TotalBytes = bytes.Length;
        new BundleVerifier().Digest(reader, Digest);
    }

    public string Version { get; }

    public string ClassOfTarget { get; }

    /// <summary>The release itself, or the one whose signature was spoilt.</summary>
    public Release Genuine { get; private init; }

    /// <summary>The whole bundle.</summary>
    public byte[] Bytes { get; }

    public int EnvelopeLength { get; }

    /// <summary>The length that the service names with the target.</summary>
    public int TotalBytes { get; private set; }

    public byte[] Digest { get; } = new byte[BundleLimits.DigestBytes];

    /// <summary>The content of the last component of release <paramref name="number"/>: more than one block.</summary>
    public static byte[] Content(int number) => Random(4_200, 100 + number);

    /// <summary>Release 3 is version 3.0.0, sequence 3.</summary>
    public static Release Make(
        int number, uint counter = 0, RSA? key = null, NodeKind kind = NodeKind.AirBox, string hardwareClass = HardwareClass,
        (string Name, uint Checksum)[]? natives = null, int leastFreeHeap = 0, int size = 4_200, long expiryMs = 0)
    {
        (string Name, byte[] Content)[] components =
        [
            ("EdgeFleet.Dsp.dll", Random(300, number)), ("EdgeFleet.AirBox.dll", Random(size, 100 + number)),
        ];
        natives ??= [];
        using BlockTag tagger = new();
        byte[] manifest = Written(writer =>
        {
            BundleWriter.WriteManifestStart(writer, (uint)number, $"{number}.0.0", kind, counter, expiryMs, 2);
            // What is for other boards stands first: a node's blocks do not begin where its bundle's do.
            BundleWriter.WriteTargetStart(writer, ["other"], [], [], 0, 1);
            BundleWriter.WriteComponent(writer, "EdgeFleet.AirBox.pe", Random(5_000, -number), tagger);
            BundleWriter.WriteTargetStart(
                writer, [hardwareClass], [.. natives.Select(n => n.Name)], [.. natives.Select(n => n.Checksum)],
                leastFreeHeap, components.Length);
            foreach ((string name, byte[] content) in components)
                BundleWriter.WriteComponent(writer, name, content, tagger);
        });
        RSA signer = key ?? Key;
        byte[] keyId = PublicKey(signer).KeyId;
        byte[] signed = Written(writer => BundleWriter.WriteToBeSigned(writer, manifest, 0, manifest.Length, keyId));
        byte[] signature = signer.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        byte[] envelope = Written(
            writer => BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature));
        return new Release(
            $"{number}.0.0", hardwareClass,
            [.. envelope, .. Random(5_000, -number), .. components.SelectMany(c => c.Content)]);
    }

    /// <summary>The same bundle, and so the same digest, with a signature of which one bit is wrong.</summary>
    public Release WithBadSignature()
    {
        byte[] bytes = [.. Bytes];
        bytes[EnvelopeLength - 1] ^= 1;
        return new Release(Version, ClassOfTarget, bytes) { Genuine = this };
    }

    /// <summary>The same bundle, of which the service says that it is so long.</summary>
    public Release WithTotal(int bytes)
    {
        TotalBytes = bytes;
        return this;
    }

    private static RsaPublicKey PublicKey(RSA rsa)
    {
        byte[] modulus = rsa.ExportParameters(false).Modulus!;
        return new(modulus, 0, modulus.Length);
    }

    private static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Written(Action<CborWriter> write)
    {
        byte[] buffer = new byte[2 * BundleLimits.MaxEnvelope];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
