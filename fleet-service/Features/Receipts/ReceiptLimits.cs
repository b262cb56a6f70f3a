namespace EdgeFleet.Service.Features.Receipts;

/// <summary>Bounds of the Receipts slice, with their arithmetic.</summary>
public static class ReceiptLimits
{
    /// <summary>A receipt as it is sent: some 2 KB of JSON, a third more as base64url, and room for long notes.</summary>
    public const int MaxReceipt = 32 * 1024;

    /// <summary>A photo: 12 megapixels as JPEG are 3 to 6 MB.</summary>
    public const int MaxPhoto = 8 * 1024 * 1024;

    /// <summary>Photos that are kept: at 8 MB at most, 80 GB; at 3 MB, what is usual, 30 GB.</summary>
    public const int MaxPhotos = 10_000;

    /// <summary>Receipts that are kept: 10,000 devices, each flashed and mounted ten times; at 3 KB, 600 MB.</summary>
    public const int MaxReceipts = 200_000;

    /// <summary>Keys that ever signed receipts; revoked ones stay.</summary>
    public const int MaxKeys = 1_000;

    /// <summary>A public key on P-256 takes 178 bytes of PEM.</summary>
    public const int MaxPem = 1_024;

    /// <summary>Texts of a receipt, in characters.</summary>
    public const int MaxText = 256;

    /// <summary>Notes of an installation, in characters.</summary>
    public const int MaxNotes = 4_000;
}
