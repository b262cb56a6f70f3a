using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// What an application can reach from where it begins. An instance method counts as reached only when its type, or one
/// derived from it, is made somewhere: a call on what is never made can only be a call on null. Which override a virtual
/// call finds is judged by name and number of parameters alone, which keeps too much and never too little. For code
/// without generics and without reflection on itself, names of enum members included, as the rules for board code demand.
/// </summary>
public sealed class Reach
{
    private readonly ModuleDefinition _module;
    private readonly Queue<MethodDefinition> _bodies = new();
    private readonly HashSet<string> _virtualCalls = [];
    private readonly HashSet<TypeDefinition> _live = [];
    private readonly Dictionary<TypeDefinition, List<MethodDefinition>> _waiting = [];

    public Reach(MethodDefinition root)
    {
        _module = root.Module;
        Root = root;
        Call(root);
        while (_bodies.TryDequeue(out MethodDefinition? next))
            Visit(next);
    }

    /// <summary>Where the application begins.</summary>
    public MethodDefinition Root { get; }

    /// <summary>Methods that something names.</summary>
    public HashSet<MethodDefinition> Methods { get; } = [];

    /// <summary>Methods that can run.</summary>
    public HashSet<MethodDefinition> Running { get; } = [];

    public HashSet<FieldDefinition> Fields { get; } = [];

    public HashSet<TypeDefinition> Types { get; } = [];

    /// <summary>Whether the type, or one derived from it, is made somewhere.</summary>
    public bool IsLive(TypeDefinition type) => type.IsValueType || _live.Contains(type);

    /// <summary>Whether the method stands for one of another assembly, which calls it without our knowing.</summary>
    public bool IsExternal(MethodDefinition method)
    {
        if (!method.IsVirtual)
            return false;
        if (method.Overrides.Any(o => Own(o) == null))
            return true;
        return Above(method.DeclaringType).Any(t => Declares(t, method));
    }

    private bool Made(TypeDefinition type) => _live.Any(t => Is(t, type));

    private bool Is(TypeDefinition type, TypeDefinition wanted) =>
        type == wanted || type.Interfaces.Any(i => Own(i.InterfaceType) is { } own && Is(own, wanted)) ||
        (Own(type.BaseType) is { } above && Is(above, wanted));

    private static string Slot(MethodReference method) => $"{method.Name}/{method.Parameters.Count}";

    // Types of other assemblies that a type derives from or implements; those of ours are walked through.
    private IEnumerable<TypeReference> Above(TypeDefinition type)
    {
        IEnumerable<TypeReference> direct = type.Interfaces.Select(i => i.InterfaceType);
        if (type.BaseType != null)
            direct = direct.Prepend(type.BaseType);
        foreach (TypeReference reference in direct)
        {
            if (Own(reference) is not { } own)
            {
                yield return reference;
                continue;
            }

            foreach (TypeReference above in Above(own))
                yield return above;
        }
    }

    private static bool Declares(TypeReference external, MethodDefinition method)
    {
        for (TypeDefinition? at = external.Resolve(); at != null; at = at.BaseType?.Resolve())
        {
            if (at.Methods.Any(m => m.IsVirtual && Slot(m) == Slot(method)))
                return true;
            if (at.Interfaces.Any(i => Declares(i.InterfaceType, method)))
                return true;
        }

        return false;
    }

    /// <summary>The field, where it is this module's own.</summary>
    public FieldDefinition? Own(FieldReference reference) => Own(reference.DeclaringType) == null ? null : reference.Resolve();

    /// <summary>Whether nothing of the type is ever made, nor of one that derives from it or implements it.</summary>
    public bool IsNever(TypeReference reference) =>
        reference is not TypeSpecification && Own(reference) is { IsValueType: false } type && !Made(type);

    /// <summary>Types of this module that are made and are, or implement, the given one.</summary>
    public IEnumerable<TypeDefinition> Makers(TypeDefinition type) => _live.Where(t => Is(t, type));

