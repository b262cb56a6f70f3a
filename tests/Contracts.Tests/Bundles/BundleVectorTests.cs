using System.Security.Cryptography;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Tests.Vectors;

namespace EdgeFleet.Contracts.Tests.Bundles;

/// <summary>
/// The golden bytes of <c>shared/vectors/bundles</c>: whoever writes another reader or writer of bundles holds it to
/// these. The keys are in <c>keys.txt</c> beside them; their private halves were thrown away.
/// </summary>
public sealed class BundleVectorTests
{
    private readonly BundleReader _reader = new();
    private readonly BundleVerifier _verifier = new();

    public static TheoryData<string> Names() => [.. VectorFile.Bundles.Select(vector => vector.Name)];

    [Fact]
    public void The_vectors_are_there()
    {
        Assert.Equal(["unsigned", "signed-2048", "signed-3072"], VectorFile.Bundles.Select(v => v.Name));
        Assert.All(VectorFile.Bundles, vector => Assert.Equal("bundle", vector.Kind));
    }

    /// <summary>Both halves of a vector say the same, to a reader that is not ours.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_are_what_the_notation_says(string name)
    {
        Vector vector = VectorFile.Get("bundle", name);
        Assert.Equal(vector.Diag, TheirDiagnostic.Of(vector.Bytes));
    }

    /// <summary>What the signature covers is what our writer makes of the same content.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Writers_make_these_very_bytes(string name)
    {
        Sample sample = SampleOf(name);
        byte[] vector = VectorFile.Get("bundle", name).Bytes;
        Assert.Equal(BundleError.None, _reader.Read(vector, 0, vector.Length));
        Assert.Equal(vector.Length, _reader.EnvelopeLength);
        byte[] keyId = vector[_reader.KeyIdAt..(_reader.KeyIdAt + _reader.KeyIdLength)];
        byte[] signature = vector[_reader.SignatureAt..(_reader.SignatureAt + _reader.SignatureLength)];
        Assert.Equal(
            Convert.ToHexStringLower(vector),
            Convert.ToHexStringLower(Sample.Envelope(sample.Manifest(), keyId, signature)));
        byte[] whole = [.. vector, .. sample.Components()];
        using BlockTag tagger = new();
        Assert.Equal(BundleError.None, _reader.Read(whole, 0, whole.Length));
        Assert.Equal(BundleError.None, BundleFile.Judge(_reader, whole.Length, tagger));
    }

    /// <summary>The digests were worked out with Python's hashlib from the bytes of the vectors.</summary>
    [Theory]
    [InlineData("signed-2048", "d61b4441d5088784fffe0ea19644dadda9f8a94960d14604f6a4dfc98d9ad6df")]
    [InlineData("signed-3072", "75ff1da18bdb4d3e003934d66db0424fc00233372edcda738f578f43a31ef20c")]
    public void Signatures_hold(string name, string expected)
    {
        byte[] vector = VectorFile.Get("bundle", name).Bytes;
        RsaPublicKey[] keys = [.. Keys()];
        Assert.Equal(2, keys.Length);
        Assert.Equal(BundleError.None, _reader.Read(vector, 0, vector.Length));
        Assert.Equal(BundleError.None, _verifier.Verify(_reader, keys));
        byte[] digest = new byte[32];
        _verifier.Digest(_reader, digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    /// <summary>The samples whose envelopes the vectors are; components are counting bytes.</summary>
    internal static Sample SampleOf(string name) => name switch
    {
        "unsigned" => new(1, "0.1.0", NodeKind.AirBox, 0, 0, [new(["sim"], [], 0, [new("EdgeFleet.AirBox.dll", Counting(40))])]),
        "signed-2048" => new(
            41, "1.4.0", NodeKind.Bridge, 2, Sample.Expiry,
            [new(["esp32", "esp32-s3"], [("mscorlib", 0x54A2DF6A)], 48_000, [new("EdgeFleet.Bridge.pe", Counting(4_100))])]),
        _ => new(
            4_294_967_295, "2.0.0-rc.1+5", NodeKind.AirBox, 4_294_967_295, Limits.MaxUtcMs,
            [
                new(
                    ["esp32"], [("mscorlib", 0x54A2DF6A), ("nanoFramework.System.Text", 0xFFFFFFFF)], 40_000,
                    [new("EdgeFleet.Dsp.pe", Counting(1)), new("EdgeFleet.AirBox.pe", Counting(4_096))]),
                new(["sim"], [], 0, [new("EdgeFleet.AirBox.dll", Counting(8_193))]),
            ]),
    };

    private static byte[] Counting(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private static IEnumerable<RsaPublicKey> Keys()
    {
        foreach (string pem in VectorFile.Shared("vectors/bundles/keys.txt").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            using RSA rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            yield return Sample.PublicKey(rsa);
        }
    }
}
