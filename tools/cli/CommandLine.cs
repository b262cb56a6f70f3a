using System.CommandLine;
using System.Security.Cryptography;
using EdgeFleet.Cli.Api;
using EdgeFleet.Cli.Bundles;
using EdgeFleet.Cli.Fleet;
using EdgeFleet.Cli.Keys;

namespace EdgeFleet.Cli;

/// <summary>The operator's tool: its commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("The operator's tool of EdgeFleet: the fleet, keys and bundles. " + ExitCode.Help)
    {
        KeyCommands.Create(),
        new Command("bundle", "Application bundles (.efb): make, sign, check and compare them.")
        {
            CreateCommand.Create(),
            SignCommand.Create(),
            VerifyCommand.Create(),
            InspectCommand.Create(),
            DiffCommand.Create(),
        },
        DeviceCommands.Create(),
        CommandCommands.Create(),
        GroupCommands.Create(),
        GroupCommands.Filters(),
        ConfigCommands.Create(),
        RolloutCommands.Create(),
        UserCommands.Create(),
        TokenCommands.Create(),
        AlertCommands.Create(),
        VisitCommands.Create(),
        AuditCommands.Create(),
        CompletionCommand.Create(),
    };

    /// <summary>Reads the arguments and does what they say; gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration? configuration = null)
    {
        ParseResult result = Create().Parse(args);
        int code = await result.InvokeAsync(configuration);
        return result.Errors.Count != 0 ? ExitCode.Usage : code;
    }

    /// <summary>Runs a command's action; what it cannot do is one line on standard error and an exit code.</summary>
    public static void Runs(this Command command, Func<ParseResult, TextWriter, int> run) => command.SetAction(result =>
    {
        TextWriter error = result.InvocationConfiguration.Error;
        try
        {
            return run(result, result.InvocationConfiguration.Output);
        }
        catch (CliException problem)
        {
            error.WriteLine(problem.Message);
            return problem.ExitCode;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            error.WriteLine(problem.Message);
            return ExitCode.Failed;
        }
    });

    /// <summary>Runs a command's action that answers with nothing but errors.</summary>
    public static void Runs(this Command command, Action<ParseResult, TextWriter> run) => command.Runs((result, output) =>
    {
        run(result, output);
        return ExitCode.Done;
    });

    /// <summary>The file that a command writes.</summary>
    public static Option<string> Out(string description) => new("--out", "-o")
    {
        Description = description, Required = true, HelpName = "FILE",
    };

    /// <summary>A file that a command reads, by its place.</summary>
    public static Argument<string> File(string name, string description) => new(name) { Description = description };
}
