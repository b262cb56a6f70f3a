using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>Takes out of an application what it cannot reach, and shortens the names that only it uses.</summary>
public static class Trimmer
{
    /// <summary>Changes the module; answers the new names with their old ones.</summary>
    public static IReadOnlyDictionary<string, string> Trim(ModuleDefinition module) =>
        Trim(module.EntryPoint ?? throw new InvalidOperationException($"{module.Name} has no entry point."));

    /// <summary>The same for an application that begins where its launcher calls it.</summary>
    public static IReadOnlyDictionary<string, string> Trim(MethodDefinition root)
    {
        ModuleDefinition module = root.Module;
        module.Assembly.CustomAttributes.Clear();
        module.CustomAttributes.Clear();
        do
        {
            Drop(root);
        }
        while (Folding.Fold(new Reach(root)) | Retyping.Interfaces(new Reach(root), module) | Inlining.Inline(new Reach(root)) |
               Merging.Merge(new Reach(root)));
        Retyping.Enums(new Reach(root), module);
        Reach left = Drop(root);
        Polish.Apply(module);
        HashSet<string> fixedNames = [.. module.GetTypes().SelectMany(t => t.Methods).Where(m => IsFixed(m, left)).Select(m => m.Name)];
        return ShortNames.Give(root, fixedNames);
    }

    private static Reach Drop(MethodDefinition root)
    {
        ModuleDefinition module = root.Module;
        Reach reach = new(root);
        TypeDefinition[] all = [.. module.GetTypes()];
        foreach (TypeDefinition type in all)
            Thin(type, reach);
        foreach (TypeDefinition type in all.Where(t => !reach.Types.Contains(t) && t.Name != "<Module>"))
            (type.DeclaringType?.NestedTypes ?? module.Types).Remove(type);
        return reach;
    }

    private static bool IsFixed(MethodDefinition method, Reach reach) =>
        method.IsRuntime || method.IsSpecialName && method.IsRuntimeSpecialName || reach.IsExternal(method) ||
        method == reach.Root;

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
}
