using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Contracts.Tests;

/// <summary>Password tokens, against HMAC-SHA256 by its definition and tokens that another language made.</summary>
public sealed class AccessTokenTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, Limits.KeyBytes).Select(i => (byte)i)];

    /// <summary>Made with Python's hmac and base64.urlsafe_b64encode from the key 00 01 … 1f.</summary>
    [Theory]
    [InlineData("airbox-7k3m9q2x", 1763900000, "p0pOvIn7lP0KaN5MxT5zOeRdCmyl8sy9YPhfqgsBHjo")]
    [InlineData("claim/park-2026", 0, "uHqAl8pBGrn335iLe6q2ZIzTtRMvDvwGaYdR6a1Dla8")]
    [InlineData("node-0", 1763900000, "8uD9v-s-WTSAlNWmHuRi22cn6wh-xvSZ6kw7f70_hMU")]
    public void Tokens_of_another_language(string user, long expiry, string signature)
    {
        Assert.Equal($"{expiry}.{signature}", AccessToken.Create(user, expiry, Key));
        Assert.True(AccessToken.TryParse($"{expiry}.{signature}", out long parsed, out string mac));
        Assert.Equal(expiry, parsed);
        Assert.Equal(signature, mac);
        Assert.True(AccessToken.Matches(user, parsed, mac, Key));
    }

    /// <summary>Test cases 1, 2 and 6 of RFC 4231, so that the definition below is the RFC's.</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [InlineData("4a656665", "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData("aa*131", "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")]
    public void The_definition_is_that_of_rfc_4231(string key, string data, string mac)
    {
        byte[] bytes = key == "aa*131" ? [.. Enumerable.Repeat((byte)0xAA, 131)] : Convert.FromHexString(key);
        Assert.Equal(mac, Convert.ToHexStringLower(HmacSha256(bytes, Encoding.ASCII.GetBytes(data))));
    }

    [Fact]
    public void The_signature_is_the_hmac_of_user_and_expiry()
    {
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] key = new byte[Limits.KeyBytes];
            random.NextBytes(key);
            string user = $"node-{random.Next()}";
            long expiry = random.NextInt64(10_000_000_000);
            byte[] mac = HmacSha256(key, Encoding.ASCII.GetBytes($"{user}\n{expiry}"));
            Assert.Equal(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{user}\n{expiry}")), mac);

            string token = AccessToken.Create(user, expiry, key);
            string signature = token[(token.IndexOf('.') + 1)..];
            Assert.Equal(mac, Convert.FromBase64String(signature.Replace('-', '+').Replace('_', '/') + "="));
        }
    }

    [Fact]
    public void Any_change_is_refused()
    {
        const long Expiry = 1_763_900_000;
        string token = AccessToken.Create("node-0", Expiry, Key);
        Assert.True(AccessToken.TryParse(token, out _, out string signature));
        Assert.True(AccessToken.Matches("node-0", Expiry, signature, Key));
        Assert.False(AccessToken.Matches("node-1", Expiry, signature, Key));
        Assert.False(AccessToken.Matches("claim/node-0", Expiry, signature, Key));
        Assert.False(AccessToken.Matches("", Expiry, signature, Key));
        Assert.False(AccessToken.Matches("node-0", Expiry + 1, signature, Key));
        Assert.False(AccessToken.Matches("node-0", AccessToken.NoClock, signature, Key));
        Assert.False(AccessToken.Matches("node-0", Expiry, "", Key));
        Assert.False(AccessToken.Matches("node-0", Expiry, signature[1..], Key));
        Assert.False(AccessToken.Matches("node-0", Expiry, signature + "=", Key));
        for (int i = 0; i < Key.Length; i++)
        {
            byte[] other = [.. Key];
            other[i] ^= 1;
            Assert.False(AccessToken.Matches("node-0", Expiry, signature, other));
        }
        for (int i = 0; i < signature.Length; i++)
        {
            char[] other = signature.ToCharArray();
            // This one ends in 'U', and 'V' there means the same bytes to a lenient decoder; it is another token yet.
            other[i] = other[i] == 'V' ? 'W' : 'V';
            Assert.False(AccessToken.Matches("node-0", Expiry, new string(other), Key));
        }
    }

    /// <summary>The name and the expiry are told apart: no other pair makes the same signed text.</summary>
    [Fact]
    public void Name_and_expiry_do_not_run_into_each_other()
    {
        string first = AccessToken.Create("node-1", 763900000, Key);
        string second = AccessToken.Create("node-", 1763900000, Key);
        Assert.NotEqual(first[^43..], second[^43..]);
    }

    public static TheoryData<string> Faults
    {
        get
        {
            string signature = new('A', 43);
            return
            [
                "", ".", "0", "." + signature, "0" + signature, "0." + signature[1..], "0." + signature + "A",
                "00." + signature, "01." + signature, "-1." + signature, "+1." + signature, " 1." + signature,
                "1 ." + signature, "1e9." + signature, "0x1." + signature, "\u0661." + signature,
                "10000000000." + signature, "1763900000" + signature + ".", "1763900000," + signature,
                new string('1', Limits.MaxToken + 1), new string('1', 21) + "." + signature,
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_no_token_is_refused(string token)
    {
        Assert.False(AccessToken.TryParse(token, out _, out string signature));
        Assert.Equal("", signature);
        Assert.False(AccessToken.TryParse(null, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(1_763_900_000)]
    [InlineData(9_999_999_999)]
    public void Expiries_within_ten_digits_come_back(long expiry)
    {
        string token = AccessToken.Create("node-0", expiry, Key);
        Assert.InRange(token.Length, 1, Limits.MaxToken);
        Assert.True(AccessToken.TryParse(token, out long parsed, out string signature));
        Assert.Equal(expiry, parsed);
        Assert.True(AccessToken.Matches("node-0", parsed, signature, Key));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10_000_000_000)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Expiries_beyond_them_are_refused(long expiry)
    {
        Assert.False(AccessToken.TryParse(AccessToken.Create("node-0", expiry, Key), out _, out _));
    }

    /// <summary>The token of a node without a clock is no token of any time, and the other way around.</summary>
    [Fact]
    public void No_clock_is_expiry_zero()
    {
        Assert.StartsWith("0.", AccessToken.Create("node-0", AccessToken.NoClock, Key));
        Assert.NotEqual(
            AccessToken.Create("node-0", AccessToken.NoClock, Key)[^43..], AccessToken.Create("node-0", 1, Key)[^43..]);
    }

    /// <summary>RFC 2104: H(K xor opad, H(K xor ipad, text)), with blocks of 64 bytes.</summary>
    private static byte[] HmacSha256(byte[] key, byte[] data)
    {
        byte[] block = new byte[64];
        (key.Length > 64 ? SHA256.HashData(key) : key).CopyTo(block, 0);
        byte[] inner = SHA256.HashData([.. block.Select(b => (byte)(b ^ 0x36)), .. data]);
        return SHA256.HashData([.. block.Select(b => (byte)(b ^ 0x5C)), .. inner]);
    }
}
