using System.Security.Cryptography;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Bundles;

/// <summary>Makes and signs bundles, as a developer's tools do.</summary>
internal sealed record Press
{
    public static readonly RSA Key = RSA.Create(2048);
    public static readonly RSA Stranger = RSA.Create(2048);

    public uint Sequence { get; init; } = 1;

    public string Version { get; init; } = "1.0.0";

    public NodeKind Kind { get; init; } = NodeKind.AirBox;

    public uint SecurityCounter { get; init; }

    public long ExpiryMs { get; init; }

    public int Size { get; init; } = 10_000;

    public RSA? Signer { get; init; } = Key;

    public static string Pem(RSA key) => key.ExportSubjectPublicKeyInfoPem();

    public static string IdOf(RSA key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>Trusts the key from now on.</summary>
    public static async Task TrustAsync(TestService service, RSA? key = null) => Assert.Null((await service.Get<BundleKeys>()
        .AddAsync(new BundleKeyRequest("release", Pem(key ?? Key)), Actor.System)).Fault);

    public byte[] Print()
    {
        byte[] content = new byte[Size];
        new Random((int)Sequence).NextBytes(content);
        using BlockTag tagger = new();
        byte[] manifest = Written(writer =>
        {
            BundleWriter.WriteManifestStart(writer, Sequence, Version, Kind, SecurityCounter, ExpiryMs, 1);
            BundleWriter.WriteTargetStart(writer, ["esp32", "sim"], ["mscorlib"], [0x54A2DF6A], 40_000, 1);
            BundleWriter.WriteComponent(writer, "EdgeFleet.App.pe", content, tagger);
        });
        byte[] keyId = Signer == null ? [] : SHA256.HashData(Signer.ExportSubjectPublicKeyInfo());
        byte[] signature = Signer == null ? [] : Signer.SignData(
            Written(writer => BundleWriter.WriteToBeSigned(writer, manifest, 0, manifest.Length, keyId)),
            HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        return
        [
            .. Written(writer => BundleWriter.WriteEnvelope(writer, manifest, 0, manifest.Length, keyId, signature)), .. content,
        ];
    }

    /// <summary>The digest that a bundle goes by.</summary>
    public static byte[] Digest(byte[] bundle)
    {
        BundleReader reader = new();
        Assert.Equal(BundleError.None, reader.Read(bundle, 0, bundle.Length));
        byte[] digest = new byte[BundleLimits.DigestBytes];
        new BundleVerifier().Digest(reader, digest);
        return digest;
    }

    private static byte[] Written(Action<CborWriter> write)
    {
        byte[] buffer = new byte[BundleLimits.MaxEnvelope];
        CborWriter writer = new(buffer);
        write(writer);
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
