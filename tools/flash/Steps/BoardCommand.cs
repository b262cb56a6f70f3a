using System.CommandLine;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Profiles;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using Spectre.Console;
using Profile = EdgeFleet.Flash.Profiles.Profile;

namespace EdgeFleet.Flash.Steps;

/// <summary><c>board</c>: one board, from bare to seen reporting.</summary>
internal static class BoardCommand
{
    public static Command Create(FlashHost host)
    {
        ProfileOptions profile = new();
        ServiceOptions service = new();
        Option<string?> port = new("--port", "-p") { Description = "Serial port; without it, the one that is there, or a question.", HelpName = "PORT" };
        Option<NodeKind?> kind = new("--kind", "-k") { Description = "airbox or bridge; without it, what the enrolment is for." };
        Option<string?> board = new("--board", "-b") { Description = "Board id of hardware/boards.md; without it, what the chip tells, or a question.", HelpName = "ID" };
        Option<string?> name = new("--name") { Description = "What people are to call the node.", HelpName = "NAME" };
        Option<bool> again = new("--again") { Description = "Also a board that is a device already: erases it, and lets it claim its identity anew." };
        Option<bool> offline = new("--offline") { Description = "Do not ask the service: the receipt says that nobody has seen the node. `sync` makes up for it." };
        Option<string?> nanoff = Common.Nanoff(), state = Common.State();
        Option<bool> json = Common.Json(), yes = Common.Yes();
        Command command = new("board", "Makes one board into a node: runtime, image, network, settings, and waits until the service has seen it report.")
        {
            port, kind, board, name, again, offline, nanoff, state, json, yes,
        };
        profile.AddTo(command);
        service.AddTo(command);
        command.Runs(host, async (result, cancel) =>
        {
            using PrivateFolder scope = new(host.Temp);
            Profile common = profile.Read(result, host, scope);
            using FleetClient? client = result.GetValue(offline) ? null : service.Need(result, host);
            NanoffTool tool = new(NanoffTool.Find(result.GetValue(nanoff)), host.Time, host.FlasherQuiet);
            await tool.VersionAsync(cancel);
            (NodeKind what, string site) = await KindAsync(result.GetValue(kind), common, client, cancel);
            bool asks = host.Interactive && !result.GetValue(yes);
            string at = result.GetValue(port) ?? await PortAsync(tool, asks, host, cancel);
            BoardJob job = new(
                at, what, Named(result.GetValue(board)), common with { Site = site }, DeployImage.Open(common.Images, what),
                result.GetValue(name), result.GetValue(again));
            StateFolders folders = StateFolders.Open(host, result.GetValue(state));
            using IDisposable claimed = Ports.Claim(folders, at);
            BoardRun run = new(job, tool, folders, client, host, new ScreenWatcher(host, result.GetValue(yes)));
            SignedReceipt receipt = await run.RunAsync(null, null, cancel);
            if (result.GetValue(json))
                host.Output.WriteLine(JsonSerializer.Serialize(receipt.Read(), FleetClient.Json));
            else
                Print(host, receipt.Read());
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A board of hardware/boards.md by its name; null where none was named.</summary>
    public static Board? Named(string? id) => id == null ? null : Board.Find(id) ?? throw new FlashException(
        Failure.BadInput, $"There is no board '{id}'.", $"One of: {string.Join(", ", Board.All.Select(b => b.Id))}.");

    /// <summary>What the boards are to be, and where: from the option, the pack or the enrolment.</summary>
    public static async Task<(NodeKind Kind, string Site)> KindAsync(
        NodeKind? named, Profile profile, FleetClient? client, CancellationToken cancel)
    {
        Enrolment? enrolment = client == null ? null
            : await client.GetAsync<Enrolment>($"/api/v1/enrolments/{profile.Settings.Enrolment}", cancel);
        NodeKind kind = named ?? enrolment?.Kind ?? profile.Kind ?? throw new FlashException(
            Failure.BadInput, "What is the board to be?", "Give --kind airbox or --kind bridge.");
        return (kind, enrolment?.Site ?? profile.Site);
    }

    private static async Task<string> PortAsync(NanoffTool tool, bool asks, FlashHost host, CancellationToken cancel)
    {
        IReadOnlyList<string> ports = await tool.PortsAsync(cancel);
        return ports.Count switch
        {
            0 => throw new FlashException(Failure.PortMissing, "There is no serial port.", "Plug the board in, with a cable that carries data."),
            1 => ports[0],
            _ when asks => host.Screen.Prompt(new SelectionPrompt<string>().Title("Which port?").AddChoices(ports)),
            _ => throw new FlashException(Failure.BadInput, $"There are several ports: {string.Join(", ", ports)}.", "Name one with --port."),
        };
    }

    private static void Print(FlashHost host, Receipt receipt)
    {
        FlashDetails flash = receipt.Flash!;
        Table table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        table.Title = new TableTitle($"Receipt {receipt.Id}");
        void Row(string what, string value) => table.AddRow(new Markup(Markup.Escape(what)), new Markup(Markup.Escape(value)));
        Row("Device", receipt.DeviceId ?? "not claimed yet");
        Row("Board", $"{flash.Board}, {receipt.HardwareId}");
        Row("Site", flash.Site.Length == 0 ? "—" : flash.Site);
        Row("Runtime", $"{flash.ReadBack.Target} {flash.ReadBack.RuntimeVersion}");
        Row("Application", $"{flash.ReadBack.Assembly} {flash.ReadBack.AssemblyVersion} at 0x{flash.ReadBack.DeployAddress:X}");
        Row("Image", $"SHA-256 {flash.ReadBack.ImageDigest[..16]}…, read back");
        Row("Seen reporting", flash.Seen ? "yes, with every sensor" : "no: worked without the service");
        Row("By", $"{receipt.Technician}, {receipt.At.ToLocalTime():yyyy-MM-dd HH:mm}");
        host.Screen.Write(table);
    }
}
