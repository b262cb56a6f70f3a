using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Service;
using Spectre.Console;

namespace EdgeFleet.Flash.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">Such as <c>nanoff</c>.</param>
/// <param name="Ok">Whether it is as it should be.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do; empty where nothing is.</param>
internal sealed record Check(string What, bool Ok, string Found, string Remedy);

/// <summary><c>doctor</c>: whether this computer can flash boards, and what to do where it cannot.</summary>
internal static class DoctorCommand
{
    // TLS checks dates, and receipts carry this computer's: minutes do no harm yet.
    private static readonly TimeSpan MaxClockError = TimeSpan.FromMinutes(2);

    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Option<string?> nanoff = Common.Nanoff();
        Option<bool> json = Common.Json();
        Option<string?> state = Common.State();
        Command command = new("doctor", "Looks whether this computer can flash boards, and says what to do where it cannot.")
        {
            nanoff, json, state,
        };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            List<Check> checks = [];
            NanoffTool? tool = await NanoffAsync(result.GetValue(nanoff), host, checks, cancel);
            await PortsAsync(tool, checks, cancel);
            checks.Add(StateFolder(host, result.GetValue(state)));
            using FleetClient? client = service.Find(result, host);
            await ServiceAsync(client, host, checks, cancel);
            Print(host, checks, result.GetValue(json));
            return checks.All(check => check.Ok) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<NanoffTool?> NanoffAsync(string? named, FlashHost host, List<Check> checks, CancellationToken cancel)
    {
        try
        {
            NanoffTool tool = new(NanoffTool.Find(named), host.Time, FlashLimits.FlasherVersion);
            checks.Add(new Check("nanoff", true, $"{await tool.VersionAsync(cancel)} at {tool.Path}", ""));
            return tool;
        }
        catch (FlashException e)
        {
            checks.Add(new Check("nanoff", false, e.Message, e.Remedy));
            return null;
        }
    }

    private static async Task PortsAsync(NanoffTool? tool, List<Check> checks, CancellationToken cancel)
    {
        if (tool == null)
            return;
        IReadOnlyList<string> ports = await tool.PortsAsync(cancel);
        if (ports.Count == 0)
        {
            checks.Add(new Check("ports", false, "no serial port", "Plug a board in, with a cable that carries data; install its USB "
                + "driver (CP210x or CH34x) where the system has none."));
        }
        foreach (string port in ports)
            checks.Add(Ports.Access(port));
    }

    private static Check StateFolder(FlashHost host, string? named)
    {
        try
        {
            string path = StateFolders.Open(host, named).Root;
            DriveInfo drive = new(path);
            const long Enough = 200L * 1024 * 1024;
            return new Check("state folder", drive.AvailableFreeSpace >= Enough,
                $"{path}, {drive.AvailableFreeSpace / 1024 / 1024} MB free",
                drive.AvailableFreeSpace >= Enough ? "" : "Make room: reading a board back takes up to 16 MB, the runtimes some 100 MB.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Check("state folder", false, e.Message, "Name another with --state FOLDER.");
        }
    }

    private static async Task ServiceAsync(FleetClient? client, FlashHost host, List<Check> checks, CancellationToken cancel)
    {
        if (client == null)
        {
            checks.Add(new Check("service", false, "none was named", "Give --server URL or set EDGEFLEET_SERVER; or work from a pack."));
            return;
        }
        try
        {
            DateTimeOffset? date = await client.DateAsync(cancel);
            checks.Add(new Check("service", true, $"{client.Address} answers", ""));
            if (date is { } theirs)
            {
                TimeSpan off = host.Time.GetUtcNow() - theirs;
                bool fine = off.Duration() <= MaxClockError;
                checks.Add(new Check("clock", fine, string.Create(CultureInfo.InvariantCulture, $"{off.TotalSeconds:+0;-0;0} s from the service's"),
                    fine ? "" : "Set this computer's clock: receipts carry its time, and TLS checks dates."));
            }
            Me me = await client.GetAsync<Me>("/api/v1/me", cancel);
            bool may = !string.Equals(me.Role, "viewer", StringComparison.OrdinalIgnoreCase);
            checks.Add(new Check("token", may, $"{me.Name}, role {me.Role}", may ? "" : "The role technician is needed."));
        }
        catch (FlashException e)
        {
            checks.Add(new Check(e.Failure == Failure.NotAllowed ? "token" : "service", false, e.Message, e.Remedy));
        }
    }

    private static void Print(FlashHost host, List<Check> checks, bool json)
    {
        if (json)
        {
            host.Output.WriteLine(JsonSerializer.Serialize(checks, FleetClient.Json));
            return;
        }
        foreach (Check check in checks)
        {
            if (check.Ok)
                host.Screen.MarkupLineInterpolated($"[green]✓[/] [bold]{check.What}[/]: {check.Found}");
            else
                host.Screen.MarkupLineInterpolated($"[red]✗[/] [bold]{check.What}[/]: {check.Found}");
            if (check.Remedy.Length != 0)
                host.Screen.MarkupLineInterpolated($"  [yellow]→[/] {check.Remedy}");
        }
    }
}
