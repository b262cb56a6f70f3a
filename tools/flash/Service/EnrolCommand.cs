using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Profiles;
using Spectre.Console;

namespace EdgeFleet.Flash.Service;

/// <summary><c>enrol</c>: makes an enrolment at the service, and the file of its boards' settings.</summary>
internal static class EnrolCommand
{
    private const int DefaultDays = 7;

    public static Command Create(FlashHost host)
    {
        ServiceOptions service = new();
        Option<NodeKind> kind = new("--kind", "-k") { Description = "airbox or bridge.", Required = true };
        Option<string> site = new("--site") { Description = "Where the nodes belong.", Required = true, HelpName = "SITE" };
        Option<int> count = new("--count") { Description = "How many boards it is for.", DefaultValueFactory = _ => 1, HelpName = "N" };
        Option<int> days = new("--days") { Description = "Until when boards may claim.", DefaultValueFactory = _ => DefaultDays, HelpName = "DAYS" };
        Option<string> gateway = new("--gateway") { Description = "Name or address of the gateway, as boards reach it.", Required = true, HelpName = "HOST[:PORT]" };
        Option<bool> noTls = new("--no-tls") { Description = "For a bench without certificates." };
        Option<bool> accept = new("--accept") { Description = "Let boards in without an operator; needs the role operator." };
        Option<string> output = new("--out", "-o") { Description = "Where the settings go; a file of yours alone.", Required = true, HelpName = "FILE" };
        Option<bool> json = Common.Json();
        Command command = new("enrol", "Makes an enrolment, and the settings file with its secret that `board` and `batch` take.")
        {
            kind, site, count, days, gateway, noTls, accept, output, json,
        };
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            string path = result.GetValue(output)!;
            if (File.Exists(path))
                throw new FlashException(Failure.BadInput, $"{path}: the file is there already; its secret would be lost.");
            using FleetClient client = service.Need(result, host);
            string[] at = result.GetValue(gateway)!.Split(':', 2);
            int? port = at.Length == 1 ? null : int.TryParse(at[1], out int number) && number is > 0 and < 65536 ? number
                : throw new FlashException(Failure.BadInput, "--gateway: HOST or HOST:PORT.");
            EnrolmentWithSecret made = await client.PostAsync<EnrolmentWithSecret>("/api/v1/enrolments", new
            {
                Kind = result.GetValue(kind), Site = result.GetValue(site), Count = result.GetValue(count),
                ExpiresAt = host.Time.GetUtcNow().AddDays(result.GetValue(days)), AutoAccept = result.GetValue(accept), Note = "edgefleet-flash",
            }, cancel);
            SecretFile.Write(path, BoardSettings.Of(made.Enrolment.Id, made.Secret, at[0], port, !result.GetValue(noTls)).Text());
            if (result.GetValue(json))
                host.Output.WriteLine(JsonSerializer.Serialize(made.Enrolment, FleetClient.Json));
            else
                host.Screen.MarkupLineInterpolated($"Enrolment [bold]{made.Enrolment.Id}[/] for {made.Enrolment.Count} boards until {made.Enrolment.ExpiresAt:yyyy-MM-dd}; settings in {path}");
            return ExitCode.Done;
        });
        return command;
    }
}
