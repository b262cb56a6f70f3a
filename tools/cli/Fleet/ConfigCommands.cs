using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet config</c>: what fleet, groups and devices say of the configuration.</summary>
internal static class ConfigCommands
{
    /// <summary>The service's own bound of a request.</summary>
    private const int MaxFileBytes = 256 * 1024;

    private const string LevelHelp = "fleet, group:NAME or device:ID.";

    public static Command Create() => ApiOptions.Group(
        "config", "What fleet, groups and devices say of the configuration.", List(), Show(), Set(), Clear(), Device(), Status());

    private static Argument<string> Level() => new("level") { Description = LevelHelp };

    private static Command List()
    {
        Command command = new("list", "Lists what fleet and groups say, the weakest first.");
        command.CallsService(async call => call.Show.List(
            await call.Api.GetAsync("config", call.Cancel), "level", Column.Of("level", "level"), Column.Of("name", "name"),
            Column.Of("version", "version"), new Column("says", row => row.At("config").ToString()),
            Column.Of("changed by", "changedBy"), Column.Time("at", "changedAt")));
        return command;
    }

    private static Command Show()
    {
        Argument<string> level = Level();
        Command command = new("show", "Prints what a level says, as JSON: a file for set.") { level };
        command.CallsService(async call =>
        {
            JsonElement view = await call.Api.GetAsync("config/" + PathOf(call.Value(level)), call.Cancel);
            call.Show.Json(call.Show.IsJson ? view : view.At("config"));
        });
        return command;
    }

    private static Command Set()
    {
        Argument<string> level = Level();
        Argument<string> file = CommandLine.File("file", "What it is to say, as JSON; what is left out comes from above.");
        Option<bool> preview = new("--preview") { Description = "Only show what would change." };
        Option<bool> yes = Common.Yes();
        Command command = new("set", "Sets what a level says, after showing what that changes.") { level, file, preview, yes };
        command.CallsService(async call =>
        {
            JsonElement layer;
            try
            {
                using JsonDocument read = JsonDocument.Parse(Files.Read(call.Value(file), MaxFileBytes));
                layer = read.RootElement.Clone();
            }
            catch (JsonException problem)
            {
                throw new CliException(ExitCode.Usage, $"{call.Value(file)}: {problem.Message}");
            }
            await ChangeAsync(call, PathOf(call.Value(level)), layer, call.Value(preview), yes);
        });
        return command;
    }

    private static Command Clear()
    {
        Argument<string> level = Level();
        Option<bool> preview = new("--preview") { Description = "Only show what would change." };
        Option<bool> yes = Common.Yes();
        Command command = new("clear", "Lets a level say nothing any more, after showing what that changes.") { level, preview, yes };
        command.CallsService(call => ChangeAsync(
            call, PathOf(call.Value(level)), JsonSerializer.SerializeToElement(new { }), call.Value(preview), yes));
        return command;
    }

    private static Command Device()
    {
        Argument<string> id = Common.Id("device");
        Command command = new("device", "Shows a device's values and which level each comes from.") { id };
        command.CallsService(async call =>
        {
            JsonElement answer = await call.Api.GetAsync(
                $"config/devices/{ApiClient.Escape(call.Value(id))}/inheritance", call.Cancel);
            if (call.Show.IsJson)
            {
                call.Show.Json(answer);
                return;
            }
            JsonElement state = answer.At("state");
            call.Show.Output.WriteLine(
                $"version {state.Text("desired")}: {state.Text("progress")}" + (state.Text("fault") is { } fault ? $" ({fault})" : ""));
            call.Show.List(answer.At("values"), "value", Column.Of("field", "field"), Column.Of("value", "value"),
                Column.Of("from", "level"), Column.Of("group", "name"), Column.Of("over", "over"));
        });
        return command;
    }

    private static Command Status()
    {
        Option<string?> filter = Common.Filter();
        Option<string?> progress = new("--progress") { Description = "Only inForce, waiting, refused or unknown." };
        Option<int> top = Common.Top();
        Command command = new("status", "Shows how far devices have come with what they are to have.") { filter, progress, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync(
                "config/status" + ApiClient.Query(("filter", call.Value(filter)), ("progress", call.Value(progress))),
                call.Value(top), call.Cancel),
            "device", Column.Of("device", "device"), Column.Of("progress", "progress"), Column.Of("to have", "desired"),
            Column.Of("in force", "reported"), Column.Of("refused for", "fault")));
        return command;
    }

    /// <summary>Shows the difference, asks, and does it only while nobody else has changed the level.</summary>
    private static async Task ChangeAsync(Call call, string path, JsonElement layer, bool preview, Option<bool> yes)
    {
        JsonElement seen = await call.Api.SendAsync(HttpMethod.Put, $"config/{path}?preview=true", layer, call.Cancel);
        if (preview)
        {
            Print(call, seen);
            return;
        }
        if (!call.Value(yes) && !call.Show.IsJson)
            Print(call, seen);
        string devices = seen.At("devices").GetInt32().ToString(CultureInfo.InvariantCulture);
        Common.Confirm(call, yes, $"Change the configuration of {devices} devices?");
        JsonElement done = await call.Api.SendAsync(
            HttpMethod.Put, $"config/{path}?expectedVersion={seen.Text("level.version")}", layer, call.Cancel);
        call.Show.Done(done, $"{done.Text("devices")} devices changed; the level is at version {done.Text("level.version")}");
    }

    private static void Print(Call call, JsonElement change)
    {
        if (call.Show.IsJson)
        {
            call.Show.Json(change);
            return;
        }
        call.Show.Output.WriteLine($"{change.Text("devices")} devices would change");
        foreach (JsonElement device in change.At("sample").EnumerateArray())
        {
            StringBuilder line = new($"{device.Text("device")} to version {device.Text("version")}:");
            foreach (JsonElement difference in device.At("differences").EnumerateArray())
                line.Append($" {difference.Text("field")} {difference.Text("before") ?? "none"} -> {difference.Text("after") ?? "none"};");
            call.Show.Output.WriteLine(line);
        }
    }

    private static string PathOf(string level)
    {
        int colon = level.IndexOf(':');
        string name = colon < 0 ? "" : level[(colon + 1)..];
        return (colon < 0 ? level : level[..colon]) switch
        {
            "fleet" when colon < 0 => "fleet",
            "group" when name.Length != 0 => "groups/" + ApiClient.Escape(name),
            "device" when name.Length != 0 => "devices/" + ApiClient.Escape(name),
            _ => throw new CliException(ExitCode.Usage, $"level: '{level}' is none of {LevelHelp}"),
        };
    }
}
