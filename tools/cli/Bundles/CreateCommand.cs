using System.CommandLine;

namespace EdgeFleet.Cli.Bundles;

/// <summary><c>edgefleet bundle create</c>.</summary>
internal static class CreateCommand
{
    public static Command Create()
    {
        Argument<string> description = CommandLine.File(
            "description", "JSON: sequence, version, kind, securityCounter, expires, and targets with classes, natives, "
            + "leastFreeHeap and components, whose paths start at this file.");
        Option<string> output = CommandLine.Out("The bundle, which nobody has signed yet. Replaced where it is there.");
        Option<uint?> sequence = new("--sequence")
        {
            Description = "Sequence number in place of the description's.", HelpName = "N",
        };
        Option<string?> version = new("--app-version")
        {
            Description = "Semantic version in place of the description's.", HelpName = "VERSION",
        };
        Command command = new(
            "create", "Makes a bundle of a description and files. The same description and files give the same bytes.")
        {
            description, output, sequence, version,
        };
        command.Runs((result, _) =>
        {
            string path = result.GetValue(description)!;
            Description content = Description.Read(path, result.GetValue(sequence), result.GetValue(version));
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Files.Write(result.GetValue(output)!, Builder.Build(content, folder), replace: true);
        });
        return command;
    }
}
