using System.Security.Cryptography;
using System.Text.Json;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Contracts.Tests.Crypto;

/// <summary>
/// The RSASSA-PSS vectors of project Wycheproof (C2SP/wycheproof, <c>testvectors_v1</c>), read from a clone beside this
/// one: the folder in <c>EDGEFLEET_WYCHEPROOF</c>, or <c>../wycheproof</c>. They are not ours to carry.
/// </summary>
public sealed class WycheproofTests
{
    /// <summary>
    /// Keys of 2048 and 3072 bits with SHA-256: valid is what the file calls valid, where the salt has 32 bytes; what
    /// has another salt or another hash for its mask is no PS256, so nothing in such a file may hold.
    /// </summary>
    [Theory]
    [InlineData("rsa_pss_2048_sha256_mgf1_32_test.json", true)]
    [InlineData("rsa_pss_3072_sha256_mgf1_32_test.json", true)]
    [InlineData("rsa_pss_2048_sha256_mgf1_32_params_test.json", true)]
    [InlineData("rsa_pss_3072_sha256_mgf1_32_params_test.json", true)]
    [InlineData("rsa_pss_2048_sha256_mgf1_0_test.json", false)]
    [InlineData("rsa_pss_2048_sha256_mgf1sha1_20_test.json", false)]
    [InlineData("rsa_pss_4096_sha256_mgf1_32_test.json", false)]
    public void Vectors(string file, bool ours)
    {
        string path = Path.Combine(Folder(), "testvectors_v1", file);
        if (!File.Exists(path))
            Assert.Skip(path + " is not there");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        PssVerifier verifier = new();
        int valid = 0;
        int invalid = 0;
        foreach (JsonElement group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            JsonElement parts = group.GetProperty("publicKey");
            byte[] modulus = Bytes(parts, "modulus").SkipWhile(b => b == 0).ToArray();
            Assert.Equal("010001", parts.GetProperty("publicExponent").GetString());
            RsaPublicKey key = new(modulus, 0, modulus.Length);
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                byte[] signature = Bytes(test, "sig");
                byte[] hash = SHA256.HashData(Bytes(test, "msg"));
                // Among the bad ones of other salts are some of 32 bytes, which are good ones here.
                bool expected = ours
                    ? test.GetProperty("result").GetString() == "valid"
                    : file.Contains("_0_") && test.GetProperty("comment").GetString() == "s_len changed to 32";
                bool holds = verifier.Verify(key, hash, signature, 0, signature.Length);
                Assert.True(expected == holds, file + " " + test.GetProperty("tcId"));
                if (holds)
                    valid++;
                else
                    invalid++;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {valid} valid, {invalid} refused");
        Assert.Equal(document.RootElement.GetProperty("numberOfTests").GetInt32(), valid + invalid);
        Assert.Equal(ours, valid > 1);
    }

    private static byte[] Bytes(JsonElement holder, string name) =>
        Convert.FromHexString(holder.GetProperty(name).GetString()!);

    private static string Folder()
    {
        string? given = Environment.GetEnvironmentVariable("EDGEFLEET_WYCHEPROOF");
        if (!string.IsNullOrEmpty(given))
            return given;
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, "EdgeFleet.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.Parent?.FullName ?? "..", "wycheproof");
    }
}
