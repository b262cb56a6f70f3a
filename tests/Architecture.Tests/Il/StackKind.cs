using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>What kind of value lies on the evaluation stack (ECMA-335 III.1.1, value types and enums told apart).</summary>
public enum StackKind : byte
{
    /// <summary>Cannot be told: a type parameter, or a value type that is not to be found.</summary>
    Unknown,
    Int32,
    Int64,
    Native,
    Float,
    Object,
    Pointer,
    Struct,
}

public static class StackKinds
{
    /// <summary>Kind of a value of this type once it is loaded.</summary>
    public static StackKind Of(TypeReference type)
    {
        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte
                or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Int32 or MetadataType.UInt32:
                return StackKind.Int32;
            case MetadataType.Int64 or MetadataType.UInt64:
                return StackKind.Int64;
            case MetadataType.Single or MetadataType.Double:
                return StackKind.Float;
            case MetadataType.IntPtr or MetadataType.UIntPtr or MetadataType.FunctionPointer:
                return StackKind.Native;
            case MetadataType.String or MetadataType.Object or MetadataType.Class or MetadataType.Array:
                return StackKind.Object;
            case MetadataType.ByReference or MetadataType.Pointer:
                return StackKind.Pointer;
            case MetadataType.RequiredModifier or MetadataType.OptionalModifier or MetadataType.Pinned:
                return Of(((TypeSpecification)type).ElementType);
            case MetadataType.ValueType:
                return OfValueType(type);
            case MetadataType.GenericInstance:
                return type.IsValueType ? StackKind.Struct : StackKind.Object;
            default:
                return StackKind.Unknown;
        }
    }

    /// <summary>An enum counts as what it is stored as.</summary>
    private static StackKind OfValueType(TypeReference type)
    {
        TypeDefinition? definition;
        try
        {
            definition = type.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return StackKind.Unknown;
        }

        if (definition == null)
            return StackKind.Unknown;
        return definition.IsEnum
            ? Of(definition.Fields.First(f => !f.IsStatic).FieldType)
            : StackKind.Struct;
    }
}
