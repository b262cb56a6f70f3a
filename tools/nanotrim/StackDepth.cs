using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>How many values lie on the stack before each instruction; for code as the compiler leaves it.</summary>
public static class StackDepth
{
    public static Dictionary<Instruction, int> Before(MethodBody body)
    {
        Dictionary<Instruction, int> depths = [];
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            depths[handler.HandlerStart] = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter ? 1 : 0;
            if (handler.FilterStart != null)
                depths[handler.FilterStart] = 1;
        }

        int depth = 0;
        foreach (Instruction at in body.Instructions)
        {
            // What is reached by no jump seen so far begins a statement.
            depth = depths.GetValueOrDefault(at, depth);
            depths[at] = depth;
            depth += Pushes(at) - Pops(at, depth, body.Method);
            if (at.Operand is Instruction target && at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch)
                depths.TryAdd((Instruction)at.Operand, depth);
            foreach (Instruction target2 in at.Operand as Instruction[] ?? [])
                depths.TryAdd(target2, depth);
            if (at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw)
                depth = 0;
        }

        return depths;
    }

    public static int Pops(Instruction at, int depth, MethodDefinition method) => at.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
            or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref => 3,
        StackBehaviour.PopAll => depth,
        _ => at.OpCode.Code == Code.Ret ? (method.ReturnType.FullName == "System.Void" ? 0 : 1) : Arguments(at),
    };

    public static int Pushes(Instruction at) => at.OpCode.StackBehaviourPush switch
    {
        StackBehaviour.Push0 => 0,
        StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Varpush => ((MethodReference)at.Operand).ReturnType.FullName == "System.Void" ? 0 : 1,
        _ => 1,
    };

    private static int Arguments(Instruction at)
    {
        MethodReference called = (MethodReference)at.Operand;
        return called.Parameters.Count + (called.HasThis && at.OpCode.Code != Code.Newobj ? 1 : 0);
    }
}
