using System.Diagnostics;
using System.Security.Cryptography;

namespace EdgeFleet.Cli.Tests;

/// <summary><c>edgefleet bundle sign</c> and <c>verify</c>.</summary>
public sealed class SignTests : IDisposable
{
    private readonly Bench _bench = new Bench().WithSigned();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_signed_verifies_and_keeps_its_digest()
    {
        string digest = _bench.Do("bundle verify app.efb --public-key key.pub --at 2026-01-01");
        Assert.Equal(digest, _bench.Do("bundle sign app.efb --key key --passphrase-file passphrase --out out:again.efb"));
        Assert.NotEqual(_bench.Read("app.efb"), _bench.Read("again.efb"));
        Assert.Equal(0, _bench.Run("bundle diff app.efb again.efb").Code);
        Assert.Equal(ExitCode.Different, _bench.Run("bundle diff app.efb unsigned.efb").Code);
        // In place, over itself.
        Assert.Equal(digest, _bench.Do("bundle sign app.efb --key key --passphrase-file passphrase --out app.efb"));
        Assert.Equal(digest, _bench.Inspect("app.efb").GetProperty("digest").GetString());
    }

    [Fact]
    public void What_is_wrong_is_named_and_has_its_exit_code()
    {
        _bench.Do("key new --bits 2048 --passphrase-file passphrase --out out:other");
        byte[] bytes = _bench.Read("app.efb");
        _bench.Write("short.efb", bytes[..^1]);
        _bench.Write("head.efb", bytes[..100]);
        _bench.Write("empty.efb", []);
        bytes[^1] ^= 1;
        _bench.Write("flipped.efb", bytes);
        bytes[^1] ^= 1;
        int signature = _bench.Inspect("app.efb").GetProperty("envelopeBytes").GetInt32() - 1;
        bytes[signature] ^= 1;
        _bench.Write("unsound.efb", bytes);
        foreach ((string words, string name) in new[]
        {
            ("app.efb --public-key other.pub", "UnknownKey"), ("unsigned.efb --public-key key.pub", "NotSigned"),
            ("short.efb --public-key key.pub", "WrongLength"), ("head.efb --public-key key.pub", "Incomplete"),
            ("empty.efb --public-key key.pub", "Incomplete"), ("flipped.efb --public-key key.pub", "BlockMismatch"),
            ("unsound.efb --public-key key.pub", "BadSignature"), ("app.json --public-key key.pub", "NotABundle"),
            ("app.efb --public-key key.pub --at 2030-01-02", "Expired"),
        })
        {
            Ran ran = _bench.Run("bundle verify " + words);
            Assert.Equal(ExitCode.Refused, ran.Code);
            Assert.StartsWith(name + ": ", ran.Error);
            Assert.Equal("", ran.Output);
        }
        _bench.Do("bundle verify app.efb --public-key other.pub --public-key key.pub --at 2029-12-31T23:59:59Z");
        Assert.Equal(ExitCode.Usage, _bench.Run("bundle verify app.efb --public-key key.pub --at soon").Code);
        Assert.Equal(ExitCode.Usage, _bench.Run("bundle verify app.efb").Code);
    }

    [Fact]
    public void A_wrong_passphrase_signs_nothing()
    {
        _bench.Write("wrong", "incorrect horse battery");
        Ran ran = _bench.Run("bundle sign unsigned.efb --key key --passphrase-file wrong --out out:x.efb");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("does not open it", ran.Error);
        Assert.False(File.Exists(_bench["x.efb"]));
    }

