using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Fleet;

/// <summary><c>edgefleet tokens</c>: API tokens.</summary>
internal static class TokenCommands
{
    public static Command Create() => ApiOptions.Group("tokens", "API tokens: the own ones; for admins, all.", List(), New(), Revoke());

    private static Command List()
    {
        Command command = new("list", "Lists tokens; never their secrets.");
        command.CallsService(async call => call.Show.List(
            await call.Api.GetAsync("tokens", call.Cancel), "token", Column.Of("id", "id"), Column.Of("name", "name"),
            Column.Of("role", "role"), Column.Of("owner", "owner"), Column.Time("created", "createdAt"),
            Column.Time("expires", "expiresAt"), Column.Time("last used", "lastUsedAt")));
        return command;
    }

    private static Command New()
    {
        Argument<string> name = new("name") { Description = "What it is for." };
        Option<string> role = UserCommands.Role(required: true);
        Option<int?> days = new("--days") { Description = "Days that it holds, 1 to 366; without it, until it is revoked." };
        Command command = new("create", "Makes a token and prints its secret, this once.") { name, role, days };
        command.CallsService(async call =>
        {
            DateTimeOffset? expires = call.Value(days) is { } number ? DateTimeOffset.UtcNow.AddDays(Math.Clamp(number, 0, 10_000)) : null;
            JsonElement token = await call.Api.PostAsync("tokens", new
            {
                name = call.Value(name),
                role = call.Value(role),
                expiresAt = expires?.ToString("O", CultureInfo.InvariantCulture),
            }, call.Cancel);
            call.Show.Done(token, token.Text("secret") ?? "");
        });
        return command;
    }

    private static Command Revoke()
    {
        Argument<string> id = Common.Id("token");
        Command command = new("revoke", "Ends a token at once.") { id };
        command.CallsService(async call => call.Show.Done(
            await call.Api.SendAsync(HttpMethod.Delete, "tokens/" + ApiClient.Escape(call.Value(id)), null, call.Cancel),
            $"{call.Value(id)} is revoked"));
        return command;
    }
}
