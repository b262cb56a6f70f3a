using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Flash.Service;
using Spectre.Console;

namespace EdgeFleet.Flash.Receipts;

/// <summary><c>sync</c>: sends the receipts that were made without a network, and tells what the service knows of their nodes.</summary>
internal static class SyncCommand
{
    /// <summary>What became of one receipt.</summary>
    private sealed record Outcome(string Receipt, string HardwareId, bool Sent, string What, string Remedy);

    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Option<string?> state = Common.State();
        Option<bool> json = Common.Json();
        Command command = new("sync", "Sends the receipts that were made without a network; what the service refuses is explained.") { state, json };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using FleetClient client = service.Need(result, host);
            StateFolders folders = StateFolders.Open(host, result.GetValue(state));
            List<Outcome> all = [];
            foreach (SignedReceipt receipt in ReceiptStore.Unsent(folders).ToList())
                all.Add(await SendAsync(folders, receipt, client, host, cancel));
            Print(host, all, result.GetValue(json));
            return all.All(outcome => outcome.Sent) ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    private static async Task<Outcome> SendAsync(
        StateFolders folders, SignedReceipt receipt, FleetClient client, FlashHost host, CancellationToken cancel)
    {
        Receipt content = receipt.Read();
        try
        {
            if (!await ReceiptStore.SendAsync(folders, receipt, client, cancel))
                throw new FlashException(Failure.ServiceUnreachable, $"The service at {client.Address} does not answer, or takes no receipts.", "Try again later.");
        }
        catch (FlashException e) when (e.Failure != Failure.ServiceUnreachable)
        {
            return new Outcome(receipt.Id, content.HardwareId, false, e.Message, Remedy(e));
        }
        if (content.Flash is not { Seen: false } flash)
            return new Outcome(receipt.Id, content.HardwareId, true, "sent", "");
        Witness witness = new(client, host);
        if (await witness.DeviceAsync(content.HardwareId, cancel) is { } view)
        {
            bool fresh = view.LastSeenAt >= content.At;
            string what = fresh ? $"sent; {view.Device.Id} was heard after it was flashed" : $"sent; {view.Device.Id} has not been heard since it was flashed";
            return new Outcome(receipt.Id, content.HardwareId, true, what, fresh ? "" : "Look at its LED, and at its page.");
        }
        BoardClaim? claim = await witness.ClaimAsync(flash.Enrolment, content.HardwareId, cancel);
        return claim switch
        {
            null => new Outcome(receipt.Id, content.HardwareId, true, "sent; the board has not claimed yet", "Where it is up and has its network, look at its LED."),
            { State: "pending" } => new Outcome(receipt.Id, content.HardwareId, true, "sent; the board's claim waits for an operator", "Page Claims."),
            _ => new Outcome(receipt.Id, content.HardwareId, true, $"sent; the board's claim was {claim.State}: {claim.LastRefusal}", "Page Claims has the reason."),
        };
    }

    // What a technician does about a receipt that the service does not take.
    private static string Remedy(FlashException problem) => problem.Message.Split(':')[0] switch
    {
        "receipt-device-unknown" => "The device was never made at this service: is it the right one?",
        "receipt-device-mismatch" => "The device has another board by now: somebody has exchanged it. The receipt stays here; note it by hand.",
        "receipt-exists" => "Another receipt has this name: the state folder was copied and changed. It stays here.",
        "receipt-key-revoked" => "This computer's key was revoked. Delete receipt-key.pem in the state folder to make a new one; ask an operator first.",
        "receipt-key-exists" => "The key is registered for another person: one state folder for each technician (--state).",
        _ => problem.Remedy,
    };

    private static void Print(FlashHost host, List<Outcome> all, bool json)
    {
        if (json)
        {
            host.Output.WriteLine(JsonSerializer.Serialize(all, FleetClient.Json));
            return;
        }
        foreach (Outcome outcome in all)
        {
            if (outcome.Sent)
                host.Screen.MarkupLineInterpolated($"[green]✓[/] {outcome.Receipt} {outcome.HardwareId}: {outcome.What}");
            else
                host.Screen.MarkupLineInterpolated($"[red]✗[/] {outcome.Receipt} {outcome.HardwareId}: {outcome.What}");
            if (outcome.Remedy.Length != 0)
                host.Screen.MarkupLineInterpolated($"  [yellow]→[/] {outcome.Remedy}");
        }
        host.Screen.MarkupLineInterpolated($"{all.Count(o => o.Sent)} of {all.Count} receipts sent");
    }
}
