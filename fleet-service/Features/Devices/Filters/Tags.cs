using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>Short words that operators put on devices.</summary>
public static class Tags
{
    /// <summary>Longest tag, in characters.</summary>
    public const int MaxLength = 32;

    /// <summary>Tags of one device: each costs about 60 bytes in memory.</summary>
    public const int MaxOfDevice = 16;

    internal const string Form = "1 to 32 of a-z, 0-9, - _ . and begins with a letter or digit.";

    /// <summary>Whether it may be a tag: lower-case letters, digits, dash, underscore, dot.</summary>
    public static bool IsTag(string text) => text.Length is >= 1 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    /// <summary>Tags in order, each once.</summary>
    internal static Result<IReadOnlyList<string>> Read(IEnumerable<string?> tags, string field)
    {
        SortedSet<string> read = new(StringComparer.Ordinal);
        foreach (string? tag in tags)
        {
            string word = tag?.Trim().ToLowerInvariant() ?? "";
            if (!IsTag(word))
                return Fault.Invalid(field, "A tag is " + Form);
            read.Add(word);
        }
        return read.Count <= MaxOfDevice ? (string[])[.. read]
            : Fault.Invalid(field, $"A device has at most {MaxOfDevice} tags.");
    }
}
