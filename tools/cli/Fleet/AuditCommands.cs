using System.CommandLine;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet audit</c>: who changed what.</summary>
internal static class AuditCommands
{
    public static Command Create() => ApiOptions.Group("audit", "Every change, with who, what, before and after.", List());

    private static Command List()
    {
        Option<string?> subject = new("--subject") { Description = "Only of this device, user, enrolment…" };
        Option<string?> actor = new("--actor") { Description = "Only by this user or token." };
        Option<string?> action = new("--action") { Description = "Only actions that begin so, such as device." };
        Option<int> top = Common.Top();
        Command command = new("list", "Lists changes, the newest first.") { subject, actor, action, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync(
                "audit" + ApiClient.Query(
                    ("subject", call.Value(subject)), ("actor", call.Value(actor)), ("action", call.Value(action))),
                call.Value(top), call.Cancel),
            "change", Column.Time("at", "at"), Column.Of("who", "actor"), Column.Of("action", "action"),
            Column.Of("subject", "subject"), Column.Of("before", "before"), Column.Of("after", "after")));
        return command;
    }
}
