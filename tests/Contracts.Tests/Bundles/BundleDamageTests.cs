using System.Security.Cryptography;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Bundles;

/// <summary>
/// Bundles cut and changed at every byte, and bytes that never were one. A reader answers with a name; what it still
/// reads, the signature refuses; and what is no part of the envelope, the tags.
/// </summary>
public sealed class BundleDamageTests
{
    private static readonly byte[] Signed = Sample.Usual.Bundle(Sample.Small);
    private static readonly RsaPublicKey[] Keys = [Sample.PublicKey(Sample.Small), Sample.PublicKey(Sample.Large)];

    private readonly BundleReader _reader = new();
    private readonly BundleVerifier _verifier = new();
    private readonly BlockTag _tagger = new();

    /// <summary>
    /// A cut bundle asks for more bytes as long as its envelope is not whole, whatever follows in the buffer; a cut
    /// behind the envelope shows in the length that the manifest tells.
    /// </summary>
    [Fact]
    public void Every_truncation_is_seen()
    {
        int envelope = Signed.Length - Sample.Usual.Components().Length;
        byte[][] tails = [[], new byte[64], [.. Enumerable.Repeat((byte)0xFF, 64)]];
        for (int length = 0; length < Signed.Length; length++)
        {
            byte[] exact = Signed[..length];
            foreach (byte[] tail in length < envelope ? tails : [[]])
                Assert.Equal(length < envelope ? BundleError.Incomplete : BundleError.None, Read([.. exact, .. tail], length));
            if (length >= envelope)
                Assert.Equal(BundleError.WrongLength, Judge(exact));
        }
        Assert.Equal(BundleError.None, Judge(Signed));
        Assert.Equal(BundleError.WrongLength, Judge([.. Signed, 0]));
    }

    /// <summary>
    /// Every byte of the envelope to each of its 255 other values: reading refuses, or what was read is not signed by
    /// anybody. The signature's own bytes all read, so of their values one is enough.
    /// </summary>
    [Fact]
    public void Every_change_of_the_envelope_is_refused_by_name()
    {
        Assert.Equal(BundleError.None, Read(Signed, Signed.Length));
        int signature = _reader.SignatureAt;
        byte[] bytes = [.. Signed];
        Dictionary<BundleError, int> refused = [];
        for (int at = 0; at < signature + 256; at++)
        {
            // A verification takes its time: two of the values that the reader takes, and every one that it refuses.
            int verified = 0;
            for (int change = 1; change < (at < signature ? 256 : 2); change++)
            {
                bytes[at] ^= (byte)change;
                BundleError error = Read(bytes, bytes.Length);
                if (error == BundleError.None && verified++ < 2)
                    error = _verifier.Verify(_reader, Keys);
                bytes[at] ^= (byte)change;
                if (error == BundleError.None)
                    Assert.InRange(verified, 3, 255);
                else
                    refused[error] = refused.GetValueOrDefault(error) + 1;
            }
        }
        BundleError[] expected =
        [
            BundleError.Incomplete, BundleError.NotABundle, BundleError.Malformed, BundleError.TooLarge, BundleError.UnknownFormat,
            BundleError.UnknownAlgorithm, BundleError.UnknownKey, BundleError.BadSignature,
        ];
        Assert.Equal(expected.Order(), refused.Keys.Order());
    }

    [Fact]
    public void Every_change_of_a_component_is_refused()
    {
        byte[] bytes = [.. Signed];
        for (int at = Signed.Length - Sample.Usual.Components().Length; at < Signed.Length; at += 97)
        {
            bytes[at] ^= (byte)(1 << at % 8);
            Assert.Equal(BundleError.BlockMismatch, Judge(bytes));
            bytes[at] ^= (byte)(1 << at % 8);
        }
    }

    /// <summary>Blocks of one component, and those of two, change places; and one is there twice.</summary>
    [Fact]
    public void Blocks_keep_their_places()
    {
        Assert.Equal(BundleError.None, Read(Signed, Signed.Length));
        int first = _reader.Component(1).Offset;
        int other = _reader.Component(2).Offset;
        foreach ((int from, int to) in new[] { (first, first + 4096), (first + 4096, first), (other, first), (first, other) })
        {
            byte[] bytes = [.. Signed];
            Signed.AsSpan(from, 4096).CopyTo(bytes.AsSpan(to));
            Assert.Equal(BundleError.BlockMismatch, Judge(bytes));
        }
    }

