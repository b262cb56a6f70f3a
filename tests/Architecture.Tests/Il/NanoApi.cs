namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// The public API of the packages that boards have, read from lists of one type or member a line:
/// <c>OWNER.NAME(PARAMETERS) : DECLARATION</c>, in C# words. Types and members are found by their exact signature.
/// </summary>
public sealed class NanoApi
{
    private readonly Dictionary<string, NanoType> _types = new(StringComparer.Ordinal);

    /// <summary>The lists, or null where this machine has none.</summary>
    public static NanoApi? Shared { get; } = Load(Path.Combine(Repository.Here.Root, "..", "shared", "nanoframework-api"));

    public int TypeCount => _types.Count;

    public bool HasType(string name) => _types.ContainsKey(name);

    /// <summary>Whether the type, or one that it inherits from, has a member with this signature.</summary>
    /// <param name="member">As <see cref="MetadataNames.Member"/> writes it.</param>
    public bool HasMember(string type, string member)
    {
        // Constructors are not inherited.
        if (!_types.TryGetValue(type, out NanoType? found))
            return false;
        if (found.Members.Contains(member))
            return true;
        return !member.StartsWith(".ctor(", StringComparison.Ordinal) && found.Bases.Any(b => HasMember(b, member));
    }

    /// <summary>Members of the type that have the same name, to say in a message what there is instead.</summary>
    public IEnumerable<string> Alternatives(string type, string member)
    {
        string prefix = member[..(member.IndexOfAny(['(', ':']) is var end && end > 0 ? end : member.Length)];
        return _types.TryGetValue(type, out NanoType? found)
            ? found.Members.Where(m => m.StartsWith(prefix + "(", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Reads lists given as text, each without regard to its first line where that is a comment.</summary>
    public static NanoApi Parse(IEnumerable<string> lists)
    {
        NanoApi api = new();
        List<(string Left, string Declaration)> members = [];
        foreach (string line in lists.SelectMany(list => list.Split('\n')))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            (string left, string declaration) = Split(line);
            if (NanoType.TryParse(left, declaration) is { } type)
                api._types[left] = type;
            else
                members.Add((left, declaration));
        }

        foreach ((string left, string declaration) in members)
        {
            // Explicit implementations cannot be called by name, private fields not at all.
            if (declaration.StartsWith("explicit ", StringComparison.Ordinal) ||
                declaration.StartsWith("private ", StringComparison.Ordinal))
                continue;
            (NanoType owner, string name) = api.SplitOwner(left);
            foreach (string signature in NanoMember.Signatures(owner, name, declaration))
                owner.Members.Add(signature);
        }

        return api;
    }

    private static NanoApi? Load(string folder) =>
        Directory.Exists(folder)
            ? Parse(Directory.EnumerateFiles(folder, "*.txt").Select(File.ReadAllText))
            : null;

    private static (string Left, string Declaration) Split(string line)
    {
        const string Native = " [native]";
        if (line.EndsWith(Native, StringComparison.Ordinal))
            line = line[..^Native.Length];
        int colon = ListText.IndexOf(line, " : ");
        return colon < 0
            ? (line, "")
            : (line[..colon], ListText.WithoutAttributes(line[(colon + 3)..]));
    }

    /// <summary>The longest known type before a dot owns the member.</summary>
    private (NanoType Owner, string Name) SplitOwner(string left)
    {
        int end = left.IndexOfAny(['(', '[']) is var bracket && bracket > 0 ? bracket : left.Length;
        for (int dot = left.LastIndexOf('.', end - 1); dot > 0; dot = left.LastIndexOf('.', dot - 1))
        {
            if (_types.TryGetValue(left[..dot], out NanoType? owner))
                return (owner, left[(dot + 1)..]);
        }

        throw new InvalidDataException($"No listed type owns {left}.");
    }
}
