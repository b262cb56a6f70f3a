namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>The grammar of a list line: C# types and parameters, and where brackets and literals end.</summary>
public static class ListText
{
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["void"] = "System.Void", ["bool"] = "System.Boolean", ["byte"] = "System.Byte", ["sbyte"] = "System.SByte",
        ["short"] = "System.Int16", ["ushort"] = "System.UInt16", ["int"] = "System.Int32", ["uint"] = "System.UInt32",
        ["long"] = "System.Int64", ["ulong"] = "System.UInt64", ["char"] = "System.Char", ["float"] = "System.Single",
        ["double"] = "System.Double", ["string"] = "System.String", ["object"] = "System.Object",
        ["nint"] = "System.IntPtr", ["nuint"] = "System.UIntPtr",
    };

    /// <summary>Position of the first separator outside brackets and literals, or -1.</summary>
    public static int IndexOf(string text, string separator)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (depth == 0 && string.CompareOrdinal(text, i, separator, 0, separator.Length) == 0)
                return i;
            if (c is '"' or '\'')
            {
                for (i++; text[i] != c; i++)
                    i += text[i] == '\\' ? 1 : 0;
            }
            else if (c is '(' or '[' or '{' or '<')
            {
                depth++;
            }
            else if (c is ')' or ']' or '}' or '>')
            {
                depth--;
            }
        }

        return -1;
    }

    /// <summary>The parts between commas that stand outside brackets and literals.</summary>
    public static IEnumerable<string> SplitList(string text)
    {
        while (text.Length > 0)
        {
            int comma = IndexOf(text, ", ");
            yield return comma < 0 ? text : text[..comma];
            text = comma < 0 ? "" : text[(comma + 2)..];
        }
    }

    /// <summary>Drops leading <c>[Attribute]</c>s.</summary>
    public static string WithoutAttributes(string text)
    {
        while (text.StartsWith('['))
        {
            int space = IndexOf(text, " ");
            text = space < 0 ? "" : text[(space + 1)..];
        }

        return text;
    }

    /// <summary>Drops the <c>where</c> clauses of a generic declaration.</summary>
    public static string WithoutConstraints(string text) =>
        IndexOf(text, " where ") is var at && at >= 0 ? text[..at] : text;

    /// <summary>The types of a parameter list, as metadata names them, between commas.</summary>
    public static string Parameters(string list) => string.Join(',', SplitList(list).Select(Parameter));

    /// <summary>A C# type as metadata names it, with a dot before nested types.</summary>
    public static string TypeName(string type)
    {
        type = type.Trim();
        if (type.StartsWith("ref readonly ", StringComparison.Ordinal))
            return TypeName(type["ref readonly ".Length..]) + "&";
        if (type.StartsWith("ref ", StringComparison.Ordinal))
            return TypeName(type["ref ".Length..]) + "&";
        if (type.EndsWith('?'))
            return TypeName(type[..^1]);
        if (type.EndsWith("[]", StringComparison.Ordinal))
            return TypeName(type[..^2]) + "[]";
        return Keywords.GetValueOrDefault(type, type);
    }

    private static string Parameter(string text)
    {
        text = WithoutAttributes(text);
        int value = IndexOf(text, " = ");
        if (value >= 0)
            text = text[..value];
        string suffix = "";
        for (int space = text.IndexOf(' '); space > 0; space = text.IndexOf(' '))
        {
            string word = text[..space];
            if (word is "ref" or "out" or "in")
                suffix = "&";
            else if (word is not ("params" or "this" or "scoped" or "readonly"))
                break;
            text = text[(space + 1)..];
        }

        return TypeName(text[..text.LastIndexOf(' ')]) + suffix;
    }
}
