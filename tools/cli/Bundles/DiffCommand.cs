using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace EdgeFleet.Cli.Bundles;

/// <summary><c>edgefleet bundle diff</c>.</summary>
internal static class DiffCommand
{
    /// <summary>A field that differs; null on the side that does not have it.</summary>
    internal sealed record Difference(string Field, string? Left, string? Right);

    public static Command Create()
    {
        Argument<string> left = CommandLine.File("left", "A bundle.");
        Argument<string> right = CommandLine.File("right", "Another one.");
        Option<bool> json = new("--json") { Description = "Print it as JSON." };
        Command command = new(
            "diff", "Compares what two bundles say and hold, field by field. Exits with 4 where they differ; signatures, whose salt is "
            + "random, do not count, but keys do.")
        {
            left, right, json,
        };
        command.Runs((result, writer) =>
        {
            Difference[] differences = [.. Compare(
                LoadedBundle.Open(result.GetValue(left)!).View(), LoadedBundle.Open(result.GetValue(right)!).View())];
            if (result.GetValue(json))
                writer.WriteLine(JsonSerializer.Serialize(differences, InspectCommand.Json));
            foreach (Difference difference in result.GetValue(json) ? [] : differences)
                writer.WriteLine($"{difference.Field}: {difference.Left ?? "-"} -> {difference.Right ?? "-"}");
            return differences.Length == 0 ? ExitCode.Done : ExitCode.Different;
        });
        return command;
    }

    internal static IEnumerable<Difference> Compare(BundleView left, BundleView right)
    {
        Dictionary<string, string> first = Fields(left);
        Dictionary<string, string> second = Fields(right);
        return first.Keys.Union(second.Keys)
            .Select(field => new Difference(field, first.GetValueOrDefault(field), second.GetValueOrDefault(field)))
            .Where(difference => difference.Left != difference.Right);
    }

    // By hardware class: what a board of that class would notice.
    private static Dictionary<string, string> Fields(BundleView view)
    {
        Dictionary<string, string> fields = new()
        {
            ["sequence"] = Text(view.Sequence), ["version"] = view.Version, ["kind"] = view.Kind,
            ["securityCounter"] = Text(view.SecurityCounter),
            ["expires"] = view.Expires?.ToString("O", CultureInfo.InvariantCulture) ?? "never", ["keyId"] = view.KeyId ?? "none",
        };
        foreach (TargetView target in view.Targets)
        {
            foreach (string name in target.Classes)
            {
                fields[$"{name}/leastFreeHeap"] = Text(target.LeastFreeHeap);
                fields[$"{name}/components"] = string.Join(' ', target.Components.Select(component => component.Name));
                foreach ((string native, string checksum) in target.Natives)
                    fields[$"{name}/natives/{native}"] = checksum;
                foreach (ComponentView component in target.Components)
                {
                    fields[$"{name}/components/{component.Name}"] =
                        $"{Text(component.Size)} bytes, SHA-256 {component.Sha256}";
                }
            }
        }
        return fields;
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
