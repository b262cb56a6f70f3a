using System.ComponentModel;
using System.Diagnostics;

namespace EdgeFleet.Service.Tests.Gateway.Clients;

/// <summary>A program that somebody else wrote.</summary>
internal static class ClientTool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs it to its end. Where it is missing the test fails and names the package that brings it.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string program, string package, string? folder, params string[] arguments)
    {
        using Process process = Start(program, package, folder, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} does not end: {await output}{await error}");
        }
        return (process.ExitCode, await output, await error);
    }

    private static Process Start(string program, string package, string? folder, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder != null)
        {
            // Else a missing folder would look like a missing program.
            Assert.True(Directory.Exists(folder), $"There is no folder {folder}.");
            start.WorkingDirectory = folder;
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail($"'{program}' is not installed; with Debian: apt-get install {package}");
            throw;
        }
    }
}
