using System.Security.Cryptography;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Bundles;

/// <summary>Bundles read back, their signatures, their digests, and whether they fit a node.</summary>
public sealed class BundleVerifierTests
{
    private readonly BundleReader _reader = new();
    private readonly BundleVerifier _verifier = new();

    public static TheoryData<string> KeyNames() => ["small", "large"];

    [Theory]
    [MemberData(nameof(KeyNames))]
    public void What_was_written_is_read(string keyName)
    {
        Sample sample = Sample.Usual;
        byte[] bundle = sample.Bundle(KeyOf(keyName));
        Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
        Assert.Equal(sample.Sequence, _reader.Sequence);
        Assert.Equal(sample.Version, _reader.Version);
        Assert.Equal(sample.Kind, _reader.Kind);
        Assert.Equal(sample.SecurityCounter, _reader.SecurityCounter);
        Assert.Equal(sample.ExpiryMs, _reader.ExpiryMs);
        Assert.Equal(bundle.Length, _reader.TotalLength);
        Assert.Equal(bundle.Length - sample.Components().Length, _reader.EnvelopeLength);
        Assert.Equal(sample.Targets.Length, _reader.TargetCount);
        int component = 0;
        for (int i = 0; i < _reader.TargetCount; i++)
        {
            SampleTarget expected = sample.Targets[i];
            BundleTarget target = _reader.Target(i);
            Assert.Equal(expected.Classes, Enumerable.Range(0, target.ClassCount).Select(k => _reader.ClassName(target, k)));
            Assert.Equal(
                expected.Natives,
                Enumerable.Range(0, target.NativeCount)
                    .Select(k => (_reader.NativeName(target, k), _reader.NativeChecksum(target, k))));
            Assert.Equal(expected.LeastFreeHeap, target.LeastFreeHeap);
            Assert.Equal(component, target.FirstComponent);
            Assert.Equal(expected.Components.Length, target.ComponentCount);
            foreach (SampleComponent part in expected.Components)
                AssertComponent(bundle, part, _reader.Component(component++));
            foreach (string name in expected.Classes)
                Assert.Equal(i, _reader.FindTarget(name));
        }
        Assert.Equal(component, _reader.ComponentCount);
        Assert.Equal(-1, _reader.FindTarget("esp32-c3"));
        Assert.Equal(-1, _reader.FindTarget(""));
        Assert.Equal(BundleError.None, _verifier.Verify(_reader, [Sample.PublicKey(KeyOf(keyName))]));
    }

    /// <summary>A bundle within a buffer of other bytes, with nothing but its envelope there, and one byte less.</summary>
    [Fact]
    public void An_envelope_alone_is_enough()
    {
        byte[] bundle = Sample.Usual.Bundle(Sample.Small);
        byte[] buffer = [.. new byte[13], .. bundle];
        Assert.Equal(BundleError.None, _reader.Read(buffer, 13, bundle.Length));
        int envelope = _reader.EnvelopeLength;
        Assert.Equal(BundleError.None, _reader.Read(buffer, 13, envelope));
        Assert.Equal(bundle.Length, _reader.TotalLength);
        Assert.Equal(BundleError.None, _verifier.Verify(_reader, [Sample.PublicKey(Sample.Small)]));
        Assert.Equal(BundleError.Incomplete, _reader.Read(buffer, 13, envelope - 1));
    }

    [Fact]
    public void Only_a_trusted_key_counts()
    {
        byte[] bundle = Sample.Usual.Bundle(Sample.Small);
        RsaPublicKey small = Sample.PublicKey(Sample.Small);
        RsaPublicKey large = Sample.PublicKey(Sample.Large);
        Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
        Assert.Equal(BundleError.None, _verifier.Verify(_reader, [large, small]));
        Assert.Equal(BundleError.UnknownKey, _verifier.Verify(_reader, [large]));
        Assert.Equal(BundleError.UnknownKey, _verifier.Verify(_reader, []));
        byte[] unsigned = Sample.Usual.Bundle(null);
        Assert.Equal(BundleError.None, _reader.Read(unsigned, 0, unsigned.Length));
        Assert.Equal(BundleError.NotSigned, _verifier.Verify(_reader, [small]));
    }

