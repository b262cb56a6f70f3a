using System.Text.RegularExpressions;

namespace EdgeFleet.Flash.Nanoff;

/// <summary>What nanoff said and ended with.</summary>
/// <param name="ProcessCode">
/// The process's exit code. On Linux and macOS that is the remainder of nanoff's own code by 256, so the name of the error
/// is read from the text.
/// </param>
/// <param name="Lines">What it said, without its progress bars; the last <see cref="FlashLimits.FlasherLines"/>.</param>
internal sealed partial record NanoffResult(int ProcessCode, IReadOnlyList<string> Lines)
{
    /// <summary>nanoff's name of the error, such as <c>E4003</c>; empty: none.</summary>
    public string Code => Error is { } found ? found.Groups["code"].Value : "";

    /// <summary>nanoff's own words for it.</summary>
    public string Words => Error is { } found ? found.Groups["words"].Value.Trim() : "";

    /// <summary>Whether nanoff says that it did what it was asked to, in its exit code and in every line.</summary>
    public bool Ok => ProcessCode == 0 && Code.Length == 0 && !Lines.Any(IsQuietFailure);

    /// <summary>
    /// nanoff ends with 0 after a file that the board did not take, so its text decides. The words are those of its
    /// FileDeploymentManager.
    /// </summary>
    public static bool IsQuietFailure(string line) =>
        line.StartsWith("Error deploying content file", StringComparison.Ordinal)
        || line.StartsWith("Exception deploying content file", StringComparison.Ordinal);

    /// <summary>A line that has these words.</summary>
    public bool Says(string words) => Lines.Any(line => line.Contains(words, StringComparison.OrdinalIgnoreCase));

    private Match? Error => Lines.Reverse().Select(line => ErrorLine().Match(line)).FirstOrDefault(m => m.Success);

    // At normal verbosity "Error E4003: words. (extra)", at less the name alone.
    [GeneratedRegex(@"^(?:Error )?(?<code>E\d{4})(?:: (?<words>.*))?$")]
    private static partial Regex ErrorLine();
}

/// <summary>A chip as nanoff's loader found it.</summary>
/// <param name="Type">Such as <c>ESP32-S3</c>.</param>
/// <param name="Name">With its revision, such as <c>ESP32-D0WD-V3 (revision v3.0)</c>.</param>
/// <param name="FlashMb">Megabytes of flash; 0: not said.</param>
/// <param name="Psram">What it says of external memory, such as <c>2MB</c>, <c>not available</c> or <c>undetermined</c>.</param>
/// <param name="Mac">Twelve lower-case hexadecimal digits: the hardware id under which the board claims.</param>
internal sealed partial record ChipDetails(string Type, string Name, int FlashMb, string Psram, string Mac)
{
    /// <summary>Reads the details; null where they are not all there.</summary>
    public static ChipDetails? Read(IReadOnlyList<string> lines)
    {
        string? after = lines.SkipWhile(line => !line.StartsWith("Connected to:", StringComparison.Ordinal)).Skip(1)
            .FirstOrDefault(line => line.Length != 0);
        Match chip = Chip().Match(after ?? "");
        Match mac = First(lines, MacLine());
        if (!chip.Success || !mac.Success)
            return null;
        Match flash = First(lines, FlashLine());
        Match psram = First(lines, PsramLine());
        string address = string.Concat(mac.Groups[1].Value.Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        return address.Length != 12 ? null : new ChipDetails(
            chip.Groups["type"].Value, chip.Groups["name"].Success ? chip.Groups["name"].Value : chip.Groups["type"].Value,
            flash.Success ? int.Parse(flash.Groups[1].Value) : 0, psram.Success ? psram.Groups[1].Value.Trim() : "", address);
    }

    private static Match First(IReadOnlyList<string> lines, Regex form) =>
        lines.Select(line => form.Match(line)).FirstOrDefault(m => m.Success) ?? Match.Empty;

    [GeneratedRegex(@"^(?<type>ESP[0-9A-Z-]+)(?: \((?<name>.*)\))?$")]
    private static partial Regex Chip();

    [GeneratedRegex(@"^MAC ([0-9A-Fa-f:.-]{12,17})$")]
    private static partial Regex MacLine();

    [GeneratedRegex(@"^Flash size (\d+)MB\b")]
    private static partial Regex FlashLine();

    [GeneratedRegex(@"^PSRAM: (.*)$")]
    private static partial Regex PsramLine();
}

/// <summary>What the runtime says of itself over its debugger.</summary>
/// <param name="Target">The target that its image was made for, such as <c>ESP32_PSRAM_REV3</c>.</param>
/// <param name="Version">The runtime's version.</param>
/// <param name="Assemblies">Names of the assemblies that it has loaded, with their versions.</param>
internal sealed record RuntimeDetails(string Target, string Version, IReadOnlyDictionary<string, string> Assemblies)
{
    /// <summary>Reads the details; null where they are not all there.</summary>
    public static RuntimeDetails? Read(IReadOnlyList<string> lines)
    {
        string? target = After(lines, "Target:"), version = After(lines, "CLR Version:");
        if (target == null || version == null)
            return null;
        Dictionary<string, string> assemblies = [];
        foreach (string line in lines.SkipWhile(l => l != "Assemblies:").Skip(1).TakeWhile(l => l.Contains(',')))
        {
            string[] parts = line.Split(',', 2, StringSplitOptions.TrimEntries);
            assemblies[parts[0]] = parts[1];
        }
        return new RuntimeDetails(target, version, assemblies);
    }

    private static string? After(IReadOnlyList<string> lines, string name) => lines.Select(line => line.Trim())
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
}
