using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet users</c>: who may sign in.</summary>
internal static class UserCommands
{
    public static Command Create() => ApiOptions.Group(
        "users", "Who may sign in; for admins.", List(), Add(), SetRole(), Reset(), Remove());

    /// <summary>A role by its name.</summary>
    public static Option<string> Role(bool required)
    {
        Option<string> role = new("--role") { Description = "What is allowed.", Required = required };
        role.AcceptOnlyFromAmong("viewer", "technician", "operator", "approver", "admin");
        return role;
    }

    private static Argument<string> Name() => new("name") { Description = "The user's name." };

    private static Command List()
    {
        Command command = new("list", "Lists the users.");
        command.CallsService(async call => call.Show.List(
            await call.Api.GetAsync("users", call.Cancel), "user", Column.Of("name", "name"), Column.Of("role", "role"),
            Column.Of("must change password", "mustChangePassword"), Column.Time("created", "createdAt")));
        return command;
    }

    private static Command Add()
    {
        Argument<string> name = Name();
        Option<string> role = Role(required: true);
        Command command = new("add", "Makes a user and prints the one-time password, this once.") { name, role };
        command.CallsService(async call => Password(call, await call.Api.PostAsync(
            "users", new { name = call.Value(name), role = call.Value(role) }, call.Cancel)));
        return command;
    }

    private static Command SetRole()
    {
        Argument<string> name = Name();
        Option<string> role = Role(required: true);
        Command command = new("role", "Gives a user another role.") { name, role };
        command.CallsService(async call => call.Show.Done(
            await call.Api.SendAsync(HttpMethod.Patch, "users/" + ApiClient.Escape(call.Value(name)),
                new { role = call.Value(role) }, call.Cancel),
            $"{call.Value(name)} is {call.Value(role)}"));
        return command;
    }

    private static Command Reset()
    {
        Argument<string> name = Name();
        Command command = new("reset-password", "Makes a new one-time password and prints it, this once.") { name };
        command.CallsService(async call => Password(call, await call.Api.SendAsync(
            HttpMethod.Patch, "users/" + ApiClient.Escape(call.Value(name)), new { resetPassword = true }, call.Cancel)));
        return command;
    }

    private static Command Remove()
    {
        Argument<string> name = Name();
        Option<bool> yes = Common.Yes();
        Command command = new("remove", "Removes a user; the user's tokens end with it.") { name, yes };
        command.CallsService(async call =>
        {
            Common.Confirm(call, yes, $"Remove the user {call.Value(name)}?");
            call.Show.Done(
                await call.Api.SendAsync(HttpMethod.Delete, "users/" + ApiClient.Escape(call.Value(name)), null, call.Cancel),
                $"{call.Value(name)} is removed");
        });
        return command;
    }

    private static void Password(Call call, JsonElement answer) => call.Show.Done(
        answer, answer.Text("oneTimePassword") ?? "");
}
