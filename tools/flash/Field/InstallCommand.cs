using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using Spectre.Console;

namespace EdgeFleet.Flash.Field;

/// <summary><c>install</c>: records where a node was mounted, and looks whether what it measures makes sense there.</summary>
internal static class InstallCommand
{
    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Option<string> device = new("--device", "-d") { Description = "The node; its id is on its label.", Required = true, HelpName = "ID" };
        Option<string?> site = new("--site") { Description = "Where it is; without it, what the service says.", HelpName = "SITE" };
        Option<string> asset = new("--asset") { Description = "What it is mounted on.", Required = true, HelpName = "ASSET" };
        Option<string> position = new("--position") { Description = "Where on it.", Required = true, HelpName = "WHERE" };
        Option<string?> orientation = new("--orientation") { Description = "Of a bridge node's axes, such as x=along,y=across,z=up.", HelpName = "AXES" };
        Option<double?> latitude = new("--lat") { Description = "Degrees north, WGS 84.", HelpName = "DEG" };
        Option<double?> longitude = new("--lon") { Description = "Degrees east, WGS 84.", HelpName = "DEG" };
        Option<string?> photo = new("--photo") { Description = "JPEG or PNG of the place.", HelpName = "FILE" };
        Option<string?> notes = new("--notes") { Description = "Whatever whoever comes next should know.", HelpName = "TEXT" };
        Option<string?> hardware = new("--hardware") { Description = "Without a network: the board, as on its label.", HelpName = "MAC" };
        Option<string?> state = Common.State();
        Option<bool> json = Common.Json();
        Command command = new("install", "Records where a node was mounted, and looks live whether axes and levels make sense.")
        {
            device, site, asset, position, orientation, latitude, longitude, photo, notes, hardware, state, json,
        };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using FleetClient? client = service.Find(result, host);
            StateFolders folders = StateFolders.Open(host, result.GetValue(state));
            string id = result.GetValue(device)!;
            DeviceView? view = client == null ? null : await client.FindAsync<DeviceView>($"/api/v1/devices/{Uri.EscapeDataString(id)}", cancel)
                ?? throw new FlashException(Failure.NotFound, $"The service knows no device '{id}'.", "Read the label again.");
            string board = view?.Device.HardwareId ?? Hardware(result.GetValue(hardware));
            IReadOnlyDictionary<char, string>? axes = result.GetValue(orientation) is { } given ? MountCheck.Axes(given) ?? throw new FlashException(
                Failure.BadInput, $"--orientation {given}: name x, y and z, one of them up or down.", "Such as x=along,y=across,z=up.") : null;
            IReadOnlyList<MountCheck.Finding> findings = view == null ? [] : await LookAsync(client!, view, axes, cancel);
            if (view?.Device.Kind == NodeKind.Bridge && axes == null)
                throw new FlashException(Failure.BadInput, "A bridge node's receipt needs its orientation.", "Such as --orientation x=along,y=across,z=up.");
            (string? digest, string? type) = Photo(result.GetValue(photo), folders);
            InstallDetails details = new(
                result.GetValue(site) ?? view?.Device.Site ?? "", result.GetValue(asset)!, result.GetValue(position)!, result.GetValue(orientation) ?? "",
                result.GetValue(latitude), result.GetValue(longitude), digest, type, result.GetValue(notes) ?? "",
                [.. findings.Select(finding => $"{(finding.Ok ? "ok" : "odd")}: {finding.What}")]);
            SignedReceipt receipt = new ReceiptMaker(folders, host).Install(board, id, details);
            ReceiptStore.Keep(folders, receipt);
            bool sent = client != null && await ReceiptStore.SendAsync(folders, receipt, client, cancel);
            if (client != null && (result.GetValue(site) != null || details.Latitude != null))
                await client.PatchAsync<DeviceView>($"/api/v1/devices/{id}", new { Site = result.GetValue(site), details.Latitude, details.Longitude }, cancel);
            Print(host, result.GetValue(json), receipt.Read(), findings, sent);
            return findings.All(finding => finding.Ok) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>What the node measures now, against where it is said to be.</summary>
    public static async Task<IReadOnlyList<MountCheck.Finding>> LookAsync(
        FleetClient client, DeviceView view, IReadOnlyDictionary<char, string>? axes, CancellationToken cancel)
    {
        LatestValue[] values = await client.GetAsync<LatestValue[]>($"/api/v1/devices/{view.Device.Id}/telemetry/latest", cancel);
        List<MountCheck.Finding> findings = [.. MountCheck.Look(view.Device.Kind, axes, values)];
        if (!view.Online)
            findings.Insert(0, new MountCheck.Finding(false, "the node is not connected"));
        return findings;
    }

    private static string Hardware(string? mac)
    {
        string board = string.Concat((mac ?? "").Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        return board.Length == 12 ? board : throw new FlashException(
            Failure.BadInput, "Without the service, the board has to be named.", "Give --hardware MAC, as on the label; or --server.");
    }

    private static (string? Digest, string? Type) Photo(string? path, StateFolders folders)
    {
        if (path == null)
            return (null, null);
        byte[] bytes = Input.Read(path, FlashLimits.MaxPhoto);
        string? type = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
            : bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) ? "image/png" : null;
        if (type == null)
            throw new FlashException(Failure.BadInput, $"{path}: neither JPEG nor PNG.");
        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(ReceiptStore.PhotoOf(folders, digest), bytes);
        return (digest, type);
    }

    private static void Print(FlashHost host, bool json, Receipt receipt, IReadOnlyList<MountCheck.Finding> findings, bool sent)
    {
        if (json)
        {
            host.Output.WriteLine(JsonSerializer.Serialize(receipt, FleetClient.Json));
            return;
        }
        foreach (MountCheck.Finding finding in findings)
        {
            if (finding.Ok)
                host.Screen.MarkupLineInterpolated($"[green]✓[/] {finding.What}");
            else
                host.Screen.MarkupLineInterpolated($"[red]✗[/] {finding.What}");
        }
        host.Screen.MarkupLineInterpolated($"Receipt [bold]{receipt.Id}[/]{(sent ? "" : ", kept here until `sync`")}");
    }
}
