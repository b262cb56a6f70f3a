namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>Turns a listed member into the signatures that compiled code may name.</summary>
public static class NanoMember
{
    private static readonly HashSet<string> Modifiers = new(StringComparer.Ordinal)
    {
        "public", "protected", "internal", "private", "static", "abstract", "virtual", "override", "sealed", "new",
        "extern", "readonly", "const", "volatile", "event", "required", "explicit",
    };

    /// <summary>One signature for a method or field, one for each accessor of a property or event.</summary>
    public static IEnumerable<string> Signatures(NanoType owner, string name, string declaration)
    {
        if (owner.Kind == "enum")
            return [$"{name}:{owner.Name}"];
        bool isEvent = declaration.Contains("event ", StringComparison.Ordinal);
        string accessors = "";
        if (declaration.EndsWith('}'))
        {
            int brace = declaration.IndexOf(" {", StringComparison.Ordinal);
            accessors = declaration[brace..];
            declaration = declaration[..brace];
        }

        int value = ListText.IndexOf(declaration, " = ");
        string type = WithoutModifiers(value < 0 ? declaration : declaration[..value]);
        if (accessors.Length > 0)
            return Accessors(name, ListText.TypeName(type), accessors);
        if (isEvent)
        {
            string handler = ListText.TypeName(type);
            return [$"add_{name}({handler}):System.Void", $"remove_{name}({handler}):System.Void"];
        }

        int open = name.IndexOf('(');
        if (open < 0)
            return [$"{name}:{ListText.TypeName(type)}"];
        string parameters = ListText.Parameters(name[(open + 1)..^1]);
        string returns = type.Length == 0 ? "System.Void" : ListText.TypeName(ListText.WithoutConstraints(type));
        return [$"{name[..open]}({parameters}):{returns}"];
    }

    private static List<string> Accessors(string name, string type, string accessors)
    {
        string index = "";
        int bracket = name.IndexOf('[');
        if (bracket > 0)
        {
            index = ListText.Parameters(name[(bracket + 1)..^1]);
            name = name[..bracket];
        }

        List<string> found = [];
        if (accessors.Contains("get;", StringComparison.Ordinal))
            found.Add($"get_{name}({index}):{type}");
        if (accessors.Contains("set;", StringComparison.Ordinal) || accessors.Contains("init;", StringComparison.Ordinal))
            found.Add($"set_{name}({(index.Length > 0 ? index + "," : "")}{type}):System.Void");
        return found;
    }

    private static string WithoutModifiers(string declaration)
    {
        string rest = declaration.Trim();
        while (rest.Length > 0)
        {
            int space = rest.IndexOf(' ');
            string word = space < 0 ? rest : rest[..space];
            if (!Modifiers.Contains(word))
                break;
            rest = space < 0 ? "" : rest[(space + 1)..];
        }

        return rest;
    }
}
