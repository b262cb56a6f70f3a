using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet alerts</c>: what is wrong, who is told, and which sites are in maintenance.</summary>
internal static class AlertCommands
{
    private static readonly Column[] Rows =
    [
        Column.Of("alert", "id"), Column.Of("severity", "severity"), Column.Of("state", "state"), Column.Of("device", "device"),
        Column.Of("site", "site"), Column.Of("what", "key"), Column.Of("says", "text"), Column.Time("since", "raisedAt"),
        Column.Of("times", "count"), Column.Of("taken by", "acknowledgedBy"), Column.Time("silenced until", "silencedUntil"),
    ];

    public static Command Create() => ApiOptions.Group(
        "alerts", "What is wrong, and who is told of it.", List(), Show(), Acknowledge(), Silence(), Clear(), Routes(), Maintenance());

    private static Command List()
    {
        Option<string> state = new("--state") { Description = "open, cleared or all.", DefaultValueFactory = _ => "open" };
        state.AcceptOnlyFromAmong("open", "cleared", "all");
        Option<string?> severity = new("--severity") { Description = "At least so grave: info, warning or critical." };
        severity.AcceptOnlyFromAmong("info", "warning", "critical");
        Option<string?> site = new("--site") { Description = "Only of this site." };
        Option<string?> device = new("--device") { Description = "Only of this device.", HelpName = "ID" };
        Option<bool> fresh = new("--new") { Description = "Only those that nobody has acknowledged." };
        Option<int> top = Common.Top();
        Command command = new("list", "Lists alerts: open ones by severity, then the newest first.") { state, severity, site, device, fresh, top };
        command.CallsService(async call => call.Show.List(
            await call.Api.ListAsync("alerts" + ApiClient.Query(
                ("state", call.Value(state)), ("severity", call.Value(severity)), ("site", call.Value(site)),
                ("device", call.Value(device)), ("acknowledged", call.Value(fresh) ? "false" : null)), call.Value(top), call.Cancel),
            "alert", Rows));
        return command;
    }

    private static Command Show()
    {
        Argument<long> id = Id();
        Command command = new("show", "Shows one alert and its history.") { id };
        command.CallsService(async call =>
        {
            JsonElement answer = await call.Api.GetAsync("alerts/" + call.Value(id), call.Cancel);
            if (call.Show.IsJson)
            {
                call.Show.Json(answer);
                return;
            }
            call.Show.One(answer.GetProperty("alert"), Rows);
            call.Show.List(answer.GetProperty("history"), "step", Column.Time("at", "at"), Column.Of("what", "change"),
                Column.Of("by", "by"), Column.Of("note", "note"));
        });
        return command;
    }

    private static Command Acknowledge() => Change(
        "acknowledge", "Says that somebody takes care of it.", "acknowledge", note => new { note }, "acknowledged");

    private static Command Clear() => Change(
        "clear", "Ends an alert whose cause went without a word.", "clear", note => new { note }, "cleared");

    private static Command Silence()
    {
        Argument<long> id = Id();
        Option<double> hours = new("--hours")
        {
            Description = "For how many hours from now; 0 ends the silence.", DefaultValueFactory = _ => 8, HelpName = "H",
        };
        Option<string?> reason = new("--reason") { Description = "Why." };
        Command command = new("silence", "Tells nobody of this device and rule for a time.") { id, hours, reason };
        command.CallsService(async call =>
        {
            DateTimeOffset until = TimeProvider.System.GetUtcNow().AddHours(call.Value(hours));
            JsonElement answer = await call.Api.PostAsync(
                $"alerts/{call.Value(id)}/silence", new { until, reason = call.Value(reason) }, call.Cancel);
            call.Show.Done(answer, answer.Time("silencedUntil") is { } end ? $"silenced until {end}" : "not silenced");
        });
        return command;
    }

