using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>Takes out of an application what it cannot reach, and shortens the names that only it uses.</summary>
public static class Trimmer
{
    /// <summary>Changes the module; answers the new names of methods and fields with their old ones.</summary>
    public static IReadOnlyDictionary<string, string> Trim(ModuleDefinition module)
    {
        Reach reach = new(module);
        TypeDefinition[] all = [.. module.GetTypes()];
        HashSet<string> fixedNames = [.. all.SelectMany(t => t.Methods).Where(m => IsFixed(m, reach)).Select(m => m.Name)];
        module.Assembly.CustomAttributes.Clear();
        module.CustomAttributes.Clear();
        foreach (TypeDefinition type in all)
            Thin(type, reach);
        foreach (TypeDefinition type in all.Where(t => !reach.Types.Contains(t) && t.Name != "<Module>"))
            (type.DeclaringType?.NestedTypes ?? module.Types).Remove(type);
        return Shorten(module, fixedNames);
    }

    private static bool IsFixed(MethodDefinition method, Reach reach) =>
        method.IsRuntime || method.IsSpecialName && method.IsRuntimeSpecialName || reach.IsExternal(method) ||
        method == method.Module.EntryPoint;

    private static void Thin(TypeDefinition type, Reach reach)
    {
        type.CustomAttributes.Clear();
        type.Properties.Clear();
        type.Events.Clear();
        foreach (InterfaceImplementation implemented in type.Interfaces.ToArray())
        {
            implemented.CustomAttributes.Clear();
            // What is never made is never asked for its interfaces, and does not implement them any more.
            if (!reach.IsLive(type) && !type.IsInterface)
                type.Interfaces.Remove(implemented);
        }

        foreach (FieldDefinition field in type.Fields.ToArray())
        {
            field.CustomAttributes.Clear();
            if (!reach.Fields.Contains(field))
                type.Fields.Remove(field);
        }

        foreach (MethodDefinition method in type.Methods.ToArray())
        {
            if (!reach.Methods.Contains(method))
            {
                type.Methods.Remove(method);
                continue;
            }

            method.CustomAttributes.Clear();
            method.MethodReturnType.CustomAttributes.Clear();
            foreach (ParameterDefinition parameter in method.Parameters)
                parameter.CustomAttributes.Clear();
            foreach (MethodReference overridden in method.Overrides.ToArray())
            {
                if (overridden.Resolve() is { } slot && slot.Module == method.Module && !reach.Methods.Contains(slot))
                    method.Overrides.Remove(overridden);
            }

            if (method.HasBody && !reach.Running.Contains(method))
                method.Body = Never(method);
        }
    }

    // Named by code that runs, but only on what is null then.
    private static MethodBody Never(MethodDefinition method)
    {
        MethodBody body = new(method);
        ILProcessor code = body.GetILProcessor();
        code.Emit(OpCodes.Ldnull);
        code.Emit(OpCodes.Throw);
        return body;
    }

    // By the old name and not by the method: overrides and what they override keep the same name.
    private static Dictionary<string, string> Shorten(ModuleDefinition module, HashSet<string> fixedNames)
    {
        Dictionary<string, string> shorter = new(StringComparer.Ordinal);
        string Short(string name)
        {
            if (!shorter.TryGetValue(name, out string? made))
                shorter[name] = made = Number(shorter.Count);
            return made;
        }

        List<(MethodReference Reference, MethodDefinition Of)> overrides = [.. module.GetTypes().SelectMany(t => t.Methods)
            .SelectMany(m => m.Overrides).Select(o => (o, o.Resolve())).Where(p => p.Item2.Module == module)];
        foreach (TypeDefinition type in module.GetTypes())
        {
            foreach (MethodDefinition method in type.Methods.Where(m => !fixedNames.Contains(m.Name)))
                method.Name = Short(method.Name);
            foreach (FieldDefinition field in type.Fields.Where(f => !f.IsRuntimeSpecialName))
                field.Name = Short(field.Name);
        }

        foreach ((MethodReference reference, MethodDefinition of) in overrides)
            reference.Name = of.Name;
        return shorter.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }

    private static string Number(int n)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        string text = "";
        for (; n >= 0; n = n / Digits.Length - 1)
            text = Digits[n % Digits.Length] + text;
        return text;
    }
}
