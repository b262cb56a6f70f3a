using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>Constructs that compile for a board and then break there, or that its metadata processor refuses.</summary>
public static class ConstructRule
{
    public static IEnumerable<Offence> Check(ModuleDefinition module)
    {
        foreach (TypeDefinition type in CodeWalk.Types(module))
        {
            string name = CodeWalk.Type(type);
            if (type.HasGenericParameters)
                yield return new Offence(name, "is generic");
            foreach (TypeReference used in UsedTypes(type))
            {
                if (Fault(used) is { } fault)
                    yield return new Offence(name, fault);
            }
        }

        foreach (MethodDefinition method in CodeWalk.Methods(module))
        {
            if (method.HasGenericParameters)
                yield return new Offence(CodeWalk.Place(method), "is a generic method");
            if (method.DeclaringType.IsInterface && !method.IsAbstract)
                yield return new Offence(CodeWalk.Place(method), "has a body in an interface");
            if (method.IsPInvokeImpl)
                yield return new Offence(CodeWalk.Place(method), "calls unmanaged code");
            foreach (TypeReference used in UsedTypes(method))
            {
                if (Fault(used) is { } fault)
                    yield return new Offence(CodeWalk.Place(method), fault);
            }
        }

        foreach ((MethodDefinition method, Instruction instruction) in CodeWalk.Instructions(module))
        {
            foreach (string fault in Faults(instruction))
                yield return new Offence(CodeWalk.Place(method, instruction), fault);
        }
    }

    private static IEnumerable<string> Faults(Instruction instruction)
    {
        string opcode = instruction.OpCode.Name;
        if (opcode.Contains(".ovf", StringComparison.Ordinal))
            yield return $"checks for overflow ({opcode}), which a board ignores; an index or length of 64 bits does so too";
        switch (instruction.OpCode.Code)
        {
            case Code.Localloc:
                yield return "uses stackalloc";
                break;
            case Code.Calli:
            case Code.Cpblk:
            case Code.Initblk:
            case Code.Mkrefany:
            case Code.Refanyval:
            case Code.Arglist:
                yield return $"handles memory itself ({opcode})";
                break;
        }

        switch (instruction.Operand)
        {
            case GenericInstanceMethod generic when generic.DeclaringType.FullName == SubsetRule.InterpolationHandler:
                break;
            case GenericInstanceMethod generic:
                yield return $"calls the generic method {generic.ElementMethod.FullName}";
                break;
            case MethodReference called:
                if (Fault(called.DeclaringType) is { } owner)
                    yield return owner;
                break;
            case FieldReference field:
                if (Fault(field.DeclaringType) is { } holder)
                    yield return holder;
                break;
            case TypeReference type:
                if (Fault(type) is { } fault)
                    yield return fault;
                break;
        }
    }

    private static IEnumerable<TypeReference> UsedTypes(TypeDefinition type)
    {
        if (type.BaseType != null)
            yield return type.BaseType;
        foreach (InterfaceImplementation implemented in type.Interfaces)
            yield return implemented.InterfaceType;
        foreach (FieldDefinition field in type.Fields)
            yield return field.FieldType;
    }

    private static IEnumerable<TypeReference> UsedTypes(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers.Where(h => h.CatchType != null))
            yield return handler.CatchType;
    }

    /// <summary>What is wrong with a type, wherever it stands.</summary>
    private static string? Fault(TypeReference type)
    {
        switch (type)
        {
            case GenericInstanceType:
                return $"uses the generic type {CodeWalk.Type(type)}";
            case ArrayType { Rank: > 1 }:
                return $"uses the multidimensional array {CodeWalk.Type(type)}";
            case PointerType or FunctionPointerType:
                return $"uses the pointer {type.FullName}";
            case PinnedType:
                return $"pins {type.FullName}";
            case TypeSpecification inner:
                return Fault(inner.ElementType);
            default:
                return null;
        }
    }
}
