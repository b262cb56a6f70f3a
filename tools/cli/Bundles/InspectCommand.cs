using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace EdgeFleet.Cli.Bundles;

/// <summary><c>edgefleet bundle inspect</c>.</summary>
internal static class InspectCommand
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        Argument<string> bundle = CommandLine.File("bundle", "The bundle, signed or not.");
        Option<bool> json = new("--json") { Description = "Print it as JSON." };
        Command command = new(
            "inspect", "Shows what a bundle says of itself, once its length and blocks are found right. Whether its signature holds "
            + "is verify's to say.")
        {
            bundle, json,
        };
        command.Runs((result, writer) =>
        {
            BundleView view = LoadedBundle.Open(result.GetValue(bundle)!).View();
            if (result.GetValue(json))
                writer.WriteLine(JsonSerializer.Serialize(view, Json));
            else
                Print(view, writer);
        });
        return command;
    }

    private static void Print(BundleView view, TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A page of paper, where nobody looks at a terminal.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 120;
        Grid head = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row(head, "version", $"{view.Version}, sequence {view.Sequence.ToString(CultureInfo.InvariantCulture)}");
        Row(head, "kind", view.Kind);
        Row(head, "security counter", view.SecurityCounter.ToString(CultureInfo.InvariantCulture));
        Row(head, "expires", view.Expires?.ToString("u", CultureInfo.InvariantCulture) ?? "never");
        Row(head, "key id", view.KeyId ?? "nobody has signed it");
        Row(head, "digest", view.Digest ?? "none before it is signed");
        Row(head, "bytes", $"{view.TotalBytes}, of them envelope {view.EnvelopeBytes}");
        console.Write(head);
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("classes", "component", "bytes", "blocks", "SHA-256", "least heap", "natives");
        foreach (TargetView target in view.Targets)
        {
            foreach (ComponentView component in target.Components)
            {
                table.AddRow(
                    Markup.Escape(string.Join(", ", target.Classes)), Markup.Escape(component.Name),
                    component.Size.ToString(CultureInfo.InvariantCulture), component.Blocks.ToString(CultureInfo.InvariantCulture),
                    component.Sha256[..16] + "…", target.LeastFreeHeap.ToString(CultureInfo.InvariantCulture),
                    target.Natives.Count.ToString(CultureInfo.InvariantCulture));
            }
        }
        console.Write(table);
    }

    private static void Row(Grid grid, string name, string value) => grid.AddRow(name, Markup.Escape(value));
}
