using EdgeFleet.Service.Features.Receipts;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>Receipts of a device, the newest first.</summary>
public sealed record ReceiptsView(IReadOnlyList<StoredReceipt> Receipts, int Total)
{
    /// <summary>Rows that are shown.</summary>
    public const int MaxRows = 8;

    private const int DigestShown = 16;

    /// <summary>What a receipt says, in lines.</summary>
    public static IEnumerable<string> Lines(ReceiptContent receipt)
    {
        if (receipt.Flash is { } flash)
        {
            yield return $"Flashed as {flash.Board}: {flash.ReadBack.Target} {flash.ReadBack.RuntimeVersion}";
            yield return $"{flash.ReadBack.Assembly} {flash.ReadBack.AssemblyVersion}, image {Short(flash.ReadBack.ImageDigest)} read back at 0x{flash.ReadBack.DeployAddress:X}";
            yield return flash.Seen ? "Seen reporting, with every sensor" : "Not seen reporting: made without the service";
        }
        if (receipt.Install is { } install)
        {
            yield return "Mounted: " + string.Join(", ", new[] { install.Site, install.Asset, install.Position }.Where(t => !string.IsNullOrEmpty(t)));
            if (!string.IsNullOrEmpty(install.Orientation))
                yield return "Orientation: " + install.Orientation;
            foreach (string check in install.Checks ?? [])
                yield return check;
            if (!string.IsNullOrEmpty(install.Notes))
                yield return install.Notes;
        }
    }

    private static string Short(string digest) => digest.Length > DigestShown ? digest[..DigestShown] + "…" : digest;
}
