using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;

namespace EdgeFleet.Cli.Bundles;

/// <summary>What goes into a bundle, as a JSON file says it; see README.md beside the project.</summary>
/// <param name="Sequence">Grows with every bundle of a kind.</param>
/// <param name="Version">Semantic version.</param>
/// <param name="Kind"><c>airbox</c> or <c>bridge</c>.</param>
/// <param name="Targets">What boards of which classes get.</param>
/// <param name="SecurityCounter">What a node has confirmed, it never goes below.</param>
/// <param name="Expires">Until when it may be installed; null: without end.</param>
internal sealed record Description(
    uint Sequence, string Version, string Kind, TargetDescription[] Targets, uint SecurityCounter = 0, DateTimeOffset? Expires = null)
{
    private const int MaxJsonBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // A misspelt member would be left out of the manifest without a word.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Reads the file and holds it to the format's bounds.</summary>
    public static Description Read(string path, uint? sequence, string? version)
    {
        Description? description;
        try
        {
            description = JsonSerializer.Deserialize<Description>(Files.Read(path, MaxJsonBytes), Json);
        }
        catch (JsonException e)
        {
            throw CliException.Unusable(path, e.Message);
        }
        if (description == null)
            throw CliException.Unusable(path, "null describes no bundle.");
        description = description with
        {
            Sequence = sequence ?? description.Sequence, Version = version ?? description.Version,
        };
        if (description.Fault() is { } fault)
            throw CliException.Unusable(path, fault);
        return description;
    }

    public NodeKind NodeKind => Kind == "airbox" ? NodeKind.AirBox : NodeKind.Bridge;

    public long ExpiryMs => Expires?.ToUnixTimeMilliseconds() ?? 0;

    /// <summary>The first thing that the format has no place for, in words that name it; null: none.</summary>
    private string? Fault()
    {
        if (Sequence == 0)
            return "sequence: counts from 1.";
        byte[] version = Encoding.UTF8.GetBytes(Version);
        if (!BundleNames.IsVersion(version, 0, version.Length))
            return $"version: \"{Version}\" is no semantic version of at most {Limits.MaxVersionText} characters.";
        if (Kind is not ("airbox" or "bridge"))
            return $"kind: \"{Kind}\" is neither airbox nor bridge.";
        if (Expires != null && ExpiryMs is < Limits.MinUtcMs or > Limits.MaxUtcMs)
            return "expires: not between 2015 and 2100.";
        if (Targets.Length is 0 or > BundleLimits.MaxTargets)
            return $"targets: 1 to {BundleLimits.MaxTargets} of them.";
        if (Targets.Sum(target => target.Components.Length) > BundleLimits.MaxComponents)
            return $"components: at most {BundleLimits.MaxComponents} in a bundle.";
        string[] classes = [.. Targets.SelectMany(target => target.Classes)];
        if (classes.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"classes: \"{twice.Key}\" stands twice; a board could not say which is meant.";
        return Targets.Select(target => target.Fault()).FirstOrDefault(fault => fault != null);
    }
}

/// <summary>What boards of some hardware classes get.</summary>
/// <param name="Classes">Hardware classes, such as <c>esp32-s3</c>, or <c>sim</c>.</param>
/// <param name="Components">Files, by their path from the description; the entry is in the last.</param>
/// <param name="Natives">Native assemblies of the board's firmware and their checksums, such as <c>"0x54A2DF6A"</c>.</param>
/// <param name="LeastFreeHeap">Bytes of managed heap that must be free before loading.</param>
internal sealed record TargetDescription(
    string[] Classes, string[] Components, IReadOnlyDictionary<string, string>? Natives = null, int LeastFreeHeap = 0)
{
    /// <summary>Natives by name, so that their order in a file does not matter, with their checksums as numbers.</summary>
    public (string Name, uint Checksum)[] SortedNatives() =>
    [
        .. (Natives ?? new Dictionary<string, string>()).OrderBy(native => native.Key, StringComparer.Ordinal)
            .Select(native => (native.Key, TryChecksum(native.Value, out uint checksum) ? checksum : 0)),
    ];

    public string? Fault()
    {
        if (Classes.Length is 0 or > BundleLimits.MaxClasses)
            return $"classes: 1 to {BundleLimits.MaxClasses} in a target.";
        if (Classes.FirstOrDefault(name => !Names.IsId(name)) is { } bad)
            return $"classes: \"{bad}\" is not 1 to {BundleLimits.MaxClassName} of [a-z0-9-].";
        if (Components.Length == 0)
            return "components: none in a target.";
        if (Components.FirstOrDefault(path => !IsName(Path.GetFileName(path))) is { } file)
            return $"components: \"{Path.GetFileName(file)}\" is no name for a file on a board.";
        if (Components.GroupBy(Path.GetFileName).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"components: two files called \"{twice.Key}\" in a target.";
        if (LeastFreeHeap < 0)
            return "leastFreeHeap: below zero.";
        if (Natives is { Count: > BundleLimits.MaxNatives })
            return $"natives: at most {BundleLimits.MaxNatives} in a target.";
        foreach ((string name, string checksum) in Natives ?? new Dictionary<string, string>())
        {
            if (!IsName(name))
                return $"natives: \"{name}\" is no name of an assembly.";
            if (!TryChecksum(checksum, out _))
                return $"natives: the checksum of {name} is not eight hexadecimal digits, such as 0x54A2DF6A.";
        }
        return null;
    }

    private static bool IsName(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return BundleNames.IsName(bytes, 0, bytes.Length);
    }

    private static bool TryChecksum(string text, out uint checksum)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        checksum = 0;
        return digits.Length == 8
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out checksum);
    }
}
