using System.CommandLine;

namespace EdgeFleet.Cli.Api;

/// <summary>Options that several commands have.</summary>
internal static class Common
{
    /// <summary>Rows of a list.</summary>
    public static Option<int> Top()
    {
        Option<int> top = new("--top")
        {
            Description = $"Rows at most, 1 to {ApiClient.MaxRows}.", DefaultValueFactory = _ => 100, HelpName = "N",
        };
        top.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ApiClient.MaxRows)
                result.AddError($"--top takes 1 to {ApiClient.MaxRows}.");
        });
        return top;
    }

    /// <summary>Which devices.</summary>
    public static Option<string?> Filter(string description = "Only devices that fit") => new("--filter")
    {
        Description = description + ", such as: kind:bridge site:\"Shezi Bridge\" fw<1.4 tag:canary last_seen<1h",
        HelpName = "FILTER",
    };

    /// <summary>For scripts: nobody is asked.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do it without asking." };

    /// <summary>One thing by its id.</summary>
    public static Argument<string> Id(string what) => new("id") { Description = $"The {what}'s id." };

    /// <summary>
    /// Asks at the terminal, where there is one, before something that is meant for many; without a terminal --yes is
    /// needed.
    /// </summary>
    public static void Confirm(Call call, Option<bool> yes, string question)
    {
        if (call.Value(yes))
            return;
        if (Console.IsInputRedirected)
            throw new CliException(ExitCode.Usage, $"{question} There is no terminal to ask at: say --yes.");
        Console.Error.Write(question + " [y/N] ");
        if (Console.ReadLine()?.Trim().ToLowerInvariant() is not ("y" or "yes"))
            throw new CliException(ExitCode.Refused, "nothing was done.");
    }
}
