using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>Walks through a module, and says where in the source a thing stands.</summary>
public static class CodeWalk
{
    public static IEnumerable<TypeDefinition> Types(ModuleDefinition module) => module.GetAllTypes();

    public static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) => Types(module).SelectMany(t => t.Methods);

    /// <summary>All instructions with the method that holds them.</summary>
    public static IEnumerable<(MethodDefinition Method, Instruction Instruction)> Instructions(ModuleDefinition module) =>
        from method in Methods(module)
        where method.HasBody
        from instruction in method.Body.Instructions
        select (method, instruction);

    /// <summary>The method, with file and line of the instruction or of what comes last before it.</summary>
    public static string Place(MethodDefinition method, Instruction? instruction = null)
    {
        string name = $"{Type(method.DeclaringType)}.{method.Name}";
        SequencePoint? point = method.DebugInformation.SequencePoints
            .Where(p => !p.IsHidden && (instruction == null || p.Offset <= instruction.Offset))
            .LastOrDefault();
        if (instruction == null)
            point = method.DebugInformation.SequencePoints.FirstOrDefault(p => !p.IsHidden);
        return point == null ? name : $"{name} ({Path.GetFileName(point.Document.Url)}:{point.StartLine})";
    }

    public static string Type(TypeReference type) => MetadataNames.Type(type);

    /// <summary>Where the module names a type or member: the first instruction, else the first declaration.</summary>
    public static string PlaceOf(ModuleDefinition module, string fullName)
    {
        foreach ((MethodDefinition method, Instruction instruction) in Instructions(module))
        {
            if (instruction.Operand is MemberReference used && Mentions(used, fullName))
                return Place(method, instruction);
        }

        foreach (MethodDefinition method in Methods(module))
        {
            if (Mentions(method.ReturnType, fullName) || method.Parameters.Any(p => Mentions(p.ParameterType, fullName)) ||
                (method.HasBody && method.Body.Variables.Any(v => Mentions(v.VariableType, fullName))) ||
                (method.HasBody && method.Body.ExceptionHandlers.Any(h => h.CatchType?.FullName == fullName)) ||
                Attributes(method).Any(a => Mentions(a.Constructor, fullName)))
                return Place(method);
        }

        foreach (TypeDefinition type in Types(module))
        {
            if ((type.BaseType != null && Mentions(type.BaseType, fullName)) ||
                type.Interfaces.Any(i => Mentions(i.InterfaceType, fullName)) ||
                type.Fields.Any(f => Mentions(f.FieldType, fullName) || Attributes(f).Any(a => Mentions(a.Constructor, fullName))) ||
                type.Properties.Any(p => Attributes(p).Any(a => Mentions(a.Constructor, fullName))) ||
                Attributes(type).Any(a => Mentions(a.Constructor, fullName)))
                return Type(type);
        }

        return module.Name;
    }

    private static IEnumerable<CustomAttribute> Attributes(ICustomAttributeProvider provider) =>
        provider.HasCustomAttributes ? provider.CustomAttributes : [];

    private static bool Mentions(MemberReference used, string fullName) =>
        used.FullName == fullName || used.DeclaringType?.FullName == fullName ||
        (used is IModifierType modified && modified.ModifierType.FullName == fullName) ||
        (used is TypeReference type && type.GetElementType()?.FullName == fullName);
}
