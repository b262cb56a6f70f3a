using Mono.Cecil;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// Gives short names to what only the application itself names. A field or a method that is called as it stands is known
/// by its place, so every class can begin with the same letters again; what is looked up by name, a virtual method, keeps
/// one name for all that have its old one. The class where the application begins keeps its name: a launcher asks for it.
/// </summary>
public static class ShortNames
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Large = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>Renames; answers the new names with the old ones, members as <c>type.member</c>.</summary>
    public static IReadOnlyDictionary<string, string> Give(MethodDefinition root, HashSet<string> fixedNames)
    {
        ModuleDefinition module = root.Module;
        SortedDictionary<string, string> given = new(StringComparer.Ordinal);
        List<(MethodReference Reference, MethodDefinition Of)> overrides = [.. module.GetTypes().SelectMany(t => t.Methods)
            .SelectMany(m => m.Overrides).Select(o => (o, o.Resolve())).Where(p => p.Item2.Module == module)];
        Dictionary<string, string> slots = new(StringComparer.Ordinal);
        int types = 0;
        (TypeDefinition Type, string Old)[] all = [.. module.GetTypes().Select(t => (t, t.FullName))];
        foreach ((TypeDefinition type, string old) in all)
        {
            // What the compiler made for tables of numbers is known by its name to those who read the code.
            if (type.Name[0] != '<' && type.DeclaringType?.Name[0] != '<' && type != root.DeclaringType)
            {
                type.Name = Number(types++, Large);
                type.Namespace = "";
                given[type.Name] = old;
            }

            Members(type, fixedNames, slots, (made, was) => given[$"{type.Name}.{made}"] = was);
        }

        foreach ((MethodReference reference, MethodDefinition of) in overrides)
            reference.Name = of.Name;
        return given;
    }

    private static void Members(
        TypeDefinition type, HashSet<string> fixedNames, Dictionary<string, string> slots, Action<string, string> note)
    {
        int fields = 0;
        int methods = 0;
        foreach (FieldDefinition field in type.Fields.Where(f => !f.IsRuntimeSpecialName))
            Rename(field, Number(fields++, Small), note);
        foreach (MethodDefinition method in type.Methods.Where(m => !fixedNames.Contains(m.Name)))
        {
            if (!method.IsVirtual)
            {
                Rename(method, Number(methods++, Small) + "_", note);
                continue;
            }

            if (!slots.TryGetValue(method.Name, out string? slot))
                slots[method.Name] = slot = Number(slots.Count, Large);
            Rename(method, slot, note);
        }
    }

    private static void Rename(IMemberDefinition member, string name, Action<string, string> note)
    {
        note(name, member.Name);
        member.Name = name;
    }

    private static string Number(int n, string digits)
    {
        string text = "";
        for (; n >= 0; n = n / digits.Length - 1)
            text = digits[n % digits.Length] + text;
        return text;
    }
}
