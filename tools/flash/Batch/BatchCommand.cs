using System.CommandLine;
using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Packs;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Steps;
using Spectre.Console;
using Profile = EdgeFleet.Flash.Profiles.Profile;

namespace EdgeFleet.Flash.Batch;

/// <summary><c>batch</c>: the boards of a manifest, at several ports at once.</summary>
internal static class BatchCommand
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(250);

    public static Command Create(FlashHost host)
    {
        ProfileOptions profile = new();
        ServiceOptions service = new();
        Argument<string?> manifest = new("manifest") { Description = "CSV with a header: name, and kind, board, mac, latitude, longitude where wanted.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> ports = new("--port", "-p") { Description = "A serial port; once for each. Without it, all that are there.", HelpName = "PORT" };
        Option<NodeKind?> kind = new("--kind", "-k") { Description = "airbox or bridge, for rows that do not say; without it, what the enrolment is for." };
        Option<bool> offline = new("--offline") { Description = "Do not ask the service: `sync` makes up for it." };
        Option<int> wait = new("--wait") { Description = "Minutes until no more boards are expected at a port.", DefaultValueFactory = _ => 30, HelpName = "MIN" };
        Option<string?> results = new("--results") { Description = "Where the results go; without it, beside the manifest.", HelpName = "FILE" };
        Option<string?> nanoff = Common.Nanoff(), state = Common.State();
        Option<bool> json = Common.Json();
        Command command = new("batch", "Makes the boards of a manifest into nodes, at several ports at once; run again, it does what is left.")
        {
            manifest, ports, kind, offline, wait, results, nanoff, state, json,
        };
        profile.AddTo(command);
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using PrivateFolder scope = new(host.Temp);
            Profile common = profile.Read(result, host, scope);
            string list = result.GetValue(manifest) ?? Pack.ManifestOf(scope)
                ?? throw new FlashException(Failure.BadInput, "Which manifest?", "Give a CSV file with the names of the nodes.");
            IReadOnlyList<ManifestRow> rows = Manifest.Read(list);
            using FleetClient? client = result.GetValue(offline) ? null : service.Need(result, host);
            NanoffTool tool = new(NanoffTool.Find(result.GetValue(nanoff)), host.Time, host.FlasherQuiet);
            await tool.VersionAsync(cancel);
            (NodeKind what, string site) = await BoardCommand.KindAsync(result.GetValue(kind), common, client, cancel);
            StateFolders folders = StateFolders.Open(host, result.GetValue(state));
            BatchState batch = BatchState.Load(folders, list, common.Settings.Enrolment);
            string[] at = result.GetValue(ports) is { Length: > 0 } named ? named : [.. await tool.PortsAsync(cancel)];
            if (at.Length is 0 or > FlashLimits.MaxPorts)
                throw new FlashException(Failure.PortMissing, $"{at.Length} ports; 1 to {FlashLimits.MaxPorts} are used at once.", "Name them with --port.");
            BatchRun run = new(rows, batch, common with { Site = site }, what, tool, folders, client, host, TimeSpan.FromMinutes(result.GetValue(wait)))
            {
                Finished = (row, end) => Say(host, row, end),
            };
            string file = result.GetValue(results) ?? Path.ChangeExtension(list, ".results.csv");
            try
            {
                await ShowAsync(host, run, rows, batch, run.RunAsync(at, cancel));
            }
            finally
            {
                File.WriteAllText(file, Results(rows, batch), new UTF8Encoding(false));
            }
            return Summarise(host, rows, batch, file, result.GetValue(json));
        });
        return command;
    }

    private static async Task ShowAsync(
        FlashHost host, BatchRun run, IReadOnlyList<ManifestRow> rows, BatchState state, Task work)
    {
        if (!host.Screen.Profile.Out.IsTerminal)
        {
            await work;
            return;
        }
        await host.Screen.Live(Table(run, rows, state, host)).StartAsync(async live =>
        {
            while (await Task.WhenAny(work, Task.Delay(Frame, host.Time)) != work)
                live.UpdateTarget(Table(run, rows, state, host));
            live.UpdateTarget(Table(run, rows, state, host));
        });
        await work;
    }

    private static Table Table(BatchRun run, IReadOnlyList<ManifestRow> rows, BatchState state, FlashHost host)
    {
        const int Longest = 48;
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Port", "Node", "Board", "Now", "s");
        int done = rows.Count(row => state.Of(row.Name).Done);
        int failed = rows.Count(row => state.Of(row.Name) is { Done: false, Failure: not (Failure.None or Failure.Interrupted) });
        table.Title = new TableTitle($"{done} of {rows.Count} done, {failed} failed");
        foreach ((string port, PortStatus now) in run.Ports.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            string what = now.What.Length > Longest ? now.What[..Longest] + "…" : now.What;
            table.AddRow(
                Markup.Escape(Path.GetFileName(port)), Markup.Escape(now.Row), now.HardwareId, Markup.Escape(what),
                $"{(host.Time.GetUtcNow() - now.Since).TotalSeconds:F0}");
        }
        return table;
    }

    private static void Say(FlashHost host, ManifestRow row, RowState end)
    {
        if (host.Screen.Profile.Out.IsTerminal && end.Done)
            return;
        if (end.Done)
            host.Screen.MarkupLineInterpolated($"[green]✓[/] {row.Name}: {end.DeviceId ?? end.HardwareId}, {end.Seconds:F0} s");
        else
            host.Screen.MarkupLineInterpolated($"[red]✗[/] {row.Name}: {end.Failure}: {end.Message}");
    }

    private static string Results(IReadOnlyList<ManifestRow> rows, BatchState state)
    {
        StringBuilder text = new(Csv.Row("name", "result", "hardwareId", "device", "receipt", "failure", "step", "message", "seconds"));
        foreach (ManifestRow row in rows)
        {
            RowState end = state.Of(row.Name);
            string result = end.Done ? "done" : end.Failure == Failure.None ? "open" : "failed";
            text.Append(Csv.Row(
                row.Name, result, end.HardwareId, end.DeviceId ?? "", end.ReceiptId ?? "", end.Failure == Failure.None ? "" : end.Failure.ToString(),
                end.Step?.ToString() ?? "", end.Message, end.Seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        return text.ToString();
    }

    private static int Summarise(FlashHost host, IReadOnlyList<ManifestRow> rows, BatchState state, string file, bool json)
    {
        int done = rows.Count(row => state.Of(row.Name).Done);
        List<ManifestRow> failed = [.. rows.Where(row => state.Of(row.Name) is { Done: false, Failure: not Failure.None })];
        int open = rows.Count - done - failed.Count;
        if (json)
        {
            host.Output.WriteLine(JsonSerializer.Serialize(new
            {
                Done = done, Failed = failed.Count, Open = open, Rows = rows.Select(row => new { row.Name, State = state.Of(row.Name) }), Results = file,
            }, FleetClient.Json));
        }
        else
        {
            host.Screen.MarkupLineInterpolated($"[bold]{done} of {rows.Count} done[/], {failed.Count} failed, {open} not begun; {file}");
            foreach (ManifestRow row in failed)
                host.Screen.MarkupLineInterpolated($"  {row.Name}: {state.Of(row.Name).Failure} at {state.Of(row.Name).Step?.ToString() ?? "the start"}");
            if (done != rows.Count)
                host.Screen.MarkupLineInterpolated($"  [yellow]→[/] Run the same command again: it does what is left.");
        }
        return done == rows.Count ? ExitCode.Done : ExitCode.Failed;
    }
}
