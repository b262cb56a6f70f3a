using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using Spectre.Console;

namespace EdgeFleet.Flash.Field;

/// <summary><c>visit</c>: walks the technician through the nodes that need somebody.</summary>
internal static class VisitCommand
{
    private const string Fixed = "mended", Exchanged = "exchanged", Gone = "not found", Later = "later";

    /// <summary>A node of the list, as it is now.</summary>
    private sealed record Now(Visit Visit, DeviceView? View, IReadOnlyList<EventAnswer> Alarms, IReadOnlyList<MountCheck.Finding> Findings, string? Outcome);

    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Argument<string?> list = new("list") { Description = "CSV with device, site and reason; without it, the service's list.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> outcome = new("--outcome")
        {
            Description = $"For scripts: DEVICE={Fixed}|{Exchanged}|{Gone} and, after a colon, notes; once for each.", HelpName = "DEVICE=WHAT[:NOTES]",
        };
        Option<string?> state = Common.State();
        Option<bool> json = Common.Json(), yes = Common.Yes();
        Command command = new("visit", "Walks through the visit list: why, how the node is now, and what was done; run again, it goes on.")
        {
            list, outcome, state, json, yes,
        };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using FleetClient client = service.Need(result, host);
            StateFolders folders = StateFolders.Open(host, result.GetValue(state));
            IReadOnlyList<Visit> visits = result.GetValue(list) is { } file ? VisitList.Read(file) : await VisitList.FetchAsync(client, cancel);
            Dictionary<string, string> given = Outcomes(result.GetValue(outcome) ?? []);
            if (given.Keys.FirstOrDefault(device => visits.All(v => v.Device != device)) is { } stranger)
                throw new FlashException(Failure.BadInput, $"--outcome {stranger}: it is not on the list.");
            Diary diary = Diary.Load(folders, client.Address);
            bool asks = host.Interactive && !result.GetValue(yes) && !result.GetValue(json);
            List<Now> all = [];
            foreach (Visit visit in visits)
            {
                Now now = await LookAsync(client, visit, diary.Of(visit), cancel);
                if (now.Outcome == null)
                {
                    if (!result.GetValue(json))
                        Show(host, now);
                    if ((given.GetValueOrDefault(visit.Device) ?? (asks ? Ask(host) : null)) is { } what && !what.StartsWith(Later, StringComparison.Ordinal))
                    {
                        await RecordAsync(host, folders, client, now, what, cancel);
                        diary.Note(visit, what);
                        now = now with { Outcome = what };
                    }
                }
                all.Add(now);
            }
            Print(host, all, result.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Dictionary<string, string> Outcomes(string[] given)
    {
        Dictionary<string, string> outcomes = [];
        foreach (string text in given)
        {
            string[] parts = text.Split('=', 2);
            if (parts.Length != 2 || !new[] { Fixed, Exchanged, Gone }.Any(o => parts[1] == o || parts[1].StartsWith(o + ":", StringComparison.Ordinal)))
                throw new FlashException(Failure.BadInput, $"--outcome {text}: DEVICE={Fixed}, {Exchanged} or {Gone}, and notes after a colon.");
            outcomes[parts[0]] = parts[1];
        }
        return outcomes;
    }

    private static async Task<Now> LookAsync(FleetClient client, Visit visit, string? outcome, CancellationToken cancel)
    {
        string id = Uri.EscapeDataString(visit.Device);
        DeviceView? view = await client.FindAsync<DeviceView>($"/api/v1/devices/{id}", cancel);
        if (view == null)
            return new Now(visit, null, [], [], outcome);
        EventAnswer[] alarms = await client.GetAsync<EventAnswer[]>($"/api/v1/devices/{id}/alarms", cancel);
        return new Now(visit, view, alarms, await InstallCommand.LookAsync(client, view, null, cancel), outcome);
    }

    private static string Ask(FlashHost host)
    {
        string what = host.Screen.Prompt(new SelectionPrompt<string>().Title("What was done?").AddChoices(Fixed, Exchanged, Gone, Later));
        string notes = what == Later ? "" : host.Screen.Prompt(new TextPrompt<string>("Notes:").AllowEmpty());
        return notes.Length == 0 ? what : $"{what}: {notes}";
    }

    private static async Task RecordAsync(
        FlashHost host, StateFolders folders, FleetClient client, Now now, string outcome, CancellationToken cancel)
    {
        if (now.View == null)
            return;
        // What counts is how the node is after somebody was there.
        Now after = await LookAsync(client, now.Visit, null, cancel);
        InstallDetails details = new(
            after.View!.Device.Site, "", "", "", null, null, null, null, $"Visit because of: {now.Visit.Reason}. {outcome}",
            [.. after.Findings.Select(finding => $"{(finding.Ok ? "ok" : "odd")}: {finding.What}")]);
        SignedReceipt receipt = new ReceiptMaker(folders, host).Install(after.View.Device.HardwareId, after.View.Device.Id, details);
        ReceiptStore.Keep(folders, receipt);
        await ReceiptStore.SendAsync(folders, receipt, client, cancel);
    }

    private static void Show(FlashHost host, Now now)
    {
        host.Screen.MarkupLineInterpolated($"\n[bold]{now.View?.Device.Name ?? now.Visit.Device}[/] ({now.Visit.Device}) {now.View?.Device.Site ?? now.Visit.Site}");
        host.Screen.MarkupLineInterpolated($"  because of: {now.Visit.Reason}");
        if (now.Visit.Bring.Length != 0)
            host.Screen.MarkupLineInterpolated($"  to take along: {now.Visit.Bring}");
        if (now.View == null)
        {
            host.Screen.MarkupLineInterpolated($"  [red]the service does not know it[/]");
            return;
        }
        if (now.View.Device is { Latitude: { } latitude, Longitude: { } longitude })
            host.Screen.MarkupLineInterpolated($"  at {latitude:F5}, {longitude:F5}");
        host.Screen.MarkupLineInterpolated($"  {(now.View.Online ? "connected" : $"not connected, last heard {now.View.LastSeenAt:u}")}");
        foreach (EventAnswer alarm in now.Alarms)
            host.Screen.MarkupLineInterpolated($"  [yellow]{alarm.Type}[/] {alarm.Channel} {alarm.Text} since {alarm.At:u}");
        foreach (MountCheck.Finding finding in now.Findings.Where(f => !f.Ok))
            host.Screen.MarkupLineInterpolated($"  [red]✗[/] {finding.What}");
    }

    private static void Print(FlashHost host, List<Now> all, bool json)
    {
        int done = all.Count(now => now.Outcome != null);
        if (!json)
        {
            host.Screen.MarkupLineInterpolated($"\n[bold]{done} of {all.Count}[/] visited");
            return;
        }
        host.Output.WriteLine(JsonSerializer.Serialize(all.Select(now => new
        {
            now.Visit.Device, Site = now.View?.Device.Site ?? now.Visit.Site, now.Visit.Reason, Known = now.View != null, Online = now.View?.Online ?? false,
            Alarms = now.Alarms.Count, Odd = now.Findings.Where(f => !f.Ok).Select(f => f.What), now.Outcome,
        }), FleetClient.Json));
    }

    /// <summary>What was done at which node, so that a walk may be broken off.</summary>
    private sealed class Diary
    {
        private readonly string _path;
        private readonly Dictionary<string, string> _done;

        private Diary(string path, Dictionary<string, string> done) => (_path, _done) = (path, done);

        public static Diary Load(StateFolders folders, Uri service)
        {
            string path = Path.Combine(folders.Root, $"visits-{service.Host}-{service.Port}.json");
            return new Diary(path, File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path))! : []);
        }

        public string? Of(Visit visit) => _done.GetValueOrDefault(Key(visit));

        public void Note(Visit visit, string outcome)
        {
            _done[Key(visit)] = outcome;
            SecretFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_done));
        }

        // The same node for another reason is another visit.
        private static string Key(Visit visit) => $"{visit.Device}\n{visit.Reason}";
    }
}
