using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet rollouts</c>: a bundle to many devices, group by group.</summary>
internal static class RolloutCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("rollout", "id"), Column.Of("name", "name"), Column.Of("version", "version"), Column.Of("state", "state"),
        new("updated", row => $"{row.Text("counts.updated")} of {row.Text("counts.nodes")}"), Column.Of("failed", "counts.failed"),
        Column.Of("why", "reason"), Column.Of("by", "createdBy"), Column.Time("started", "startedAt"), Column.Time("ended", "endedAt"),
    ];

    private static readonly Column[] Groups =
    [
        Column.Of("group", "number"), Column.Of("state", "state"), Column.Of("nodes", "counts.nodes"), Column.Of("waiting", "counts.waiting"),
        Column.Of("under way", "counts.open"), Column.Of("updated", "counts.updated"), Column.Of("failed", "counts.failed"),
        Column.Of("passed over", "counts.skipped"), Column.Time("started", "startedAt"), Column.Time("ended", "endedAt"),
    ];

    private static readonly Column[] NodeColumns =
    [
        Column.Of("device", "device"), Column.Of("group", "group"), Column.Of("state", "state"), Column.Of("why", "reason"),
        Column.Of("tries", "tries"), Column.Of("before", "before"), Column.Time("since", "changedAt"),
    ];

    private static readonly Column[] EvidenceColumns =
    [
        Column.Time("at", "at"), Column.Of("group", "group"), Column.Of("gate", "gate"), Column.Of("holds", "holds"), Column.Of("what it saw", "summary"),
    ];

    public static Command Create() => ApiOptions.Group(
        "rollouts", "Bundles to many devices, group by group.", List(), Show(), Plan("preview", "Shows who would be in which group; makes nothing."),
        Plan("create", "Makes a rollout from a plan."), Nodes(), Evidence(),
        Order("approve", "approve", "Agrees to a rollout that somebody else made."),
        Order("pause", "pause", "Asks nobody new until it is resumed."),
        Order("resume", "resume", "Goes on; what held it so far is forgiven."),
        Order("abort", "abort", "Ends it; devices that have not restarted into the bundle give it up."),
        Order("roll-back", "roll-back", "Asks its devices for the versions that they ran before."));

    private static Argument<long> Id() => new("rollout") { Description = "The rollout's number." };

    private static Command List()
    {
        Option<bool> active = new("--active") { Description = "Only those that have not ended." };
        Command command = new("list", "Lists rollouts, the newest first.") { active };
        command.CallsService(async call => call.Show.List(await call.Api.GetAsync(
            "rollouts" + ApiClient.Query(("active", call.Value(active) ? "true" : null)), call.Cancel), "rollout", Columns));
        return command;
    }

    private static Command Show()
    {
        Argument<long> id = Id();
        Command command = new("show", "Shows a rollout and its groups.") { id };
        command.CallsService(async call =>
        {
            JsonElement rollout = await call.Api.GetAsync($"rollouts/{call.Value(id)}", call.Cancel);
            call.Show.One(rollout, Columns);
            if (!call.Show.IsJson)
                call.Show.List(rollout.At("groups"), "group", Groups);
        });
        return command;
    }

    private static Command Plan(string word, string description)
    {
        Argument<FileInfo> file = new("plan") { Description = "A JSON file: name, digest, filter, groups, rate, window… as POST /api/v1/rollouts takes it." };
        Command command = new(word, description) { file };
        command.CallsService(async call =>
        {
            JsonElement plan = Read(call.Value(file));
            if (word == "create")
            {
                call.Show.One(await call.Api.PostAsync("rollouts", plan, call.Cancel), Columns);
                return;
            }
            JsonElement preview = await call.Api.PostAsync("rollouts/preview", plan, call.Cancel);
            call.Show.One(preview, Column.Of("version", "version"), Column.Of("devices", "nodes"), Column.Of("of another kind", "otherKind"),
                Column.Of("of other rollouts", "ofOtherRollouts"), new Column("at least", row => row.Text("leastMinutes") + " min"));
            if (!call.Show.IsJson)
            {
                call.Show.List(preview.At("groups"), "group", Column.Of("group", "number"), Column.Of("devices", "nodes"),
                    Column.Of("success %", "plan.successPercent"), Column.Of("errors %", "plan.errorPercent"),
                    Column.Of("soak min", "plan.soakMinutes"), Column.Of("first", "first"));
            }
        });
        return command;
    }

    private static Command Nodes()
    {
        Argument<long> id = Id();
        Option<string?> state = new("--state") { Description = "Only in this state, such as failed." };
        Option<int?> group = new("--group") { Description = "Only of this group, from 1." };
        Option<int> top = Common.Top();
        Command command = new("nodes", "Lists a rollout's devices.") { id, state, group, top };
        command.CallsService(async call => call.Show.List(await call.Api.ListAsync(
            $"rollouts/{call.Value(id)}/nodes" + ApiClient.Query(("state", call.Value(state)), ("group", call.Value(group)?.ToString())),
            call.Value(top), call.Cancel), "device", NodeColumns));
        return command;
    }

    private static Command Evidence()
    {
        Argument<long> id = Id();
        Option<bool> holds = new("--holds") { Description = "Only what held it." };
        Command command = new("evidence", "Shows what a rollout's gates saw.") { id, holds };
        command.CallsService(async call => call.Show.List(await call.Api.GetAsync(
            $"rollouts/{call.Value(id)}/evidence" + ApiClient.Query(("holds", call.Value(holds) ? "true" : null)), call.Cancel), "look", EvidenceColumns));
        return command;
    }

    private static Command Order(string word, string route, string description)
    {
        Argument<long> id = Id();
        Option<string?> reason = new("--reason") { Description = "Why, for those who read it later." };
        Command command = new(word, description) { id, reason };
        command.CallsService(async call => call.Show.One(
            await call.Api.PostAsync($"rollouts/{call.Value(id)}/{route}", new { reason = call.Value(reason) }, call.Cancel), Columns));
        return command;
    }

    private static JsonElement Read(FileInfo file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file.FullName));
            return document.RootElement.Clone();
        }
        catch (JsonException problem)
        {
            throw new CliException(ExitCode.Usage, $"{file.Name} is not JSON: {problem.Message}");
        }
    }
}
