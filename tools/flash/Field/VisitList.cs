using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Service;

namespace EdgeFleet.Flash.Field;

/// <summary>One node that is to be visited, why, and what to take along.</summary>
internal sealed record Visit(string Device, string Site, string Reason, string Bring);

/// <summary>The nodes that somebody has to go to: a CSV file with <c>device</c>, and <c>site</c>, <c>reason</c> and <c>bring</c>; or the service's list.</summary>
internal static class VisitList
{
    /// <summary>Reads a list out of a file.</summary>
    public static IReadOnlyList<Visit> Read(string path)
    {
        const int MaxBytes = 4 * 1024 * 1024;
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = Csv.Read(path, Input.Utf8(path, Input.Read(path, MaxBytes)));
        if (rows.Any(row => row.GetValueOrDefault("device") is null or ""))
            throw new FlashException(Failure.BadInput, $"{path}: a row has no device.", "The header names at least: device");
        return [.. rows.Select(row => new Visit(row["device"], row.GetValueOrDefault("site") ?? "", row.GetValueOrDefault("reason") ?? "", row.GetValueOrDefault("bring") ?? ""))];
    }

    /// <summary>The service's list.</summary>
    public static async Task<IReadOnlyList<Visit>> FetchAsync(FleetClient client, CancellationToken cancel)
    {
        const int AtOnce = 500;
        List<Visit> all = [];
        Page<Listed> page;
        do
        {
            try
            {
                page = await client.GetAsync<Page<Listed>>($"/api/v1/visits?skip={all.Count}&top={AtOnce}", cancel);
            }
            catch (FlashException e) when (e.Failure == Failure.NotFound)
            {
                throw new FlashException(Failure.NotFound, "This service keeps no visit list.", "Give one as a CSV file: device, site, reason.");
            }
            all.AddRange(page.Items.Select(item => new Visit(
                item.Device, item.Site, string.Join("; ", (item.Reasons ?? []).Select(r => r.Text)), string.Join(", ", item.Bring ?? []))));
        }
        while (page.Items.Count != 0 && all.Count < Math.Min(page.Total, FlashLimits.MaxRows));
        return all;
    }

    private sealed record Cause(string Text);

    private sealed record Listed(string Device, string Site, IReadOnlyList<Cause>? Reasons, IReadOnlyList<string>? Bring);
}