    /// <summary>The method, where it is this module's own.</summary>
    public MethodDefinition? Own(MethodReference reference) =>
        reference.DeclaringType is ArrayType || Own(reference.DeclaringType) == null ? null : reference.Resolve();

    /// <summary>The type, or that of its elements, where it is this module's own.</summary>
    public TypeDefinition? Own(TypeReference? reference)
    {
        while (reference is TypeSpecification inner)
            reference = inner.ElementType;
        return reference == null || reference.IsGenericParameter || reference.Scope != (IMetadataScope)_module
            ? null : reference.Resolve();
    }

    private void Call(MethodDefinition method)
    {
        Name(method);
        if (method.IsVirtual && _virtualCalls.Add(Slot(method)))
        {
            foreach (TypeDefinition type in _live.ToArray())
                Overrides(type);
        }

        if (method.IsStatic || method.IsConstructor || IsLive(method.DeclaringType))
            Run(method);
        else if (_waiting.TryGetValue(method.DeclaringType, out List<MethodDefinition>? waiting))
            waiting.Add(method);
        else
            _waiting[method.DeclaringType] = [method];
    }

    private void Name(MethodDefinition method)
    {
        if (!Methods.Add(method))
            return;
        Use(method.DeclaringType);
        Use(method.ReturnType);
        foreach (ParameterDefinition parameter in method.Parameters)
            Use(parameter.ParameterType);
    }

    private void Run(MethodDefinition method)
    {
        Name(method);
        if (Running.Add(method) && method.HasBody)
            _bodies.Enqueue(method);
    }

    private void Make(TypeDefinition type)
    {
        for (TypeDefinition? at = type; at != null && _live.Add(at); at = Own(at.BaseType))
        {
            Use(at);
            foreach (InterfaceImplementation implemented in at.Interfaces)
                Use(implemented.InterfaceType);
            if (at.BaseType?.FullName == "System.MulticastDelegate")
                at.Methods.ToList().ForEach(Run);
            foreach (MethodDefinition method in at.Methods.Where(m => m.IsVirtual && IsExternal(m)))
                Run(method);
            Overrides(at);
            if (_waiting.Remove(at, out List<MethodDefinition>? waiting))
                waiting.ForEach(Run);
        }
    }

    private void Overrides(TypeDefinition type)
    {
        foreach (MethodDefinition method in type.Methods.Where(m => m.IsVirtual))
        {
            if (_virtualCalls.Contains(Slot(method)) ||
                method.Overrides.Any(o => _virtualCalls.Contains(Slot(o))))
                Run(method);
        }
    }

    private void Use(TypeReference? reference)
    {
        if (Own(reference) is not { } type || !Types.Add(type))
            return;
        Use(type.BaseType);
        Use(type.DeclaringType);
        if (type.IsEnum || type.IsValueType)
        {
            // A value's layout is all of its fields, whoever reads them.
            foreach (FieldDefinition field in type.Fields.Where(f => !f.IsStatic))
                Use(field);
        }

        if (type.IsValueType && !type.IsEnum)
        {
            foreach (MethodDefinition method in type.Methods.Where(m => m.IsVirtual))
                Run(method);
        }
    }

    private void Use(FieldDefinition field)
    {
        if (!Fields.Add(field))
            return;
        Use(field.DeclaringType);
        Use(field.FieldType);
    }

    private void Visit(MethodDefinition method)
    {
        foreach (VariableDefinition variable in method.Body.Variables)
            Use(variable.VariableType);
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
            Use(handler.CatchType);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case MethodReference called when Own(called) is { } own:
                    if (instruction.OpCode.Code == Code.Newobj)
                        Make(own.DeclaringType);
                    Call(own);
                    break;
                case FieldReference field when Own(field.DeclaringType) != null:
                    Use(field.Resolve());
                    break;
                case TypeReference type:
                    Use(type);
                    break;
            }
        }
    }
}
