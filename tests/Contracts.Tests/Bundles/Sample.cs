using System.Security.Cryptography;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Bundles;

/// <summary>A component of a sample.</summary>
internal sealed record SampleComponent(string Name, byte[] Content);

/// <summary>A target of a sample.</summary>
internal sealed record SampleTarget(
    string[] Classes, (string Name, uint Checksum)[] Natives, int LeastFreeHeap, SampleComponent[] Components);

/// <summary>A bundle to be made, and the keys that sign it here.</summary>
internal sealed record Sample(
    uint Sequence, string Version, NodeKind Kind, uint SecurityCounter, long ExpiryMs, SampleTarget[] Targets)
{
    public const long Expiry = 1_893_456_000_000;

    public static readonly RSA Small = RSA.Create(2048);
    public static readonly RSA Large = RSA.Create(3072);

    /// <summary>An application for two classes of board and the simulator: 1, 3 and 2 blocks.</summary>
    public static Sample Usual { get; } = new(
        7, "1.4.0-rc.1", NodeKind.Bridge, 3, Expiry,
        [
            new(["esp32", "esp32-s3"], [("mscorlib", 0x54A2DF6Au), ("System.Math", 0x46092CB1u)], 40_000,
            [
                new("EdgeFleet.Dsp.pe", Bytes(300, 1)),
                new("EdgeFleet.Bridge.pe", Bytes(9_000, 2)),
            ]),
            new(["sim"], [], 0, [new("EdgeFleet.Bridge.dll", Bytes(4_097, 3))]),
        ]);

    /// <summary>Bytes that look like nothing, the same ones in every run.</summary>
    public static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static RsaPublicKey PublicKey(RSA rsa)
    {
        byte[] modulus = rsa.ExportParameters(false).Modulus!;
        return new(modulus, 0, modulus.Length);
    }

    public byte[] Manifest() => Written(Write);

    public byte[] Components() => [.. Targets.SelectMany(t => t.Components).SelectMany(c => c.Content)];

    /// <summary>Envelope and components, signed with the key, or by nobody.</summary>
    public byte[] Bundle(RSA? key) => [.. Envelope(Manifest(), key), .. Components()];

    /// <summary>An envelope over any bytes as manifest.</summary>
    public static byte[] Envelope(byte[] manifest, RSA? key)
    {
        if (key == null)
            return Envelope(manifest, [], []);
        byte[] keyId = PublicKey(key).KeyId;
        return Envelope(
            manifest, keyId,
            key.SignData(ToBeSigned(manifest, keyId), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    /// <summary>What a sample's writer made, to the byte.</summary>
    public static byte[] Written(Action<CborWriter> write)
    {
        byte[] buffer = new byte[3 * BundleLimits.MaxEnvelope];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }

    /// <summary>What a signature of this manifest under this key signs.</summary>
    public static byte[] ToBeSigned(byte[] manifest, byte[] keyId) =>
        Written(writer => BundleWriter.WriteToBeSigned(writer, manifest, 0, manifest.Length, keyId));

    /// <summary>An envelope of any manifest, id and signature.</summary>
    public static byte[] Envelope(byte[] manifest, byte[] keyId, byte[] signature) =>
        Written(writer => BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature));

    private void Write(CborWriter writer)
    {
        using BlockTag tagger = new();
        BundleWriter.WriteManifestStart(writer, Sequence, Version, Kind, SecurityCounter, ExpiryMs, Targets.Length);
        foreach (SampleTarget target in Targets)
        {
            BundleWriter.WriteTargetStart(
                writer, target.Classes, [.. target.Natives.Select(n => n.Name)],
                [.. target.Natives.Select(n => n.Checksum)], target.LeastFreeHeap, target.Components.Length);
            foreach (SampleComponent component in target.Components)
                BundleWriter.WriteComponent(writer, component.Name, component.Content, tagger);
        }
    }
}