    /// <summary>The id names a key that is trusted, but another one has signed; or the right one, another manifest.</summary>
    [Fact]
    public void A_signature_of_something_else_is_bad()
    {
        RsaPublicKey small = Sample.PublicKey(Sample.Small);
        byte[] manifest = Sample.Usual.Manifest();
        byte[] other = (Sample.Usual with { Sequence = 8 }).Manifest();
        using RSA stranger = RSA.Create(2048);
        foreach ((RSA key, byte[] signed) in new[] { (stranger, manifest), (Sample.Small, other), (Sample.Large, manifest) })
        {
            byte[] signature = key.SignData(
                Sample.ToBeSigned(signed, small.KeyId), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
            byte[] envelope = Sample.Envelope(manifest, small.KeyId, signature);
            Assert.Equal(BundleError.None, _reader.Read(envelope, 0, envelope.Length));
            Assert.Equal(BundleError.BadSignature, _verifier.Verify(_reader, [small]));
        }
    }

    /// <summary>The digest is what is signed, so it stays when the bundle is signed again, and changes with the key.</summary>
    [Fact]
    public void The_digest_names_the_content()
    {
        byte[] Digest(Sample sample, RSA? key)
        {
            byte[] bundle = sample.Bundle(key);
            Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
            byte[] digest = new byte[32];
            _verifier.Digest(_reader, digest);
            return digest;
        }
        byte[] digest = Digest(Sample.Usual, Sample.Small);
        Assert.Equal(digest, Digest(Sample.Usual, Sample.Small));
        Assert.NotEqual(digest, Digest(Sample.Usual, Sample.Large));
        Assert.NotEqual(digest, Digest(Sample.Usual with { SecurityCounter = 4 }, Sample.Small));
        byte[] manifest = Sample.Usual.Manifest();
        byte[] signed = Sample.ToBeSigned(manifest, Sample.PublicKey(Sample.Small).KeyId);
        Assert.Equal(SHA256.HashData(signed), digest);
        Assert.NotEqual(Sample.Usual.Bundle(Sample.Small), Sample.Usual.Bundle(Sample.Small));
        Assert.Equal(Sample.Usual.Bundle(null), Sample.Usual.Bundle(null));
    }

    [Theory]
    [InlineData(NodeKind.Bridge, 0, 3, BundleError.None)]
    [InlineData(NodeKind.Bridge, Sample.Expiry, 3, BundleError.None)]
    [InlineData(NodeKind.Bridge, Sample.Expiry + 1, 3, BundleError.Expired)]
    [InlineData(NodeKind.Bridge, 0, 4, BundleError.Downgraded)]
    [InlineData(NodeKind.Bridge, 0, 0, BundleError.None)]
    [InlineData(NodeKind.AirBox, 0, 3, BundleError.WrongKind)]
    public void A_bundle_fits_a_node_or_says_why_not(NodeKind kind, long now, uint counter, BundleError expected)
    {
        byte[] bundle = Sample.Usual.Bundle(null);
        Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
        Assert.Equal(expected, BundleRules.Judge(_reader, kind, now, counter));
    }

    [Fact]
    public void A_bundle_without_end_never_expires()
    {
        byte[] bundle = (Sample.Usual with { ExpiryMs = 0 }).Bundle(null);
        Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
        Assert.Equal(BundleError.None, BundleRules.Judge(_reader, NodeKind.Bridge, Limits.MaxUtcMs, 3));
    }

    [Theory]
    [InlineData("mscorlib=54A2DF6A System.Math=46092CB1", 40_000, BundleError.None, "")]
    [InlineData("mscorlib=54A2DF6A System.Math=46092CB1", 39_999, BundleError.NotEnoughHeap, "")]
    [InlineData("mscorlib=54A2DF6A System.Math=46092CB0", 90_000, BundleError.OtherNative, "System.Math")]
    [InlineData("System.Math=46092CB1", 90_000, BundleError.MissingNative, "mscorlib")]
    [InlineData("mscorlib=54A2DF6A System.math=46092CB1", 90_000, BundleError.MissingNative, "System.Math")]
    public void A_target_fits_a_board_or_says_why_not(string firmware, int heap, BundleError expected, string culprit)
    {
        byte[] bundle = Sample.Usual.Bundle(null);
        Assert.Equal(BundleError.None, _reader.Read(bundle, 0, bundle.Length));
        BundleTarget target = _reader.Target(_reader.FindTarget("esp32"));
        Assert.Equal(expected, BundleRules.JudgeTarget(_reader, target, new Firmware(firmware), heap, out string who));
        Assert.Equal(culprit, who);
        BundleTarget sim = _reader.Target(_reader.FindTarget("sim"));
        Assert.Equal(BundleError.None, BundleRules.JudgeTarget(_reader, sim, new Firmware(""), 0, out _));
    }

    /// <summary>Reading and verifying take nothing from the heap that a board has little of.</summary>
    [Fact]
    public void Reading_and_verifying_allocate_nothing()
    {
        byte[] bundle = Sample.Usual.Bundle(Sample.Small);
        RsaPublicKey[] keys = [Sample.PublicKey(Sample.Small)];
        byte[] digest = new byte[32];
        int Run()
        {
            int wrong = (int)_reader.Read(bundle, 0, bundle.Length) | (int)_verifier.Verify(_reader, keys);
            _verifier.Digest(_reader, digest);
            return wrong | (int)BundleRules.Judge(_reader, NodeKind.Bridge, 0, 0) | (_reader.FindTarget("sim") - 1);
        }
        Assert.Equal(0, Run());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RSA KeyOf(string name) => name == "small" ? Sample.Small : Sample.Large;

    private void AssertComponent(byte[] bundle, SampleComponent expected, BundleComponent component)
    {
        Assert.Equal(expected.Name, _reader.ComponentName(component));
        Assert.Equal(expected.Content.Length, component.Size);
        Assert.Equal(expected.Content, bundle.AsSpan(component.Offset, component.Size));
        using BlockTag tagger = new();
        int length = 0;
        for (int i = 0; i < component.BlockCount; i++)
        {
            int at = component.Offset + i * BundleLimits.BlockBytes;
            Assert.True(Matches(tagger, bundle, at, component, i));
            bundle[at] ^= 1;
            Assert.False(Matches(tagger, bundle, at, component, i));
            bundle[at] ^= 1;
            length += component.BlockLength(i);
        }
        Assert.Equal(component.Size, length);
    }

    private bool Matches(BlockTag tagger, byte[] bundle, int at, BundleComponent component, int index) =>
        tagger.Matches(
            bundle, at, component.BlockLength(index), index, _reader.Buffer,
            component.TagsAt + index * BundleLimits.TagBytes);

    private sealed class Firmware(string assemblies) : INativeAssemblies
    {
        public bool TryGetChecksum(string name, out uint checksum)
        {
            foreach (string[] assembly in assemblies.Split(' ').Select(a => a.Split('=')))
            {
                checksum = assembly[0] == name ? Convert.ToUInt32(assembly[1], 16) : 0;
                if (assembly[0] == name)
                    return true;
            }
            checksum = 0;
            return false;
        }
    }
}
