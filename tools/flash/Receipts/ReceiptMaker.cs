using System.Security.Cryptography;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Steps;

namespace EdgeFleet.Flash.Receipts;

/// <summary>Makes receipts and signs them.</summary>
internal sealed class ReceiptMaker(StateFolders folders, FlashHost host)
{
    // Crockford's base 32 in lower case: receipts are read aloud.
    private const string Letters = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly string Tool =
        "edgefleet-flash " + (typeof(ReceiptMaker).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>The receipt of a board that was made.</summary>
    public SignedReceipt Flash(BoardJob job, Board board, ChipDetails chip, BoardState state, bool seen) => Sign(
        New("flash", chip.Mac, state.DeviceId) with
        {
            Flash = new FlashDetails(
                job.Kind, job.Name, job.Profile.Site, job.Profile.Settings.Enrolment, job.Profile.Settings.Gateway,
                job.Profile.Network.Ssid ?? "ethernet",
                job.Profile.Authority is { } authority ? Convert.ToHexStringLower(SHA256.HashData(authority)) : null,
                board.Id, chip.Name, chip.FlashMb, board.Target, Path.GetFileName(job.Image.Path), job.Image.Bytes.Length,
                job.Image.Digest, state.ReadBack!, seen, state.StartedAt),
        });

    /// <summary>The receipt of a node that was mounted.</summary>
    public SignedReceipt Install(string hardwareId, string? deviceId, InstallDetails details) =>
        Sign(New("install", hardwareId, deviceId) with { Install = details });

    private Receipt New(string type, string hardwareId, string? deviceId) => new(
        "r-" + RandomNumberGenerator.GetString(Letters, 20), type, host.Time.GetUtcNow(),
        host.Environment("EDGEFLEET_TECHNICIAN") is { Length: > 0 } name ? name : Environment.UserName, Tool, hardwareId, deviceId);

    private SignedReceipt Sign(Receipt receipt)
    {
        using ReceiptKey key = ReceiptKey.Open(folders);
        return key.Sign(receipt);
    }
}
