using System.Text.RegularExpressions;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>A listed type: what it inherits from, and the signatures of its members.</summary>
public sealed partial class NanoType
{
    private NanoType(string name, string kind, IReadOnlyList<string> bases)
    {
        Name = name;
        Kind = kind;
        Bases = bases;
    }

    public string Name { get; }

    /// <summary><c>class</c>, <c>struct</c>, <c>interface</c>, <c>enum</c> or <c>delegate</c>.</summary>
    public string Kind { get; }

    public IReadOnlyList<string> Bases { get; }

    public HashSet<string> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>The type that the line declares; null where it declares a member.</summary>
    public static NanoType? TryParse(string name, string declaration)
    {
        Match match = Declaration().Match(declaration);
        if (!match.Success)
            return null;
        string kind = match.Groups["kind"].Value;
        string rest = match.Groups["rest"].Value;
        if (kind == "delegate")
            return Delegate(name, rest.Trim());

        List<string> bases = rest.StartsWith(" : ", StringComparison.Ordinal)
            ? [.. ListText.SplitList(ListText.WithoutConstraints(rest[3..]))]
            : [];
        bases.Add(kind switch
        {
            "struct" => "System.ValueType",
            "enum" => "System.Enum",
            _ => "System.Object",
        });
        bases.Remove(name);
        return new NanoType(name, kind, bases);
    }

    /// <summary>A delegate's line is <c>delegate RETURN (PARAMETERS)</c>; its members are the compiler's.</summary>
    private static NanoType Delegate(string name, string rest)
    {
        int open = ListText.IndexOf(rest, " (");
        int close = rest.LastIndexOf(')');
        NanoType type = new(name, "delegate", ["System.MulticastDelegate"]);
        string parameters = ListText.Parameters(rest[(open + 2)..close]);
        type.Members.Add(".ctor(System.Object,System.IntPtr):System.Void");
        type.Members.Add($"Invoke({parameters}):{ListText.TypeName(rest[..open])}");
        return type;
    }

    [GeneratedRegex(@"^(?:(?:protected|internal|abstract|sealed|static|readonly|ref) )*(?<kind>class|struct|interface|enum|delegate)\b(?<rest>.*)$")]
    private static partial Regex Declaration();
}
