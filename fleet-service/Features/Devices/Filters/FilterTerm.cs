using System.Text;
using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Devices;

/// <summary>What a term of a filter is about.</summary>
internal enum FilterKey
{
    /// <summary>A word without a key: part of id, name, site, hardware id or firmware.</summary>
    Text,
    Id,
    Name,
    Site,
    Kind,
    Status,
    Online,
    Tag,
    Group,
    Fw,
    LastSeen,
    Hw,
    Board,
}

/// <summary>How a term compares.</summary>
internal enum FilterComparison
{
    Is,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// <summary>One value of a term, as far as its key needs it read.</summary>
/// <param name="Text">As it was written, without quotes.</param>
/// <param name="Quoted">Whether it was in quotes: a star in quotes is a star.</param>
internal sealed record FilterValue(string Text, bool Quoted)
{
    public SemanticVersion? Version { get; init; }

    public TimeSpan Age { get; init; }

    public NodeKind Kind { get; init; }

    public DeviceStatus Status { get; init; }

    public bool Flag { get; init; }
}

/// <summary>One condition of a filter; several values: any of them.</summary>
internal sealed record FilterTerm(
    bool Negated, FilterKey Key, FilterComparison Comparison, IReadOnlyList<FilterValue> Values)
{
    private static readonly string[] Signs = [":", "<", "<=", ">", ">="];

    /// <summary>The key as people write it.</summary>
    public static string NameOf(FilterKey key) => key == FilterKey.LastSeen ? "last_seen" : key.ToString().ToLowerInvariant();

    /// <summary>As people write it; reads back to the same term.</summary>
    public void Write(StringBuilder text)
    {
        if (Negated)
            text.Append('-');
        if (Key != FilterKey.Text)
            text.Append(NameOf(Key)).Append(Signs[(int)Comparison]);
        for (int i = 0; i < Values.Count; i++)
        {
            if (i != 0)
                text.Append(',');
            Write(text, Values[i], Key == FilterKey.Text);
        }
    }

    /// <summary>The condition as a function; made once for many devices.</summary>
    public Func<DeviceFacts, bool> Bind(FilterScope scope)
    {
        Func<DeviceFacts, bool> any = Key switch
        {
            FilterKey.Id => Pattern(f => f.Device.Id),
            FilterKey.Name => Pattern(f => f.Device.Name),
            FilterKey.Site => Pattern(f => f.Device.Site),
            FilterKey.Hw => Pattern(f => f.Device.HardwareId),
            FilterKey.Board => Pattern(f => f.Device.Board),
            FilterKey.Kind => Any(value => f => f.Device.Kind == value.Kind),
            FilterKey.Status => Any(value => f => f.Device.Status == value.Status),
            FilterKey.Online => Any(value => f => f.Online == value.Flag),
            FilterKey.Tag => Any(value => f => f.Device.Tags.Contains(value.Text)),
            FilterKey.Group => Any(value => scope.Group(value.Text, scope) ?? (_ => false)),
            FilterKey.Fw => Firmware(),
            FilterKey.LastSeen => Any(value => f => HeardFits(scope.Now, f.LastSeenAt, value)),
            _ => Any(value => f => DeviceDirectory.Has(f.Device, value.Text)
                || f.Firmware?.Contains(value.Text, StringComparison.OrdinalIgnoreCase) == true),
        };
        return Negated ? f => !any(f) : any;
    }

    private static void Write(StringBuilder text, FilterValue value, bool word)
    {
        // A bare word may not look like a key or a negation.
        bool plain = !value.Quoted && value.Text.Length != 0 && !value.Text.Any(c => char.IsWhiteSpace(c) || c is ',' or '"' or '\\')
            && !(word && (value.Text[0] == '-' || value.Text.AsSpan().IndexOfAny(":<>=") >= 0));
        if (plain)
            text.Append(value.Text);
        else
            text.Append('"').Append(value.Text.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
    }

    private Func<DeviceFacts, bool> Any(Func<FilterValue, Func<DeviceFacts, bool>> make)
    {
        if (Values.Count == 1)
            return make(Values[0]);
        Func<DeviceFacts, bool>[] tests = [.. Values.Select(make)];
        return facts => Array.Exists(tests, test => test(facts));
    }

    private Func<DeviceFacts, bool> Pattern(Func<DeviceFacts, string> field) => Any(value =>
        value.Quoted || !value.Text.Contains('*')
            ? f => field(f).Equals(value.Text, StringComparison.OrdinalIgnoreCase)
            : f => Wildcard.Fits(field(f), value.Text));

    // A fleet runs a handful of versions: each is read once.
    private Func<DeviceFacts, bool> Firmware()
    {
        Dictionary<string, bool> known = [];
        bool fitsUnknown = Comparison == FilterComparison.Is && Values.Any(v => v.Version == null);
        return facts =>
        {
            if (facts.Firmware is not { } firmware)
                return fitsUnknown;
            if (!known.TryGetValue(firmware, out bool fits))
            {
                fits = SemanticVersion.TryParse(firmware, out SemanticVersion? version)
                    ? Values.Any(v => v.Version != null && Holds(version.CompareToBound(v.Version))) : fitsUnknown;
                known[firmware] = fits;
            }
            return fits;
        };
    }

    private bool HeardFits(DateTimeOffset now, DateTimeOffset? seen, FilterValue value)
    {
        if (Comparison == FilterComparison.Is)
            return seen == null;
        // Never is longer ago than any age.
        return Holds(seen == null ? 1 : (now - seen.Value).CompareTo(value.Age));
    }

    private bool Holds(int order) => Comparison switch
    {
        FilterComparison.Less => order < 0,
        FilterComparison.AtMost => order <= 0,
        FilterComparison.More => order > 0,
        FilterComparison.AtLeast => order >= 0,
        _ => order == 0,
    };
}
