using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet commands</c>: telling devices what to do.</summary>
internal static class CommandCommands
{
    private const int PollMs = 1_000;

    private static readonly Column[] Orders =
    [
        Column.Of("order", "id"), Column.Of("what", "type"), Column.Of("devices", "devices"), new("progress", Progress),
        Column.Of("by", "createdBy"), Column.Time("at", "createdAt"), Column.Time("too late", "expiresAt"),
        Column.Of("filter", "filter"),
    ];

    private static readonly Column[] Runs =
    [
        Column.Of("device", "device"), Column.Of("what", "type"), Column.Of("state", "state"), Column.Time("since", "changedAt"),
        Column.Time("last sent", "sentAt"), Column.Of("says", "text"), Column.Of("bytes", "dataBytes"), Column.Of("id", "id"),
    ];

    public static Command Create() => ApiOptions.Group(
        "commands", "Telling devices what to do.", Send(), List(), Show(), Cancel(), Data());

    private static Argument<long> Order() => new("order") { Description = "The order's number." };

    private static Command Send()
    {
        Argument<string> type = new("type") { Description = "reboot, identify, captureNow, selfTest or sendLog." };
        type.AcceptOnlyFromAmong("reboot", "identify", "captureNow", "selfTest", "sendLog");
        Option<string[]> device = new("--device")
        {
            Description = "A device's id; once for each.", HelpName = "ID",
        };
        Option<string?> filter = Common.Filter("All active devices that fit");
        Option<string?> argument = new("--argument") { Description = "What the command needs to know." };
        Option<int> expires = new("--expires")
        {
            Description = "Seconds until it is too late, 10 to 2592000.", DefaultValueFactory = _ => 3600, HelpName = "S",
        };
        Option<string?> key = new("--key")
        {
            Description = "Own name of this order: under the same one, nothing happens twice.",
        };
        Option<bool> wait = new("--wait") { Description = "Wait until every device has come to its end; 1 unless all are done." };
        Option<bool> yes = Common.Yes();
        Command command = new("send", "Sends a command; offline devices get it when they come back.")
        {
            type, device, filter, argument, expires, key, wait, yes,
        };
        command.CallsService(async call =>
        {
            if (call.Value(filter) is { } text)
            {
                JsonElement fit = await call.Api.GetAsync(
                    "devices" + ApiClient.Query(("filter", text), ("top", "1")), call.Cancel);
                Common.Confirm(call, yes, $"Send {call.Value(type)} to the {fit.Text("total")} devices that fit?");
            }
            string[] devices = call.Value(device) ?? [];
            JsonElement order = await call.Api.PostAsync("commands", new
            {
                type = call.Value(type),
                devices = devices.Length == 0 ? null : devices,
                filter = call.Value(filter),
                argument = call.Value(argument),
                expiresInS = call.Value(expires),
                key = call.Value(key),
            }, call.Cancel);
            while (call.Value(wait) && IsOpen(order))
            {
                await Task.Delay(PollMs, call.Cancel);
                order = await call.Api.GetAsync("commands/" + order.Text("id"), call.Cancel);
            }
            call.Show.One(order, Orders);
            return call.Value(wait) && order.Text("counts.done") != order.Text("devices") ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static Command List()
    {
        Option<int> top = Common.Top();
        Option<string?> device = new("--device") { Description = "Only what this device was told.", HelpName = "ID" };
        Command command = new("list", "Lists orders, or a device's commands, the newest first.") { device, top };
        command.CallsService(async call =>
        {
            string? id = call.Value(device);
            string path = id == null ? "commands" : $"devices/{ApiClient.Escape(id)}/commands";
            call.Show.List(await call.Api.ListAsync(path, call.Value(top), call.Cancel), id == null ? "order" : "command",
                id == null ? Orders : Runs);
        });
        return command;
    }

    private static Command Show()
    {
        Argument<long> order = Order();
        Option<int> top = Common.Top();
        Option<string?> state = new("--state") { Description = "Only devices in this state, such as failed." };
        Command command = new("show", "Shows what became of an order on each device.") { order, state, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync(
                $"commands/{call.Value(order)}/devices" + ApiClient.Query(("state", call.Value(state))), call.Value(top), call.Cancel),
            "device", Runs));
        return command;
    }

    private static Command Cancel()
    {
        Argument<long> order = Order();
        Command command = new("cancel", "Calls back what was not sent yet.") { order };
        command.CallsService(async call => call.Show.One(
            await call.Api.PostAsync($"commands/{call.Value(order)}/cancel", null, call.Cancel), Orders));
        return command;
    }

    private static Command Data()
    {
        Argument<string> device = Common.Id("device");
        Argument<long> id = new("command") { Description = "The command's id, as `commands list --device` shows it." };
        Command command = new("data", "Prints what came with an answer, such as log lines.") { device, id };
        command.CallsService(async call => call.Show.Output.Write(await call.Api.TextAsync(
            $"devices/{ApiClient.Escape(call.Value(device))}/commands/{call.Value(id)}/data", call.Cancel)));
        return command;
    }

    private static bool IsOpen(JsonElement order) =>
        order.Text("counts.waiting") != null || order.Text("counts.sent") != null || order.Text("counts.accepted") != null;

    private static string? Progress(JsonElement order) => order.At("counts") is { ValueKind: JsonValueKind.Object } counts
        ? string.Join(", ", counts.EnumerateObject().Select(c => $"{c.Value} {c.Name}")) : null;
}
