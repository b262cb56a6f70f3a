using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// Replaces types by such as say the same: an interface that only one made class implements by that class, an enumeration
/// by the number it is. Neither costs a table's row any more, and a method that no interface needs can be put in place.
/// </summary>
public sealed class Retyping
{
    private readonly Reach _reach;
    private readonly Dictionary<TypeDefinition, TypeReference> _into = [];

    private Retyping(Reach reach) => _reach = reach;

    /// <summary>Whether an interface was replaced.</summary>
    public static bool Interfaces(Reach reach, ModuleDefinition module)
    {
        Retyping retyping = new(reach);
        foreach (TypeDefinition type in reach.Types.Where(t => t.IsInterface))
        {
            // Of two made classes of one line the base is the one.
            TypeDefinition[] makers = [.. reach.Makers(type).Where(t => !t.IsInterface)];
            TypeDefinition[] roots = [.. makers.Where(t => reach.Own(t.BaseType) is not { } above || !makers.Contains(above))];
            if (roots is [{ IsValueType: false } one])
                retyping._into[type] = one;
        }

        retyping.Apply(module);
        foreach (TypeDefinition type in module.GetTypes())
        {
            foreach (MethodDefinition method in type.Methods.Where(m => m.IsVirtual && !type.IsInterface))
                retyping.Settle(method);
        }

        return retyping._into.Count != 0;
    }

    /// <summary>
    /// All enumerations that are never made an object of; and what is never made at all and only stands in signatures any
    /// more, which may as well say that there is an object, for it is null.
    /// </summary>
    public static void Enums(Reach reach, ModuleDefinition module)
    {
        Retyping retyping = new(reach);
        HashSet<TypeDefinition> boxed = [.. reach.Running.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions)
            .Where(i => i.OpCode.Code is Code.Box or Code.Ldtoken or Code.Constrained or Code.Unbox or Code.Unbox_Any)
            .Select(i => reach.Own(i.Operand as TypeReference)).OfType<TypeDefinition>()];
        foreach (TypeDefinition type in module.GetTypes().Where(t => t.IsEnum && !boxed.Contains(t)))
            retyping._into[type] = type.Fields.Single(f => f.IsRuntimeSpecialName).FieldType;
        HashSet<TypeDefinition> caught = [.. module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .SelectMany(m => m.Body.ExceptionHandlers).Select(h => reach.Own(h.CatchType)).OfType<TypeDefinition>()];
        foreach (TypeDefinition type in module.GetTypes().Where(t => reach.IsNever(t) && !caught.Contains(t)))
        {
            if (!type.HasMethods && !type.HasFields && !type.HasNestedTypes && type.Name != "<Module>")
                retyping._into[type] = module.TypeSystem.Object;
        }

        retyping.Apply(module);
        foreach (TypeDefinition gone in retyping._into.Keys)
            gone.Fields.Clear();
    }

    private TypeReference Map(TypeReference type)
    {
        switch (type)
        {
            case ArrayType array:
                return new ArrayType(Map(array.ElementType));
            case ByReferenceType reference:
                return new ByReferenceType(Map(reference.ElementType));
            case TypeSpecification:
                return type;
            default:
                return _reach.Own(type) is { } own && _into.TryGetValue(own, out TypeReference? into) ? Map(into) : type;
        }
    }

    private void Apply(ModuleDefinition module)
    {
        // Found before signatures change, since they are how it is found.
        Dictionary<MethodDefinition, MethodDefinition> methods = [];
        foreach ((TypeDefinition type, TypeReference into) in _into.Where(p => p.Key.IsInterface))
        {
            foreach (MethodDefinition method in type.Methods)
            {
                if (Implementation((TypeDefinition)into, method) is not { } found)
                    continue;
                methods[method] = found;
                // An explicit implementation is private, which .NET minds and a board does not.
                found.IsPublic = true;
            }
        }

        foreach (TypeDefinition type in module.GetTypes())
        {
            foreach (FieldDefinition field in type.Fields)
                field.FieldType = Map(field.FieldType);
            foreach (InterfaceImplementation implemented in type.Interfaces.ToArray())
            {
                if (_reach.Own(implemented.InterfaceType) is { } own && _into.ContainsKey(own))
                    type.Interfaces.Remove(implemented);
            }

            foreach (MethodDefinition method in type.Methods)
                Apply(method, methods);
        }
    }

    private void Apply(MethodDefinition method, Dictionary<MethodDefinition, MethodDefinition> methods)
    {
        method.ReturnType = Map(method.ReturnType);
        foreach (ParameterDefinition parameter in method.Parameters)
            parameter.ParameterType = Map(parameter.ParameterType);
        foreach (MethodReference overridden in method.Overrides.ToArray())
        {
            if (_reach.Own(overridden) is { } own && _into.ContainsKey(own.DeclaringType))
                method.Overrides.Remove(overridden);
        }

        if (!method.HasBody)
            return;
        foreach (VariableDefinition variable in method.Body.Variables)
            variable.VariableType = Map(variable.VariableType);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is TypeReference type)
                instruction.Operand = Map(type);
            else if (instruction.Operand is MethodDefinition called && methods.TryGetValue(called, out MethodDefinition? into))
                instruction.Operand = into;
        }
    }

    private MethodDefinition? Implementation(TypeDefinition type, MethodDefinition slot)
    {
        for (TypeDefinition? at = type; at != null; at = _reach.Own(at.BaseType))
        {
            MethodDefinition? found =
                at.Methods.FirstOrDefault(m => m.Overrides.Any(o => _reach.Own(o) == slot)) ??
                at.Methods.FirstOrDefault(m => m.IsVirtual && m.Name == slot.Name && Same(m, slot));
            if (found != null)
                return found;
        }

        return null;
    }

    private static bool Same(MethodDefinition method, MethodDefinition slot) =>
        method.Parameters.Select(p => p.ParameterType.FullName).SequenceEqual(slot.Parameters.Select(p => p.ParameterType.FullName));

    // A method that nothing above declares and nothing below overrides is called as it stands.
    private void Settle(MethodDefinition method)
    {
        TypeDefinition type = method.DeclaringType;
        bool needed = method.IsAbstract || method.HasOverrides || _reach.IsExternal(method) || IsDeclaredAbove(type, method) ||
            type.Module.GetTypes().Any(t => t != type && t.Methods.Any(m => m.IsVirtual && m.Name == method.Name) && DerivesFrom(t, type));
        if (needed)
            return;
        method.IsVirtual = false;
        method.IsNewSlot = false;
        method.IsFinal = false;
        method.IsHideBySig = true;
    }

    private bool IsDeclaredAbove(TypeDefinition type, MethodDefinition method)
    {
        // A derived class may be what brings the interface that this method stands for.
        IEnumerable<TypeDefinition> line = type.Module.GetTypes().Where(t => t == type || DerivesFrom(t, type));
        return line.SelectMany(t => t.Interfaces).Select(i => _reach.Own(i.InterfaceType)).OfType<TypeDefinition>()
                   .Any(i => Declares(i, method)) ||
               (_reach.Own(type.BaseType) is { } above && (Declares(above, method) || IsDeclaredAbove(above, method)));
    }

    private bool Declares(TypeDefinition type, MethodDefinition method) =>
        type.Methods.Any(m => m.IsVirtual && m.Name == method.Name) ||
        type.Interfaces.Any(i => _reach.Own(i.InterfaceType) is { } own && Declares(own, method));

    private bool DerivesFrom(TypeDefinition type, TypeDefinition wanted) =>
        _reach.Own(type.BaseType) is { } above && (above == wanted || DerivesFrom(above, wanted));
}
