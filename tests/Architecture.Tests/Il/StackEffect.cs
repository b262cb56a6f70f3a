using System.Collections.Immutable;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>What one instruction does to the kinds of values on the evaluation stack.</summary>
public static class StackEffect
{
    /// <summary>The stack after the instruction; for a branch, as its target finds it.</summary>
    public static ImmutableArray<StackKind> Apply(
        MethodDefinition method, Instruction instruction, ImmutableArray<StackKind> stack)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Dup:
                return stack.Add(stack[^1]);
            case Code.Leave or Code.Leave_S:
                return [];
            case Code.Call or Code.Callvirt or Code.Newobj:
                return Call((MethodReference)instruction.Operand, instruction.OpCode.Code == Code.Newobj, stack);
            case Code.Calli:
                // Refused elsewhere; its own operands are popped as signature says, and nothing is known of what it gives.
                CallSite site = (CallSite)instruction.Operand;
                stack = Pop(stack, site.Parameters.Count + (site.HasThis ? 1 : 0) + 1);
                return site.ReturnType.MetadataType == MetadataType.Void ? stack : stack.Add(StackKind.Unknown);
            case Code.Ret or Code.Endfinally or Code.Endfilter or Code.Throw or Code.Rethrow or Code.Jmp:
                return [];
        }

        ImmutableArray<StackKind> left = Pop(stack, Pops(instruction.OpCode.StackBehaviourPop));
        return instruction.OpCode.StackBehaviourPush == StackBehaviour.Push0
            ? left
            : left.Add(Pushed(method, instruction, stack));
    }

    private static ImmutableArray<StackKind> Call(MethodReference called, bool creates, ImmutableArray<StackKind> stack)
    {
        bool passesThis = called.HasThis && !called.ExplicitThis && !creates;
        stack = Pop(stack, called.Parameters.Count + (passesThis ? 1 : 0));
        if (creates)
            return stack.Add(StackKinds.Of(called.DeclaringType));
        return StripModifiers(called.ReturnType).MetadataType == MetadataType.Void
            ? stack
            : stack.Add(StackKinds.Of(called.ReturnType));
    }

    private static TypeReference StripModifiers(TypeReference type) =>
        type is IModifierType modified ? StripModifiers(modified.ElementType) : type;

    private static ImmutableArray<StackKind> Pop(ImmutableArray<StackKind> stack, int count) =>
        stack.RemoveRange(stack.Length - count, count);

    private static int Pops(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1
            or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
            or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
            or StackBehaviour.Popref_popi_popref => 3,
        _ => throw new InvalidDataException($"No count for {behaviour}."),
    };

    private static StackKind Pushed(MethodDefinition method, Instruction instruction, ImmutableArray<StackKind> stack)
    {
        switch (instruction.OpCode.Code)
        {
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 or Code.Ldarg_S or Code.Ldarg:
                return Argument(method, instruction);
            case Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 or Code.Ldloc_S or Code.Ldloc:
                return StackKinds.Of(Local(method, instruction).VariableType);
            case Code.Ldfld or Code.Ldsfld:
                return StackKinds.Of(((FieldReference)instruction.Operand).FieldType);
            case Code.Ldobj or Code.Ldelem_Any or Code.Unbox_Any:
                return StackKinds.Of((TypeReference)instruction.Operand);
            case Code.Ldelem_I8 or Code.Ldind_I8:
                return StackKind.Int64;
            case Code.Ldelem_R4 or Code.Ldelem_R8 or Code.Ldind_R4 or Code.Ldind_R8:
                return StackKind.Float;
            case Code.Ldelem_I or Code.Ldind_I or Code.Ldlen or Code.Ldftn or Code.Ldvirtftn:
                return StackKind.Native;
            case Code.Ldelem_Ref or Code.Ldind_Ref:
                return StackKind.Object;
            case Code.Ldelema or Code.Ldarga or Code.Ldarga_S or Code.Ldloca or Code.Ldloca_S or Code.Ldflda
                or Code.Ldsflda or Code.Localloc or Code.Unbox or Code.Refanyval:
                return StackKind.Pointer;
            case Code.Ldtoken or Code.Mkrefany or Code.Arglist:
                return StackKind.Struct;
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Rem or Code.And or Code.Or or Code.Xor
                or Code.Div_Un or Code.Rem_Un or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un
                or Code.Mul_Ovf or Code.Mul_Ovf_Un:
                return Arithmetic(stack[^2], stack[^1]);
            case Code.Shl or Code.Shr or Code.Shr_Un:
                return stack[^2];
            case Code.Neg or Code.Not or Code.Ckfinite:
                return stack[^1];
            case Code.Conv_I or Code.Conv_U or Code.Conv_Ovf_I or Code.Conv_Ovf_U or Code.Conv_Ovf_I_Un
                or Code.Conv_Ovf_U_Un:
                return StackKind.Native;
        }

        // Constants, comparisons, conversions and new objects: the opcode itself says what it pushes.
        return instruction.OpCode.StackBehaviourPush switch
        {
            StackBehaviour.Pushi => StackKind.Int32,
            StackBehaviour.Pushi8 => StackKind.Int64,
            StackBehaviour.Pushr4 or StackBehaviour.Pushr8 => StackKind.Float,
            StackBehaviour.Pushref => StackKind.Object,
            _ => StackKind.Unknown,
        };
    }

    private static StackKind Arithmetic(StackKind a, StackKind b)
    {
        if (a == StackKind.Unknown || b == StackKind.Unknown)
            return StackKind.Unknown;
        foreach (StackKind wider in (ReadOnlySpan<StackKind>)
            [StackKind.Float, StackKind.Pointer, StackKind.Int64, StackKind.Native])
        {
            if (a == wider || b == wider)
                return wider;
        }

        return a == StackKind.Int32 && b == StackKind.Int32 ? StackKind.Int32 : StackKind.Unknown;
    }

    private static StackKind Argument(MethodDefinition method, Instruction instruction)
    {
        int index = instruction.OpCode.Code switch
        {
            Code.Ldarg_0 => 0,
            Code.Ldarg_1 => 1,
            Code.Ldarg_2 => 2,
            Code.Ldarg_3 => 3,
            _ => -1,
        };
        if (index < 0)
        {
            ParameterDefinition named = (ParameterDefinition)instruction.Operand;
            return named == method.Body.ThisParameter ? This(method) : StackKinds.Of(named.ParameterType);
        }

        if (method.HasThis)
        {
            if (index == 0)
                return This(method);
            index--;
        }

        return StackKinds.Of(method.Parameters[index].ParameterType);
    }

    private static StackKind This(MethodDefinition method) =>
        method.DeclaringType.IsValueType ? StackKind.Pointer : StackKind.Object;

    private static VariableDefinition Local(MethodDefinition method, Instruction instruction) =>
        instruction.OpCode.Code switch
        {
            Code.Ldloc_0 => method.Body.Variables[0],
            Code.Ldloc_1 => method.Body.Variables[1],
            Code.Ldloc_2 => method.Body.Variables[2],
            Code.Ldloc_3 => method.Body.Variables[3],
            _ => (VariableDefinition)instruction.Operand,
        };
}