    private static Command Routes()
    {
        Option<string> name = new("--name") { Description = "What people call it.", Required = true };
        Option<string?> webhook = new("--webhook") { Description = "An https address that gets signed messages.", HelpName = "URL" };
        Option<string?> mail = new("--email") { Description = "A mail address.", HelpName = "ADDRESS" };
        Option<string> least = new("--severity") { Description = "At least so grave: info, warning or critical.", DefaultValueFactory = _ => "warning" };
        least.AcceptOnlyFromAmong("info", "warning", "critical");
        Option<string?> site = new("--site") { Description = "Only of this site." };
        Command add = new("add", "Adds a route; a webhook's secret is shown this once.") { name, webhook, mail, least, site };
        add.CallsService(async call =>
        {
            if ((call.Value(webhook) == null) == (call.Value(mail) == null))
                throw new CliException(ExitCode.Usage, "Say either --webhook or --email.");
            JsonElement answer = await call.Api.PostAsync("alert-routes", new
            {
                name = call.Value(name),
                kind = call.Value(webhook) != null ? "webhook" : "email",
                target = call.Value(webhook) ?? call.Value(mail),
                minSeverity = call.Value(least),
                site = call.Value(site),
            }, call.Cancel);
            call.Show.Done(answer, $"route {answer.Text("route.id")}" + (answer.Text("secret") is { } secret
                ? $"{Environment.NewLine}secret, shown this once: {secret}" : ""));
        });
        Command list = new("list", "Lists routes and how their deliveries are doing.");
        list.CallsService(async call => call.Show.List(
            await call.Api.GetAsync("alert-routes", call.Cancel), "route", Column.Of("route", "id"), Column.Of("name", "name"),
            Column.Of("how", "kind"), Column.Of("to", "target"), Column.Of("from severity", "minSeverity"), Column.Of("site", "site"),
            Column.Of("on", "enabled"), Column.Of("waiting", "waiting"), Column.Of("given up", "failed"), Column.Of("last error", "lastError")));
        Argument<string> tested = Common.Id("route");
        Command test = new("test", "Sends a message that says it is a test.") { tested };
        test.CallsService(async call => call.Show.Done(
            await call.Api.PostAsync($"alert-routes/{ApiClient.Escape(call.Value(tested))}/test", null, call.Cancel), "on its way"));
        Argument<string> removed = Common.Id("route");
        Command remove = new("remove", "Removes a route and what waits for it.") { removed };
        remove.CallsService(async call => call.Show.Done(
            await call.Api.SendAsync(HttpMethod.Delete, "alert-routes/" + ApiClient.Escape(call.Value(removed)), null, call.Cancel), "removed"));
        return new Command("routes", "Who is told of which alerts.") { list, add, test, remove };
    }

    private static Command Maintenance()
    {
        Column[] columns = [Column.Of("site", "site"), Column.Time("until", "until"), Column.Of("reason", "reason"), Column.Of("by", "by")];
        Command list = new("list", "Lists sites in maintenance.");
        list.CallsService(async call => call.Show.List(await call.Api.GetAsync("maintenance", call.Cancel), "site", columns));
        Argument<string> begun = new("site") { Description = "The site's name." };
        Option<double> hours = new("--hours") { Description = "For how many hours from now.", DefaultValueFactory = _ => 8, HelpName = "H" };
        Option<string> reason = new("--reason") { Description = "Why.", Required = true };
        Command begin = new("begin", "Begins a site's maintenance: alerts are recorded and nobody is told.") { begun, hours, reason };
        begin.CallsService(async call =>
        {
            DateTimeOffset until = TimeProvider.System.GetUtcNow().AddHours(call.Value(hours));
            JsonElement answer = await call.Api.SendAsync(
                HttpMethod.Put, $"sites/{ApiClient.Escape(call.Value(begun))}/maintenance", new { until, reason = call.Value(reason) }, call.Cancel);
            call.Show.Done(answer, $"in maintenance until {answer.Time("until")}");
        });
        Argument<string> ended = new("site") { Description = "The site's name." };
        Command end = new("end", "Ends a site's maintenance; what still goes on is told now.") { ended };
        end.CallsService(async call => call.Show.Done(await call.Api.SendAsync(
            HttpMethod.Delete, $"sites/{ApiClient.Escape(call.Value(ended))}/maintenance", null, call.Cancel), "maintenance has ended"));
        return new Command("maintenance", "Sites where people work.") { list, begin, end };
    }

    private static Command Change(string name, string description, string route, Func<string?, object> body, string done)
    {
        Argument<long> id = Id();
        Option<string?> note = new("--note") { Description = "A note for the history." };
        Command command = new(name, description) { id, note };
        command.CallsService(async call => call.Show.Done(await call.Api.PostAsync(
            string.Create(CultureInfo.InvariantCulture, $"alerts/{call.Value(id)}/{route}"), body(call.Value(note)), call.Cancel), done));
        return command;
    }

    private static Argument<long> Id() => new("alert") { Description = "The alert's number." };
}
