using System.CommandLine;

namespace EdgeFleet.Cli.Api;

/// <summary>What every command that speaks with the service takes.</summary>
internal static class ApiOptions
{
    public const string ServerVariable = "EDGEFLEET_SERVER";

    public const string TokenVariable = "EDGEFLEET_TOKEN";

    public const string TokenFileVariable = "EDGEFLEET_TOKEN_FILE";

    private const string DefaultServer = "http://127.0.0.1:8080";

    public static readonly Option<string?> Server = new("--server")
    {
        Description = $"Address of the service; else {ServerVariable}, else {DefaultServer}.", HelpName = "URL", Recursive = true,
    };

    public static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = $"File with an API token, readable by its owner alone; else {TokenVariable}, else the file that "
            + $"{TokenFileVariable} names, else ~/.config/edgefleet/token. A token is never an argument, which other users of the "
            + "machine would see.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> AllowHttp = new("--allow-http")
    {
        Description = "Send the token without encryption to another machine, too.", Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the service's answer as JSON.", Recursive = true,
    };

    /// <summary>A group of commands that speak with the service, such as <c>devices</c>.</summary>
    public static Command Group(string name, string description, params ReadOnlySpan<Command> commands)
    {
        Command group = new(name, description) { Server, TokenFile, AllowHttp, Json };
        foreach (Command command in commands)
            group.Add(command);
        return group;
    }

    /// <summary>The service's address.</summary>
    public static Uri ServerOf(ParseResult result)
    {
        string text = result.GetValue(Server) ?? Variable(ServerVariable) ?? DefaultServer;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? server) || server.Scheme is not ("http" or "https")
            || server.PathAndQuery != "/" || server.UserInfo.Length != 0)
        {
            throw new CliException(
                ExitCode.Usage, $"server: '{text}' is no address of a service; write it like https://fleet.example.org.");
        }
        return server;
    }

    /// <summary>The token; see <see cref="TokenFile"/>.</summary>
    public static string TokenOf(ParseResult result, Uri server)
    {
        if (server.Scheme == "http" && !server.IsLoopback && !result.GetValue(AllowHttp))
        {
            throw new CliException(ExitCode.Usage,
                $"server: {server.Host} is another machine, and http would show it the token unencrypted; use https, or "
                + "--allow-http where the way there is private.");
        }
        if (result.GetValue(TokenFile) is { } named)
            return ApiToken.FromFile(named);
        if (Variable(TokenVariable) is { } token)
            return ApiToken.Checked(token, TokenVariable);
        if (Variable(TokenFileVariable) is { } file)
            return ApiToken.FromFile(file);
        string usual = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "edgefleet", "token");
        if (File.Exists(usual))
            return ApiToken.FromFile(usual);
        throw new CliException(ExitCode.Usage,
            $"token: none was given; put one into {TokenVariable} or into {usual} (chmod 600). The service makes them under "
            + "Account, or with `edgefleet tokens create`.");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
