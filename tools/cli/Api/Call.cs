using System.CommandLine;

namespace EdgeFleet.Cli.Api;

/// <summary>A command at work: its arguments, the service and the paper.</summary>
internal sealed record Call(ParseResult Arguments, ApiClient Api, Show Show, CancellationToken Cancel)
{
    public T? Value<T>(Option<T> option) => Arguments.GetValue(option);

    public T Value<T>(Argument<T> argument) => Arguments.GetValue(argument)!;
}

internal static class Calls
{
    /// <summary>Runs a command that speaks with the service; what it cannot do is told on standard error.</summary>
    public static void CallsService(this Command command, Func<Call, Task<int>> run) =>
        command.SetAction(async (result, cancel) =>
        {
            TextWriter error = result.InvocationConfiguration.Error;
            try
            {
                Uri server = ApiOptions.ServerOf(result);
                using ApiClient api = new(server, ApiOptions.TokenOf(result, server));
                Show show = new(result.InvocationConfiguration.Output, result.GetValue(ApiOptions.Json));
                return await run(new Call(result, api, show, cancel));
            }
            catch (CliException problem)
            {
                error.WriteLine(problem.Message);
                return problem.ExitCode;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                error.WriteLine(problem.Message);
                return ExitCode.Failed;
            }
            catch (OperationCanceledException)
            {
                error.WriteLine("stopped.");
                return ExitCode.Failed;
            }
        });

    /// <summary>The same for a command that either does what it is to do or says why not.</summary>
    public static void CallsService(this Command command, Func<Call, Task> run) => command.CallsService(async call =>
    {
        await run(call);
        return ExitCode.Done;
    });
}
