using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Crypto;

/// <summary>The managed SHA-256, against NIST's examples and .NET's.</summary>
public sealed class Sha256Tests
{
    [Fact]
    public void Examples_of_nist()
    {
        foreach ((string message, string digest) in HashExample.Messages().Zip(HashExample.Digests()))
        {
            byte[] bytes = Encoding.ASCII.GetBytes(message);
            Assert.Equal(digest, Hex(new Sha256(), bytes, bytes.Length));
        }
    }

    /// <summary>NIST's long example: a million times the letter a.</summary>
    [Fact]
    public void A_million_letters()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'a', 1_000_000)];
        Assert.Equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Hex(new(), bytes, 997));
    }

    /// <summary>All lengths around the padding's edges, appended in random pieces by one object.</summary>
    [Fact]
    public void Any_length_in_any_pieces()
    {
        Sha256 sha = new();
        Random random = new(5);
        for (int length = 0; length < 400; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Hex(sha, bytes, random.Next(1, 130)));
        }
    }

    [Fact]
    public void A_reset_forgets()
    {
        Sha256 sha = new();
        sha.Append([1, 2, 3], 0, 3);
        sha.Reset();
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hex(sha, [], 1));
    }

    private static string Hex(Sha256 sha, byte[] bytes, int piece)
    {
        for (int at = 0; at < bytes.Length; at += piece)
            sha.Append(bytes, at, Math.Min(piece, bytes.Length - at));
        byte[] target = new byte[Sha256.DigestBytes + 2];
        sha.Finish(target, 1);
        Assert.Equal(0, target[0] | target[^1]);
        return Convert.ToHexStringLower(target, 1, Sha256.DigestBytes);
    }
}
