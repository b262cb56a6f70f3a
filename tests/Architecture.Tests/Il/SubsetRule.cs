using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// Board code may name only what boards have. The tables of a compiled module hold every outside type and member that
/// its code, signatures, base types and attributes name, so nothing can be written around this.
/// </summary>
public static class SubsetRule
{
    // What the compiler or the SDK adds on .NET and leaves out where the type is missing.
    private static readonly HashSet<string> CompilersOwn = new(StringComparer.Ordinal)
    {
        "System.Diagnostics.DebuggableAttribute",
        "System.Diagnostics.DebuggableAttribute.DebuggingModes",
        "System.Runtime.CompilerServices.CompilationRelaxationsAttribute",
        "System.Runtime.CompilerServices.CompilerGeneratedAttribute",
        "System.Runtime.CompilerServices.IsByRefLikeAttribute",
        "System.Runtime.CompilerServices.IsReadOnlyAttribute",
        "System.Runtime.CompilerServices.NullableAttribute",
        "System.Runtime.CompilerServices.NullableContextAttribute",
        "System.Runtime.CompilerServices.RefSafetyRulesAttribute",
        "System.Runtime.CompilerServices.RuntimeCompatibilityAttribute",
        "System.Runtime.Versioning.TargetFrameworkAttribute",
    };

    /// <summary>What builds an interpolated string on .NET; on a board, <c>string.Format</c> does.</summary>
    public const string InterpolationHandler = "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler";

    private static readonly (string Type, string Member) Format =
        ("System.String", "Format(System.String,System.Object[]):System.String");

    // What the compiler picks on .NET for a line of source, and what it picks for the same line on a board: another
    // overload, or the same method where the type itself declares it and not its base.
    private static readonly Dictionary<string, (string Type, string Member)> PickedInstead = new(StringComparer.Ordinal)
    {
        ["System.String.Format(System.String,System.Object):System.String"] = Format,
        ["System.String.Format(System.String,System.Object,System.Object):System.String"] = Format,
        ["System.String.Format(System.String,System.Object,System.Object,System.Object):System.String"] = Format,
        ["System.Runtime.CompilerServices.SwitchExpressionException..ctor(System.Object):System.Void"] =
            ("System.InvalidOperationException", ".ctor():System.Void"),
        ["System.Runtime.CompilerServices.SwitchExpressionException..ctor():System.Void"] =
            ("System.InvalidOperationException", ".ctor():System.Void"),
        ["System.Security.Cryptography.HashAlgorithm.ComputeHash(System.Byte[]):System.Byte[]"] =
            ("System.Security.Cryptography.HMACSHA256", "ComputeHash(System.Byte[]):System.Byte[]"),
    };

    /// <param name="own">Assemblies that are compiled into the application too and are judged by themselves.</param>
    public static IEnumerable<Offence> Check(ModuleDefinition module, NanoApi api, IReadOnlySet<string> own)
    {
        foreach (TypeReference type in module.GetTypeReferences())
        {
            string name = MetadataNames.Type(type);
            if (own.Contains(type.Scope.Name) || IsCompilersOwn(name) || api.HasType(name))
                continue;
            bool picked = PickedInstead.Keys.Any(k => k.StartsWith(name + ".", StringComparison.Ordinal));
            if (!picked && !(name == InterpolationHandler && api.HasMember(Format.Type, Format.Member)))
                yield return new Offence(CodeWalk.PlaceOf(module, type.FullName), $"{name} does not exist on a board");
        }

        foreach (MemberReference member in module.GetMemberReferences())
        {
            // Members of constructed types are those of generics and arrays, which ConstructRule judges.
            if (member.DeclaringType is not { } owner || owner is TypeSpecification || own.Contains(owner.Scope.Name))
                continue;
            string type = MetadataNames.Type(owner);
            string signature = MetadataNames.Member(member);
            // A missing handler has been named as a type.
            if (IsCompilersOwn(type) || type == InterpolationHandler || api.HasMember(type, signature))
                continue;
            if (PickedInstead.TryGetValue($"{type}.{signature}", out var other) && api.HasMember(other.Type, other.Member))
                continue;
            string[] others = [.. api.Alternatives(type, signature)];
            string hint = others.Length > 0 ? "; there is " + string.Join(" and ", others) : "";
            yield return new Offence(
                CodeWalk.PlaceOf(module, member.FullName), $"{type}.{signature} does not exist on a board{hint}");
        }
    }

    private static bool IsCompilersOwn(string type) =>
        CompilersOwn.Contains(type) || type.StartsWith("System.Reflection.Assembly", StringComparison.Ordinal) &&
        type.EndsWith("Attribute", StringComparison.Ordinal);
}
