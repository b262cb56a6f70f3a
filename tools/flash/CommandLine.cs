using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Flash.Batch;
using EdgeFleet.Flash.Doctor;
using EdgeFleet.Flash.Field;
using EdgeFleet.Flash.Labels;
using EdgeFleet.Flash.Packs;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Steps;
using Spectre.Console;

namespace EdgeFleet.Flash;

/// <summary>The technician's tool: its commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    public static RootCommand Create(FlashHost host) => new(
        "From a bare board to a node that reports, without knowing nanoFramework. " + ExitCode.Help)
    {
        DoctorCommand.Create(host),
        BoardCommand.Create(host),
        BatchCommand.Create(host),
        EnrolCommand.Create(host),
        LabelCommand.Create(host),
        InstallCommand.Create(host),
        VisitCommand.Create(host),
        PackCommand.Create(host),
        SyncCommand.Create(host),
    };

    /// <summary>Parses and runs; Ctrl-C ends what runs, and the flasher with it.</summary>
    public static async Task<int> RunAsync(string[] args, FlashHost host, CancellationToken cancel = default)
    {
        ParseResult result = Create(host).Parse(args);
        int code = await result.InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10), Output = host.Output, Error = host.Error }, cancel);
        // The library's own code for arguments that it cannot parse is the one that stands for a failed board here.
        return result.Errors.Count != 0 ? ExitCode.Usage : code;
    }

    /// <summary>Runs a command's action; what it cannot do is named on the screen, with what to do, and as an exit code.</summary>
    public static void Runs(this Command command, FlashHost host, Func<ParseResult, CancellationToken, Task<int>> run) =>
        command.SetAction(async (result, cancel) =>
        {
            try
            {
                return await run(result, cancel);
            }
            catch (Exception e) when (e is FlashException or OperationCanceledException or IOException
                or UnauthorizedAccessException or JsonException)
            {
                FlashException problem = FlashException.Of(e);
                host.Say(problem);
                return problem.ExitCode;
            }
        });

    /// <summary>Names a problem and its remedy.</summary>
    public static void Say(this FlashHost host, FlashException problem)
    {
        host.Screen.MarkupLineInterpolated($"[red]{problem.Failure}[/]: {problem.Message}");
        if (problem.Remedy.Length != 0)
            host.Screen.MarkupLineInterpolated($"  [yellow]→[/] {problem.Remedy}");
    }
}
