using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeFleet.Flash.Packs;

/// <summary>
/// The sealed form of a pack: <c>EFPACK1\n</c>, 16 bytes of salt, the rounds of PBKDF2 with HMAC-SHA256 (4 bytes, big-endian), 12
/// bytes of nonce, the content under AES-256-GCM, and its tag of 16 bytes. All before the content is authenticated with it.
/// </summary>
internal static class PackFile
{
    private const int Salt = 16, Nonce = 12, Tag = 16, Key = 32, Head = 8 + Salt + 4 + Nonce;

    // A file that asks for years of rounds is an attack, not a pack.
    private const uint MostRounds = 10_000_000;

    private static readonly byte[] Mark = "EFPACK1\n"u8.ToArray();

    /// <summary>Seals content.</summary>
    public static byte[] Seal(byte[] content, string passphrase, int rounds = FlashLimits.PackRounds)
    {
        byte[] sealed_ = new byte[Head + content.Length + Tag];
        Span<byte> head = sealed_.AsSpan(0, Head);
        Mark.CopyTo(head);
        RandomNumberGenerator.Fill(head.Slice(8, Salt));
        BinaryPrimitives.WriteUInt32BigEndian(head[(8 + Salt)..], (uint)rounds);
        RandomNumberGenerator.Fill(head[^Nonce..]);
        using AesGcm cipher = new(Derive(passphrase, head), Tag);
        cipher.Encrypt(head[^Nonce..], content, sealed_.AsSpan(Head, content.Length), sealed_.AsSpan(Head + content.Length), head);
        return sealed_;
    }

    /// <summary>Opens what was sealed.</summary>
    /// <exception cref="FlashException">It is no pack, was changed, or the passphrase is another.</exception>
    public static byte[] Open(string path, ReadOnlySpan<byte> bytes, string passphrase)
    {
        if (bytes.Length < Head + Tag || !bytes.StartsWith(Mark) || BinaryPrimitives.ReadUInt32BigEndian(bytes[(8 + Salt)..]) is 0 or > MostRounds)
            throw new FlashException(Failure.BadInput, $"{path}: this is no pack.");
        byte[] content = new byte[bytes.Length - Head - Tag];
        using AesGcm cipher = new(Derive(passphrase, bytes[..Head]), Tag);
        try
        {
            cipher.Decrypt(bytes.Slice(8 + Salt + 4, Nonce), bytes[Head..^Tag], bytes[^Tag..], content, bytes[..Head]);
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new FlashException(Failure.BadInput, $"{path}: the passphrase does not open it, or somebody has changed it.");
        }
    }

    private static byte[] Derive(string passphrase, ReadOnlySpan<byte> head) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(passphrase.Normalize()), head.Slice(8, Salt),
        (int)BinaryPrimitives.ReadUInt32BigEndian(head[(8 + Salt)..]), HashAlgorithmName.SHA256, Key);
}
