using System.CommandLine;
using System.Security.Cryptography;
using EdgeFleet.Cli.Bundles;
using EdgeFleet.Cli.Keys;

namespace EdgeFleet.Cli;

/// <summary>The operator's tool: its commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("The operator's tool of EdgeFleet: keys and bundles. " + ExitCode.Help)
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
    };

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
            return ExitCode.Unusable;
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
