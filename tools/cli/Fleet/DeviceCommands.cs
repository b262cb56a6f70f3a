using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet devices</c>: the directory.</summary>
internal static class DeviceCommands
{
    public static readonly Column[] Columns =
    [
        Column.Of("id", "device.id"), Column.Of("name", "device.name"), Column.Of("kind", "device.kind"),
        Column.Of("site", "device.site"), Column.Of("status", "device.status"), Column.Of("online", "online"),
        Column.Time("last seen", "lastSeenAt"), Column.Of("tags", "device.tags"),
    ];

    public static Command Create() => ApiOptions.Group(
        "devices", "The fleet's devices.", List(), Show(), Update(), Edit(),
        Change("quarantine", "Keeps a device out and ends its connection."),
        Change("reinstate", "Lets a quarantined device in again."),
        Change("decommission", "Takes a device down for good; its data stays."));

    private static Command List()
    {
        Option<string?> filter = Common.Filter();
        Option<int> top = Common.Top();
        Command command = new("list", "Lists devices by site and name.") { filter, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync(
                "devices" + ApiClient.Query(("filter", call.Value(filter))), call.Value(top), call.Cancel),
            "device", Columns));
        return command;
    }

    private static Command Show()
    {
        Argument<string> id = Common.Id("device");
        Command command = new("show", "Shows one device.") { id };
        command.CallsService(async call => call.Show.One(
            await call.Api.GetAsync("devices/" + ApiClient.Escape(call.Value(id)), call.Cancel),
            [.. Columns, Column.Of("board", "device.board"), Column.Of("hardware id", "device.hardwareId"),
                new Column("place", Place), Column.Of("configuration", "configVersion"), Column.Time("since", "since"),
                Column.Time("created", "device.createdAt")]));
        return command;
    }

    private static Command Update()
    {
        Argument<string> id = Common.Id("device");
        Option<string?> name = new("--name") { Description = "What people call it." };
        Option<string?> site = new("--site") { Description = "Where it belongs." };
        Option<double?> latitude = new("--latitude") { Description = "WGS 84 degrees; together with --longitude." };
        Option<double?> longitude = new("--longitude") { Description = "WGS 84 degrees." };
        Option<string[]> tags = new("--tags")
        {
            Description = "All the tags that it is to have, with commas between; '' for none.",
            HelpName = "A,B",
            CustomParser = result => result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };
        Command command = new("update", "Names, assigns, places or tags a device.") { id, name, site, latitude, longitude, tags };
        command.CallsService(async call =>
        {
            JsonElement view = await call.Api.SendAsync(HttpMethod.Patch, "devices/" + ApiClient.Escape(call.Value(id)), new
            {
                name = call.Value(name),
                site = call.Value(site),
                latitude = call.Value(latitude),
                longitude = call.Value(longitude),
                tags = call.Arguments.GetResult(tags) == null ? null : call.Value(tags),
            }, call.Cancel);
            call.Show.One(view, Columns);
        });
        return command;
    }

    private static Command Edit()
    {
        Option<string?> filter = Common.Filter("Which devices");
        filter.Required = true;
        Option<string[]> add = new("--add-tag") { Description = "A tag that they get; once for each.", HelpName = "TAG" };
        Option<string[]> remove = new("--remove-tag") { Description = "A tag that they lose; once for each.", HelpName = "TAG" };
        Option<string?> site = new("--site") { Description = "Where they belong." };
        Option<bool> preview = new("--preview") { Description = "Only say how many would change." };
        Option<bool> yes = Common.Yes();
        Command command = new("edit", "Tags or assigns all devices that fit, after saying how many change.")
        {
            filter, add, remove, site, preview, yes,
        };
        command.CallsService(async call =>
        {
            object Body(int? expected) => new
            {
                filter = call.Value(filter),
                addTags = call.Value(add),
                removeTags = call.Value(remove),
                site = call.Value(site),
                expected,
            };
            JsonElement seen = await call.Api.PostAsync("devices/edit", Body(null), call.Cancel);
            int changing = seen.At("changing").GetInt32();
            if (call.Value(preview))
            {
                call.Show.Done(seen, $"{changing} of {seen.Text("fitting")} devices would change");
                return;
            }
            Common.Confirm(call, yes, $"Change {changing} of {seen.Text("fitting")} devices?");
            JsonElement done = await call.Api.PostAsync("devices/edit", Body(changing), call.Cancel);
            call.Show.Done(done, $"{done.Text("changing")} devices changed");
        });
        return command;
    }

    private static Command Change(string verb, string description)
    {
        Argument<string> id = Common.Id("device");
        Option<bool> yes = Common.Yes();
        Command command = new(verb, description) { id, yes };
        command.CallsService(async call =>
        {
            if (verb == "decommission")
                Common.Confirm(call, yes, $"Take {call.Value(id)} down for good?");
            JsonElement view = await call.Api.PostAsync($"devices/{ApiClient.Escape(call.Value(id))}/{verb}", null, call.Cancel);
            call.Show.Done(view, $"{view.Text("device.id")} is {view.Text("device.status")}");
        });
        return command;
    }

    private static string? Place(JsonElement view) => view.Text("device.latitude") is { } latitude
        ? $"{latitude}, {view.Text("device.longitude")}" : null;
}
