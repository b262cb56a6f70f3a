using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>Names of what metadata refers to, in the form that <see cref="NanoApi"/> looks up.</summary>
public static class MetadataNames
{
    /// <summary>Full name, with a dot before nested types and without modifiers.</summary>
    public static string Type(TypeReference type) => type switch
    {
        ByReferenceType reference => Type(reference.ElementType) + "&",
        ArrayType { Rank: 1 } array => Type(array.ElementType) + "[]",
        IModifierType modified => Type(modified.ElementType),
        PinnedType pinned => Type(pinned.ElementType),
        _ => type.FullName.Replace('/', '.'),
    };

    /// <summary><c>Name(Types):Type</c> of a method, <c>Name:Type</c> of a field.</summary>
    public static string Member(MemberReference member) => member switch
    {
        MethodReference method =>
            $"{method.Name}({string.Join(',', method.Parameters.Select(p => Type(p.ParameterType)))}):{Type(method.ReturnType)}",
        FieldReference field => $"{field.Name}:{Type(field.FieldType)}",
        _ => member.Name,
    };
}
