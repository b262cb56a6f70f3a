using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Cli.Tests;

/// <summary><c>edgefleet key</c>.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("--bits 2048", 2048)]
    [InlineData("", 3072)]
    public void A_new_key_is_encrypted_and_its_id_is_the_public_halfs(string options, int bits)
    {
        string id = _bench.Do($"key new {options} --passphrase-file passphrase --out out:key");
        string pem = Encoding.ASCII.GetString(_bench.Read("key"));
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", pem);
        using RSA key = RSA.Create();
        Assert.ThrowsAny<CryptographicException>(() => key.ImportFromEncryptedPem(pem, Bench.Passphrase + "x"));
        key.ImportFromEncryptedPem(pem, Bench.Passphrase);
        Assert.Equal(bits, key.KeySize);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())), id);
        Assert.Equal($"{id} {bits}", _bench.Do("key show key.pub"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bench["key"]));
        Assert.Empty(Directory.GetFiles(_bench.Folder, "*.part*"));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("key.pub")]
    public void A_key_that_is_there_is_not_written_over(string name)
    {
        _bench.Write(name, "precious");
        Ran ran = _bench.Run("key new --bits 2048 --passphrase-file passphrase --out out:key");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("not written over", ran.Error);
        Assert.Equal("precious", File.ReadAllText(_bench[name]));
        Assert.Single(Directory.GetFiles(_bench.Folder, "key*"));
    }

    [Fact]
    public void Passphrases_are_held_to_a_length_and_never_an_argument()
    {
        _bench.Write("short", "elevenchars\n");
        Ran ran = _bench.Run("key new --bits 2048 --passphrase-file short --out out:key");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("12 characters", ran.Error);
        Assert.False(File.Exists(_bench["key"]));
        Assert.Equal(ExitCode.Usage, _bench.Run("key new --passphrase secret --out out:key").Code);
        Assert.Equal(ExitCode.Usage, _bench.Run("key new --bits 1024 --passphrase-file passphrase --out out:key").Code);
    }

    /// <summary>Keys that boards cannot hold, and halves in the wrong place.</summary>
    [Fact]
    public void Keys_of_other_kinds_are_refused()
    {
        using RSA wide = RSA.Create(4096);
        _bench.Write("wide", wide.ExportSubjectPublicKeyInfoPem());
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _bench.Write("curve", curve.ExportSubjectPublicKeyInfoPem());
        _bench.Write("plain", wide.ExportPkcs8PrivateKeyPem());
        _bench.Write("curve-private", curve.ExportEncryptedPkcs8PrivateKeyPem(
            Bench.Passphrase, new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        _bench.Do("bundle create app.json --out out:app.efb");
        foreach ((string words, string why) in new[]
        {
            ("key show wide", "4096 bits"), ("key show curve", "no RSA public key"), ("key show plain", "private key"),
            ("key show app.json", "no RSA public key"), ("key show missing", "no such file"),
            ("bundle sign app.efb --key plain --passphrase-file passphrase --out out:x", "not encrypted"),
            ("bundle sign app.efb --key wide --passphrase-file passphrase --out out:x", "no encrypted PKCS#8"),
            ("bundle sign app.efb --key curve-private --passphrase-file passphrase --out out:x", "does not open it"),
        })
        {
            Ran ran = _bench.Run(words);
            Assert.Equal(ExitCode.Failed, ran.Code);
            Assert.Contains(why, ran.Error);
            Assert.Single(ran.Error.Trim().Split('\n'));
        }
        Assert.False(File.Exists(_bench["x"]));
    }
}
