using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// No static constructors and no static fields: loading an assembly that has a static constructor fails at random on a
/// board, and every field initialiser and every lambda that captures nothing makes one. Tables are built in constructors.
/// </summary>
public static class StaticStateRule
{
    public static IEnumerable<Offence> Check(ModuleDefinition module)
    {
        foreach (TypeDefinition type in CodeWalk.Types(module))
        {
            // The compiler keeps the data of array initialisers here; it is read as bytes, nothing runs.
            if (type.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal))
                continue;
            string name = CodeWalk.Type(type);
            string lambda = type.Name.StartsWith("<>", StringComparison.Ordinal)
                ? "; the compiler made it for a lambda that captures nothing: " +
                  string.Join(", ", type.Methods.Where(m => m.Name.StartsWith("<", StringComparison.Ordinal)).Select(m => m.Name))
                : "";
            if (type.Methods.Any(m => m.IsConstructor && m.IsStatic))
                yield return new Offence(name, "has a static constructor" + lambda);
            foreach (FieldDefinition field in type.Fields.Where(f => f.IsStatic && !f.IsLiteral))
                yield return new Offence(name, $"has the static field {field.Name}{lambda}");
        }
    }
}
