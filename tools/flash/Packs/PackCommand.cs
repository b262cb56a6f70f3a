using System.CommandLine;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Batch;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Steps;
using Spectre.Console;
using Profile = EdgeFleet.Flash.Profiles.Profile;

namespace EdgeFleet.Flash.Packs;

/// <summary><c>pack</c>: puts all that is needed on a ladder without a network into one encrypted file.</summary>
internal static class PackCommand
{
    public static Command Create(FlashHost host)
    {
        ProfileOptions profile = new();
        ServiceOptions service = new();
        Option<string> output = new("--out", "-o") { Description = "The pack.", Required = true, HelpName = "FILE" };
        Option<string[]> boards = new("--board", "-b") { Description = "A board whose runtime is to be in it; once for each. nanoff downloads it.", HelpName = "ID" };
        Option<string?> manifest = new("--manifest") { Description = "A batch's manifest that goes with it.", HelpName = "FILE" };
        Option<NodeKind?> kind = new("--kind", "-k") { Description = "airbox or bridge; without it, what the enrolment is for." };
        Option<string?> passphrase = new("--passphrase-file") { Description = "File with the passphrase, readable by its owner alone; without it, it is asked for.", HelpName = "FILE" };
        Option<string?> nanoff = Common.Nanoff();
        Command command = new("pack", "Puts enrolment, network, certificate, images and runtimes into one encrypted file, to work from without a network.")
        {
            output, boards, manifest, kind, passphrase, nanoff,
        };
        profile.AddTo(command, pack: false);
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using PrivateFolder scope = new(host.Temp);
            Profile common = profile.Read(result, host, scope);
            using FleetClient? client = service.Find(result, host);
            (NodeKind what, string site) = await BoardCommand.KindAsync(result.GetValue(kind), common, client, cancel);
            if (client != null)
                await new Witness(client, host).EnrolmentAsync(common.Settings.Enrolment, "", cancel);
            DeployImage.Open(common.Images, what);
            byte[]? list = null;
            if (result.GetValue(manifest) is { } path)
            {
                Manifest.Read(path);
                list = File.ReadAllBytes(path);
            }
            if (common.Archive == null)
                common = common with { Archive = await FetchAsync(result.GetValue(boards) ?? [], result.GetValue(nanoff), common, host, scope, cancel) };
            string words = Passphrase.Ask(result.GetValue(passphrase), host, twice: true);
            string file = result.GetValue(output)!;
            Pack.Save(file, common, what, site, list, words);
            host.Screen.MarkupLineInterpolated($"{file}: enrolment {common.Settings.Enrolment}, {new FileInfo(file).Length / 1024:N0} KB, encrypted");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<string> FetchAsync(
        string[] boards, string? nanoff, Profile profile, FlashHost host, PrivateFolder scope, CancellationToken cancel)
    {
        if (boards.Length == 0)
        {
            throw new FlashException(Failure.BadInput, "Which boards' runtimes are to be in the pack?",
                "Name them with --board, or give a folder that nanoff has filled with --archive.");
        }
        NanoffTool tool = new(NanoffTool.Find(nanoff), host.Time, host.FlasherQuiet);
        string archive = scope.File("archive");
        Directory.CreateDirectory(archive);
        foreach (string target in boards.Select(id => BoardCommand.Named(id)!.Target).Distinct())
        {
            host.Screen.MarkupLineInterpolated($"[grey]fetching {target}[/]");
            await tool.ArchiveAsync(target, profile.RuntimeVersion, archive, null, cancel);
        }
        return archive;
    }
}
