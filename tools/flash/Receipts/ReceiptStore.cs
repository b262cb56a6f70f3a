using System.Text.Json;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Receipts;

/// <summary>The receipts that were made here: one file each, and beside it a mark when the service has it.</summary>
internal static class ReceiptStore
{
    private const string KeyUnknown = "receipt-key-unknown";

    /// <summary>Keeps a receipt.</summary>
    public static void Keep(StateFolders folders, SignedReceipt receipt) =>
        SecretFile.Write(PathOf(folders, receipt.Id), JsonSerializer.SerializeToUtf8Bytes(receipt, FleetClient.Json));

    /// <summary>A receipt by its name; null: there is none here.</summary>
    public static SignedReceipt? Find(StateFolders folders, string id) => File.Exists(PathOf(folders, id))
        ? JsonSerializer.Deserialize<SignedReceipt>(File.ReadAllBytes(PathOf(folders, id)), FleetClient.Json)
        : null;

    /// <summary>All receipts that the service has not got yet.</summary>
    public static IEnumerable<SignedReceipt> Unsent(StateFolders folders) => Directory.EnumerateFiles(folders.Receipts, "*.json")
        .Order(StringComparer.Ordinal).Where(path => !File.Exists(MarkOf(path)))
        .Select(path => JsonSerializer.Deserialize<SignedReceipt>(File.ReadAllBytes(path), FleetClient.Json)!);

    /// <summary>Sends a receipt, with its photo; false where the service cannot be reached now, and it is kept for later.</summary>
    /// <exception cref="FlashException">The service refuses it.</exception>
    public static async Task<bool> SendAsync(StateFolders folders, SignedReceipt receipt, FleetClient client, CancellationToken cancel)
    {
        try
        {
            await SendOnceAsync(folders, receipt, client, cancel);
            if (receipt.Read().Install?.Photo is { } photo && File.Exists(PhotoOf(folders, photo)))
            {
                await client.PutAsync<JsonElement>(
                    $"/api/v1/receipts/{receipt.Id}/photo", await File.ReadAllBytesAsync(PhotoOf(folders, photo), cancel),
                    receipt.Read().Install!.PhotoType!, cancel);
            }
            await File.WriteAllTextAsync(MarkOf(PathOf(folders, receipt.Id)), "", cancel);
            return true;
        }
        // A service without this interface is older than this tool: it gets the receipt when it has been updated.
        catch (FlashException e) when (e.Failure is Failure.ServiceUnreachable or Failure.NotFound)
        {
            return false;
        }
    }

    /// <summary>Where a photo is kept, by its digest.</summary>
    public static string PhotoOf(StateFolders folders, string digest) => Path.Combine(folders.Receipts, digest + ".photo");

    private static async Task SendOnceAsync(StateFolders folders, SignedReceipt receipt, FleetClient client, CancellationToken cancel)
    {
        try
        {
            await client.PostAsync<JsonElement>("/api/v1/receipts", receipt, cancel);
        }
        catch (FlashException e) when (e.Failure == Failure.Refused && e.Message.StartsWith(KeyUnknown, StringComparison.Ordinal))
        {
            // The first receipt of this computer: from now on the service knows whose they are.
            using ReceiptKey key = ReceiptKey.Open(folders);
            await client.PostAsync<JsonElement>(
                "/api/v1/receipt-keys", new { Name = Environment.MachineName, PublicKey = key.PublicPem }, cancel);
            await client.PostAsync<JsonElement>("/api/v1/receipts", receipt, cancel);
        }
    }

    private static string PathOf(StateFolders folders, string id) => Path.Combine(folders.Receipts, id + ".json");

    private static string MarkOf(string path) => path + ".sent";
}
