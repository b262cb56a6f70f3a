using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Receipts;

/// <summary>
/// A receipt and its signature, as a JSON Web Signature in flattened form (RFC 7515, 7.2.2) with ES256 (RFC 7518, 3.4), which
/// any library can check. Public-key signatures, because nobody but this computer is to be able to make its receipts: a key
/// shared with the service would let the service, or whoever reads its database, make them too.
/// </summary>
internal sealed record SignedReceipt(string Protected, string Payload, string Signature)
{
    /// <summary>What it says.</summary>
    public Receipt Read() => JsonSerializer.Deserialize<Receipt>(Base64Url.DecodeFromChars(Payload), FleetClient.Json)!;

    /// <summary>Its name.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Id => Read().Id;
}

/// <summary>This computer's key for receipts: made at first use, kept in a file of this user alone.</summary>
internal sealed class ReceiptKey : IDisposable
{
    private const int MaxPem = 4096;

    private static readonly Lock Making = new();

    private readonly ECDsa _key;

    private ReceiptKey(ECDsa key) => _key = key;

    /// <summary>SHA-256 of the public key's DER form, lower-case hexadecimal.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));

    /// <summary>The public half, in PEM.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Opens the key, or makes it.</summary>
    public static ReceiptKey Open(StateFolders folders)
    {
        // Several boards may be finished at once, on the first day too: the key that is there first is everybody's.
        lock (Making)
        {
            if (!File.Exists(folders.Key))
            {
                using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                SecretFile.Write(folders.Key, made.ExportPkcs8PrivateKeyPem() + "\n");
            }
        }
        ECDsa key = ECDsa.Create();
        key.ImportFromPem(SecretFile.Text(folders.Key, MaxPem));
        return new ReceiptKey(key);
    }

    /// <summary>Signs a receipt.</summary>
    public SignedReceipt Sign(Receipt receipt)
    {
        string head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES256", kid = Id, typ = "edgefleet-receipt+json" }));
        string payload = Encode(JsonSerializer.SerializeToUtf8Bytes(receipt, FleetClient.Json));
        byte[] signature = _key.SignData(
            Encoding.ASCII.GetBytes($"{head}.{payload}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new SignedReceipt(head, payload, Encode(signature));
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
