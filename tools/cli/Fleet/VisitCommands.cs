using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet visits</c>: nodes that need a technician.</summary>
internal static class VisitCommands
{
    public static Command Create() => ApiOptions.Group("visits", "Nodes that need a technician.", List(), Csv());

    private static Option<string?> Site() => new("--site") { Description = "Only of this site." };

    private static Command List()
    {
        Option<string?> site = Site();
        Option<string?> reason = new("--reason") { Description = "Only for this reason, such as unreachable or hardwareFault." };
        Option<int> top = Common.Top();
        Command command = new("list", "Lists them by site: why, and what to take along.") { site, reason, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync(
                "visits" + ApiClient.Query(("site", call.Value(site)), ("reason", call.Value(reason))), call.Value(top), call.Cancel),
            "visit", Column.Of("site", "site"), Column.Of("device", "device"), Column.Of("name", "name"),
            new("why", row => Join(row, "reasons", item => item.Text("text"))), new("bring", row => Join(row, "bring", item => item.GetString())),
            Column.Of("latitude", "latitude"), Column.Of("longitude", "longitude"), Column.Time("last seen", "lastSeenAt")));
        return command;
    }

    private static Command Csv()
    {
        Option<string?> site = Site();
        Command command = new("csv", "Writes them as CSV, for a sheet or edgefleet-flash.") { site };
        command.CallsService(async call => call.Show.Output.Write(
            await call.Api.TextAsync("visits.csv" + ApiClient.Query(("site", call.Value(site))), call.Cancel)));
        return command;
    }

    private static string Join(JsonElement row, string name, Func<JsonElement, string?> text) =>
        row.TryGetProperty(name, out JsonElement items) ? string.Join("; ", items.EnumerateArray().Select(text)) : "";
}