    /// <summary>The key is in .NET here, standing for a token: it sees the bytes to sign and nothing else.</summary>
    [Fact]
    public void A_key_that_is_elsewhere_signs_in_two_steps()
    {
        _bench.Do("bundle sign unsigned.efb --external --public-key key.pub --to-be-signed out:tbs");
        byte[] bytes = _bench.Read("tbs");
        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        using RSA key = RSA.Create();
        key.ImportFromEncryptedPem(File.ReadAllText(_bench["key"]), Bench.Passphrase);
        _bench.Write("signature", key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Equal(
            digest, _bench.Do("bundle sign unsigned.efb --external --public-key key.pub --signature signature --out out:a.efb"));
        Assert.Equal(digest, _bench.Do("bundle verify a.efb --public-key key.pub --at 2026-01-01"));
        _bench.Do("bundle sign unsigned.efb --external --public-key key.pub --signature signature --out out:b.efb");
        Assert.Equal(_bench.Read("a.efb"), _bench.Read("b.efb"));

        _bench.Write("pkcs1", key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Ran ran = _bench.Run("bundle sign unsigned.efb --external --public-key key.pub --signature pkcs1 --out out:c.efb");
        Assert.Equal(ExitCode.Refused, ran.Code);
        Assert.StartsWith("BadSignature", ran.Error);
        _bench.Write("text", Convert.ToBase64String(_bench.Read("signature"))[..300]);
        ran = _bench.Run("bundle sign unsigned.efb --external --public-key key.pub --signature text --out out:c.efb");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("256", ran.Error);
        Assert.False(File.Exists(_bench["c.efb"]));
    }

    [Theory]
    [InlineData("--out out:x")]
    [InlineData("--key key")]
    [InlineData("--key key --signature passphrase --out out:x")]
    [InlineData("--external --out out:x")]
    [InlineData("--external --public-key key.pub --out out:x")]
    [InlineData("--external --public-key key.pub --signature passphrase")]
    [InlineData("--external --public-key key.pub --to-be-signed out:t --out out:x")]
    [InlineData("--external --public-key key.pub --to-be-signed out:t --signature passphrase")]
    [InlineData("--external --key key --public-key key.pub --to-be-signed out:t")]
    public void Options_that_contradict_are_told(string options)
    {
        Ran ran = _bench.Run("bundle sign unsigned.efb " + options);
        Assert.Equal(ExitCode.Usage, ran.Code);
        Assert.NotEqual("", ran.Error);
        Assert.False(File.Exists(_bench["x"]) || File.Exists(_bench["t"]));
    }

    /// <summary>OpenSSL as another verifier, of bytes and a signature that were taken out of the bundle by position.</summary>
    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    public void OpenSsl_agrees(int bits)
    {
        RequireOpenSsl();
        _bench.Do($"key new --bits {bits} --passphrase-file passphrase --out out:k");
        _bench.Do("bundle sign unsigned.efb --key k --passphrase-file passphrase --out out:s.efb");
        _bench.Do("bundle sign s.efb --external --public-key k.pub --to-be-signed out:tbs");
        int end = _bench.Inspect("s.efb").GetProperty("envelopeBytes").GetInt32();
        _bench.Write("sig", _bench.Read("s.efb")[(end - bits / 8)..end]);
        const string Pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha256";
        (int code, string output) = OpenSsl($"dgst -sha256 -verify k.pub -signature sig {Pss} tbs");
        Assert.True(code == 0 && output.Contains("Verified OK", StringComparison.Ordinal), output);
        byte[] damaged = _bench.Read("tbs");
        damaged[^1] ^= 1;
        _bench.Write("tbs", damaged);
        Assert.NotEqual(0, OpenSsl($"dgst -sha256 -verify k.pub -signature sig {Pss} tbs").Code);
    }

    /// <summary>And as the signer: keys that it made and encrypted, and signatures that it made.</summary>
    [Fact]
    public void OpenSsl_signs()
    {
        RequireOpenSsl();
        Assert.Equal(0, OpenSsl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out plain").Code);
        _bench.Write("line", Bench.Passphrase + "\n");
        Assert.Equal(0, OpenSsl("pkcs8 -topk8 -v2 aes-256-cbc -in plain -out k -passout file:line").Code);
        Assert.Equal(0, OpenSsl("pkey -in plain -pubout -out k.pub").Code);
        _bench.Do("bundle sign unsigned.efb --key k --passphrase-file passphrase --out out:a.efb");
        _bench.Do("bundle verify a.efb --public-key k.pub --at 2026-01-01");
        _bench.Do("bundle sign unsigned.efb --external --public-key k.pub --to-be-signed out:tbs");
        Assert.Equal(0, OpenSsl(
            "dgst -sha256 -sign plain -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -out sig tbs").Code);
        _bench.Do("bundle sign unsigned.efb --external --public-key k.pub --signature sig --out out:b.efb");
        _bench.Do("bundle verify b.efb --public-key k.pub --at 2026-01-01");
        Assert.Equal(
            _bench.Do("key show k.pub").Split(' ')[0],
            Convert.ToHexStringLower(SHA256.HashData(Der())));
    }

    private byte[] Der()
    {
        Assert.Equal(0, OpenSsl("pkey -pubin -in k.pub -outform DER -out k.der").Code);
        return _bench.Read("k.der");
    }

    private static void RequireOpenSsl()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "openssl"))))
            Assert.Skip("openssl is not installed");
    }

    private (int Code, string Output) OpenSsl(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = _bench.Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
