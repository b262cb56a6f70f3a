using System.Security.Cryptography;
using System.Text;
using EdgeFleet.Contracts.Crypto;

namespace EdgeFleet.Cli.Keys;

/// <summary>Signing keys on disk: PEM, private ones as encrypted PKCS#8 alone.</summary>
internal static class KeyFiles
{
    private const int MaxPemBytes = 16 * 1024;

    // OWASP's figure of 2023 for PBKDF2 with HMAC-SHA256; half a second here.
    private const int Iterations = 600_000;

    /// <summary>A private key as PEM, PKCS#8 under the passphrase (PBES2: PBKDF2 with SHA-256, AES-256 in CBC mode).</summary>
    public static byte[] Encrypt(RSA key, string passphrase) => Encoding.ASCII.GetBytes(key.ExportEncryptedPkcs8PrivateKeyPem(
        passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations)) + "\n");

    /// <summary>A public key as PEM (SubjectPublicKeyInfo).</summary>
    public static byte[] Public(RSA key) => Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");

    /// <summary>Opens a private key.</summary>
    public static RSA OpenPrivate(string path, Func<string> passphrase)
    {
        string pem = Pem(path);
        if (!pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
        {
            string why = pem.Contains("PRIVATE KEY", StringComparison.Ordinal)
                ? "the key is not encrypted; encrypt it with `openssl pkcs8 -topk8`."
                : "this is no encrypted PKCS#8 private key in PEM.";
            throw CliException.Unusable(path, why);
        }
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromEncryptedPem(pem, passphrase());
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw CliException.Unusable(path, "the passphrase does not open it, or it is no RSA key.");
        }
        OfContract(path, rsa);
        return rsa;
    }

    /// <summary>Opens a public key.</summary>
    public static RsaPublicKey OpenPublic(string path)
    {
        string pem = Pem(path);
        // The private half in a place for the public one is a mistake that should not go on.
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw CliException.Unusable(path, "this is a private key; the public one is wanted.");
        using RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw CliException.Unusable(path, "this is no RSA public key in PEM.");
        }
        return OfContract(path, rsa);
    }

    /// <summary>The key as boards know it: 2048 or 3072 bits, exponent 65537.</summary>
    public static RsaPublicKey OfContract(string path, RSA rsa)
    {
        RSAParameters parts = rsa.ExportParameters(includePrivateParameters: false);
        byte[] modulus = parts.Modulus!;
        if (!RsaPublicKey.IsModulus(modulus, 0, modulus.Length))
            throw CliException.Unusable(path, $"the key has {modulus.Length * 8} bits; boards take 2048 and 3072.");
        if (!parts.Exponent.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[1, 0, 1]))
            throw CliException.Unusable(path, "the key's exponent is not 65537.");
        return new RsaPublicKey(modulus, 0, modulus.Length);
    }

    private static string Pem(string path) => Encoding.UTF8.GetString(Files.Read(path, MaxPemBytes));
}
