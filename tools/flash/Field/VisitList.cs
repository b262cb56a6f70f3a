using System.Text.Json;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Field;

/// <summary>One node that is to be visited, and why.</summary>
internal sealed record Visit(string Device, string Site, string Reason);

/// <summary>The nodes that somebody has to go to: a CSV file with <c>device</c>, and <c>site</c> and <c>reason</c>; or the service's list.</summary>
internal static class VisitList
{
    /// <summary>Reads a list out of a file.</summary>
    public static IReadOnlyList<Visit> Read(string path)
    {
        const int MaxBytes = 4 * 1024 * 1024;
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = Csv.Read(path, Input.Utf8(path, Input.Read(path, MaxBytes)));
        if (rows.Any(row => row.GetValueOrDefault("device") is null or ""))
            throw new FlashException(Failure.BadInput, $"{path}: a row has no device.", "The header names at least: device");
        return [.. rows.Select(row => new Visit(row["device"], row.GetValueOrDefault("site") ?? "", row.GetValueOrDefault("reason") ?? ""))];
    }

    /// <summary>The service's list.</summary>
    public static async Task<IReadOnlyList<Visit>> FetchAsync(FleetClient client, CancellationToken cancel)
    {
        JsonElement answer;
        try
        {
            answer = await client.GetAsync<JsonElement>("/api/v1/visits", cancel);
        }
        catch (FlashException e) when (e.Failure == Failure.NotFound)
        {
            throw new FlashException(Failure.NotFound, "This service keeps no visit list.", "Give one as a CSV file: device, site, reason.");
        }
        JsonElement items = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("items", out JsonElement inner) ? inner : answer;
        return items.ValueKind != JsonValueKind.Array ? [] : [.. items.EnumerateArray().Select(Read).Where(v => v.Device.Length != 0)];
    }

    private static Visit Read(JsonElement item)
    {
        string reason = Text(item, "reason");
        if (reason.Length == 0 && item.TryGetProperty("reasons", out JsonElement all) && all.ValueKind == JsonValueKind.Array)
            reason = string.Join("; ", all.EnumerateArray().Select(r => r.ValueKind == JsonValueKind.String ? r.GetString() : Text(r, "text")));
        string device = Text(item, "device");
        return new Visit(device.Length != 0 ? device : Text(item, "deviceId"), Text(item, "site"), reason);
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
