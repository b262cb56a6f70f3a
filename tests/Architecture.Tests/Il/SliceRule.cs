using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// A slice of the service alone reads and writes its tables. A table is what has an entity configuration; its slice is
/// the namespace after <c>Features</c>.
/// </summary>
public static class SliceRule
{
    private const string Configuration = "Microsoft.EntityFrameworkCore.IEntityTypeConfiguration`1";

    public static IEnumerable<Offence> Check(ModuleDefinition module)
    {
        Dictionary<string, string> tables = Tables(module);
        foreach (TypeDefinition type in CodeWalk.Types(module))
        {
            string slice = SliceOf(type);
            foreach (FieldDefinition field in type.Fields)
            {
                foreach (string row in Foreign(field.FieldType, slice, tables))
                    yield return new Offence($"{CodeWalk.Type(type)}.{field.Name}", Fault(row, tables));
            }

            foreach (MethodDefinition method in type.Methods)
            {
                foreach (string row in Used(method).SelectMany(used => Foreign(used, slice, tables)))
                    yield return new Offence(CodeWalk.Place(method), Fault(row, tables));
            }
        }
    }

    /// <summary>Full names of the types that are tables, with their slices.</summary>
    public static Dictionary<string, string> Tables(ModuleDefinition module)
    {
        Dictionary<string, string> tables = [];
        foreach (TypeDefinition type in CodeWalk.Types(module))
        {
            foreach (InterfaceImplementation implemented in type.Interfaces)
            {
                if (implemented.InterfaceType is GenericInstanceType generic && generic.ElementType.FullName == Configuration)
                    tables[generic.GenericArguments[0].FullName] = SliceOf(type);
            }
        }

        return tables;
    }

    private static string Fault(string row, Dictionary<string, string> tables) =>
        $"touches {row.Replace('/', '.')}, a table of the slice {tables[row]}";

    private static IEnumerable<TypeReference> Used(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is TypeReference type)
                yield return type;
            if (instruction.Operand is not MemberReference member)
                continue;
            if (member.DeclaringType != null)
                yield return member.DeclaringType;
            if (member is GenericInstanceMethod generic)
            {
                foreach (TypeReference argument in generic.GenericArguments)
                    yield return argument;
            }
        }
    }

    private static IEnumerable<string> Foreign(TypeReference used, string slice, Dictionary<string, string> tables)
    {
        if (used is GenericInstanceType generic)
            return generic.GenericArguments.Append(generic.ElementType).SelectMany(t => Foreign(t, slice, tables));
        if (used is TypeSpecification inner)
            return Foreign(inner.ElementType, slice, tables);
        return tables.TryGetValue(used.FullName, out string? owner) && owner != slice ? [used.FullName] : [];
    }

    /// <summary>The name after <c>Features</c>, or nothing for what is in no slice.</summary>
    private static string SliceOf(TypeDefinition type)
    {
        TypeDefinition outer = type;
        while (outer.DeclaringType != null)
            outer = outer.DeclaringType;
        string[] parts = outer.Namespace.Split('.');
        int at = Array.IndexOf(parts, "Features");
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : "";
    }
}
