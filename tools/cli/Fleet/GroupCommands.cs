using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet groups</c> and <c>edgefleet filters</c>: devices under names.</summary>
internal static class GroupCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("name", "name"), Column.Of("devices", "devices"), Column.Of("filter", "filter"),
        Column.Of("priority", "priority"), Column.Of("description", "description"), Column.Of("changed by", "changedBy"),
        Column.Time("at", "changedAt"),
    ];

    public static Command Create() => ApiOptions.Group(
        "groups", "Groups of devices: lists, and filters.", List(), New(), Change(), Devices(), Remove());

    public static Command Filters() => ApiOptions.Group("filters", "Filters that people keep.", ListFilters(), Save(), Forget());

    private static Argument<string> Name(string what = "group") => new("name") { Description = $"The {what}'s name." };

    private static Option<int?> Priority() => new("--priority")
    {
        Description = "0 to 1000; of the configurations of two groups, that of the higher one counts.",
    };

    private static Option<string[]> Ids(string name, string description) => new(name) { Description = description, HelpName = "ID" };

    private static Command List()
    {
        Command command = new("list", "Lists groups.");
        command.CallsService(async call => call.Show.List(await call.Api.GetAsync("groups", call.Cancel), "group", Columns));
        return command;
    }

    private static Command New()
    {
        Argument<string> name = Name();
        Option<string?> filter = Common.Filter("Who belongs to it; without, a list");
        Option<string[]> device = Ids("--device", "A device on its list; once for each.");
        Option<string?> description = new("--description") { Description = "What it is for." };
        Option<int?> priority = Priority();
        Command command = new("create", "Makes a group.") { name, filter, device, description, priority };
        command.CallsService(async call => call.Show.One(await call.Api.PostAsync("groups", new
        {
            name = call.Value(name),
            filter = call.Value(filter),
            devices = call.Value(device) is { Length: > 0 } devices ? devices : null,
            description = call.Value(description),
            priority = call.Value(priority),
        }, call.Cancel), Columns));
        return command;
    }

    private static Command Change()
    {
        Argument<string> name = Name();
        Option<string?> filter = Common.Filter("Who belongs to it from now on");
        Option<string[]> add = Ids("--add", "A device that goes onto its list; once for each.");
        Option<string[]> remove = Ids("--remove", "A device that leaves its list; once for each.");
        Option<string?> description = new("--description") { Description = "What it is for." };
        Option<int?> priority = Priority();
        Command command = new("change", "Changes a group, or who is on its list.") { name, filter, add, remove, description, priority };
        command.CallsService(async call => call.Show.One(
            await call.Api.SendAsync(HttpMethod.Patch, "groups/" + ApiClient.Escape(call.Value(name)), new
            {
                filter = call.Value(filter),
                addDevices = call.Value(add),
                removeDevices = call.Value(remove),
                description = call.Value(description),
                priority = call.Value(priority),
            }, call.Cancel), Columns));
        return command;
    }

    private static Command Devices()
    {
        Argument<string> name = Name();
        Option<int> top = Common.Top();
        Command command = new("devices", "Lists who is in a group.") { name, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync($"groups/{ApiClient.Escape(call.Value(name))}/devices", call.Value(top), call.Cancel),
            "device", DeviceCommands.Columns));
        return command;
    }

    private static Command Remove()
    {
        Argument<string> name = Name();
        Option<bool> yes = Common.Yes();
        Command command = new("remove", "Removes a group that nothing needs.") { name, yes };
        command.CallsService(async call =>
        {
            Common.Confirm(call, yes, $"Remove the group {call.Value(name)}?");
            JsonElement group = await call.Api.SendAsync(
                HttpMethod.Delete, "groups/" + ApiClient.Escape(call.Value(name)), null, call.Cancel);
            call.Show.Done(group, $"{call.Value(name)} is removed");
        });
        return command;
    }

    private static Command ListFilters()
    {
        Command command = new("list", "Lists the filters that people keep.");
        command.CallsService(async call => call.Show.List(
            await call.Api.GetAsync("filters", call.Cancel), "filter", Column.Of("name", "name"), Column.Of("filter", "filter"),
            Column.Of("changed by", "changedBy"), Column.Time("at", "changedAt")));
        return command;
    }

    private static Command Save()
    {
        Argument<string> name = Name("filter");
        Argument<string> filter = new("filter") { Description = "The filter, in one word of the shell: quote it." };
        Command command = new("save", "Keeps a filter under a name.") { name, filter };
        command.CallsService(async call => call.Show.Done(
            await call.Api.SendAsync(HttpMethod.Put, "filters/" + ApiClient.Escape(call.Value(name)),
                new { filter = call.Value(filter) }, call.Cancel),
            $"{call.Value(name)} is kept"));
        return command;
    }

    private static Command Forget()
    {
        Argument<string> name = Name("filter");
        Command command = new("remove", "Forgets a filter.") { name };
        command.CallsService(async call => call.Show.Done(
            await call.Api.SendAsync(HttpMethod.Delete, "filters/" + ApiClient.Escape(call.Value(name)), null, call.Cancel),
            $"{call.Value(name)} is forgotten"));
        return command;
    }
}
