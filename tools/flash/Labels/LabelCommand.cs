using System.CommandLine;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using QRCoder;
using Spectre.Console;

namespace EdgeFleet.Flash.Labels;

/// <summary>What stands on a label.</summary>
/// <param name="Id">The device, or the board where it has not claimed yet.</param>
/// <param name="Page">What the QR code leads to: the device's page, or that of claims.</param>
internal sealed record LabelText(string Id, string Kind, string Site, string HardwareId, string Page);

/// <summary><c>label</c>: a label with a QR code, as PNG or SVG.</summary>
internal static class LabelCommand
{
    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Option<string?> receipt = new("--receipt") { Description = "Of the board with this receipt, made on this computer.", HelpName = "ID" };
        Option<string?> device = new("--device") { Description = "Of this device, as the service knows it.", HelpName = "ID" };
        Option<string> output = new("--out", "-o") { Description = "FILE.png or FILE.svg.", Required = true, HelpName = "FILE" };
        Option<string?> state = Common.State();
        Command command = new("label", "Makes a label with a QR code: id, kind, site, and the page to claim or to look at.") { receipt, device, output, state };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using FleetClient client = service.Need(result, host);
            LabelText text = await TextAsync(result.GetValue(receipt), result.GetValue(device), client, StateFolders.Open(host, result.GetValue(state)), cancel);
            string path = result.GetValue(output)!;
            using QRCodeGenerator generator = new();
            using QRCodeData code = generator.CreateQrCode(text.Page, QRCodeGenerator.ECCLevel.M);
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".png":
                    File.WriteAllBytes(path, PngLabel.Draw(text, code));
                    break;
                case ".svg":
                    File.WriteAllText(path, SvgLabel.Draw(text, code));
                    break;
                default:
                    throw new FlashException(Failure.BadInput, $"{path}: a label is a .png or an .svg file.");
            }
            host.Screen.MarkupLineInterpolated($"{path}: {text.Id}, {text.Page}");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<LabelText> TextAsync(
        string? receiptId, string? deviceId, FleetClient client, StateFolders folders, CancellationToken cancel)
    {
        if ((receiptId == null) == (deviceId == null))
            throw new FlashException(Failure.BadInput, "Whose label?", "Give --device ID or --receipt ID.");
        if (deviceId != null)
        {
            Device device = (await client.GetAsync<DeviceView>($"/api/v1/devices/{Uri.EscapeDataString(deviceId)}", cancel)).Device;
            return new LabelText(device.Id, device.Kind.ToString(), device.Site, device.HardwareId, Page(client, $"/devices/{device.Id}"));
        }
        Receipt receipt = (ReceiptStore.Find(folders, receiptId!) ?? throw new FlashException(
            Failure.NotFound, $"There is no receipt {receiptId} on this computer.")).Read();
        // Without a network the device's name is not known yet: the label leads to the page where its claim stands.
        string page = receipt.DeviceId is { } claimed ? Page(client, $"/devices/{claimed}") : Page(client, "/claims");
        return new LabelText(
            receipt.DeviceId ?? receipt.HardwareId, receipt.Flash?.Kind.ToString() ?? "", receipt.Flash?.Site ?? receipt.Install?.Site ?? "",
            receipt.HardwareId, page);
    }

    private static string Page(FleetClient client, string path) => new Uri(client.Address, path).ToString();
}