    /// <summary>Same content with other lengths or places has other tags: zeros that fill up are no zeros of the block.</summary>
    [Fact]
    public void A_tag_is_of_one_place_and_length()
    {
        byte[] zeros = new byte[4096];
        HashSet<string> tags = [];
        foreach (int length in new[] { 1, 2, 4095, 4096 })
        {
            foreach (int index in new[] { 0, 1, 255, 256, 65536 })
                Assert.True(tags.Add(Convert.ToHexString(_tagger.Compute(zeros, 0, length, index))));
        }
    }

    /// <summary>The tag by its definition, in other words than the code's.</summary>
    [Fact]
    public void A_tag_is_what_it_is_said_to_be()
    {
        byte[] data = Sample.Bytes(5000, 9);
        byte[] message = [0, 0, 1, 2, 0, 0, 3, 0xE8, .. data.AsSpan(11, 1000), .. new byte[3096]];
        byte[] expected = HMACSHA256.HashData("EdgeFleet block tag, version 1.."u8, message);
        // A block before it leaves nothing behind.
        _tagger.Compute(data, 0, 4096, 0);
        Assert.Equal(expected, _tagger.Compute(data, 11, 1000, 258));
    }

    /// <summary>Seeded: random bytes, and bundles with random pieces changed, moved, left out and put in.</summary>
    [Fact]
    public void No_bytes_break_the_reader()
    {
        Random random = new(20261123);
        Dictionary<BundleError, int> seen = [];
        for (int round = 0; round < 60_000; round++)
        {
            byte[] bytes = round % 4 == 0 ? Noise(random) : Mutation(random);
            int before = random.Next(3);
            byte[] buffer = [.. new byte[before], .. bytes];
            BundleError error = _reader.Read(buffer, before, bytes.Length);
            Assert.True(Enum.IsDefined(error), "round " + round);
            Assert.Equal(error == BundleError.Malformed, _reader.Fault != ContractError.None);
            seen[error] = seen.GetValueOrDefault(error) + 1;
            if (error == BundleError.None)
                AssertWithin(before, bytes.Length);
        }
        Assert.True(seen.Count >= 6 && seen[BundleError.None] > 1_000, string.Join(' ', seen));
    }

    private static byte[] Noise(Random random)
    {
        byte[] bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        byte[] head = [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x38, 0x24, 0xA0];
        return [.. head.AsSpan(0, random.Next(head.Length + 1)), .. bytes];
    }

    private static byte[] Mutation(Random random)
    {
        List<byte> bytes = [.. Signed.AsSpan(0, 1_600)];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] += (byte)random.Next(1, 3); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - 8), 8)); break;
                default: bytes.Reverse(at, length); break;
            }
        }
        return [.. bytes];
    }

    // Whatever a caller then does with the numbers stays within what was given.
    private void AssertWithin(int before, int count)
    {
        Assert.InRange(_reader.EnvelopeLength, 1, count);
        Assert.InRange(_reader.TotalLength, _reader.EnvelopeLength + 1, BundleLimits.MaxBundle);
        Assert.InRange(_reader.ManifestAt + _reader.ManifestLength, before, before + count);
        Assert.InRange(_reader.TargetCount, 1, BundleLimits.MaxTargets);
        Assert.InRange(_reader.ComponentCount, _reader.TargetCount, BundleLimits.MaxComponents);
        Assert.NotEqual("", _reader.Version);
        int offset = _reader.EnvelopeLength;
        for (int i = 0; i < _reader.ComponentCount; i++)
        {
            BundleComponent component = _reader.Component(i);
            Assert.Equal(offset, component.Offset);
            Assert.InRange(component.TagsAt + component.BlockCount * 32, before, before + count);
            Assert.NotEqual("", _reader.ComponentName(component));
            offset += component.Size;
        }
        Assert.Equal(_reader.TotalLength, offset);
    }

    private BundleError Read(byte[] bytes, int length) => _reader.Read(bytes, 0, length);

    /// <summary>All that a service does before it takes a file.</summary>
    private BundleError Judge(byte[] bytes)
    {
        BundleError error = Read(bytes, bytes.Length);
        if (error == BundleError.None)
            error = _verifier.Verify(_reader, Keys);
        if (error != BundleError.None)
            return error;
        return BundleFile.Judge(_reader, bytes.Length, _tagger);
    }
}
