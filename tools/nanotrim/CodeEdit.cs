using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// A body under change. Instructions are changed where they stand, or crossed out; what jumps to one that is crossed out
/// jumps to the next that is left.
/// </summary>
public sealed class CodeEdit
{
    private readonly MethodBody _body;

    public CodeEdit(MethodDefinition method)
    {
        _body = method.Body;
        _body.SimplifyMacros();
    }

    public IList<Instruction> Code => _body.Instructions;

    public bool Changed { get; private set; }

    /// <summary>Instructions that something may jump to, or where a protected block begins or ends.</summary>
    public HashSet<Instruction> Targets()
    {
        HashSet<Instruction> targets = [];
        foreach (Instruction instruction in Code)
        {
            if (instruction.Operand is Instruction one)
                targets.Add(one);
            if (instruction.Operand is Instruction[] many)
                targets.UnionWith(many);
        }

        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            foreach (Instruction? bound in Bounds(handler))
            {
                if (bound != null)
                    targets.Add(bound);
            }
        }

        return targets;
    }

    public void CrossOut(Instruction instruction) => Change(instruction, OpCodes.Nop, null);

    public void Change(Instruction instruction, OpCode code, object? operand)
    {
        instruction.OpCode = code;
        instruction.Operand = operand;
        Changed = true;
    }

    public void Insert(Instruction before, Instruction added)
    {
        Code.Insert(Code.IndexOf(before), added);
        Changed = true;
    }

    /// <summary>What jumps to one instruction jumps to another.</summary>
    public void Redirect(Instruction from, Instruction to)
    {
        foreach (Instruction instruction in Code)
        {
            if (instruction.Operand == from)
                instruction.Operand = to;
            if (instruction.Operand is Instruction[] many)
                instruction.Operand = many.Select(t => t == from ? to : t).ToArray();
        }

        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            handler.TryStart = handler.TryStart == from ? to : handler.TryStart;
            handler.TryEnd = handler.TryEnd == from ? to : handler.TryEnd;
            handler.HandlerStart = handler.HandlerStart == from ? to : handler.HandlerStart;
            handler.HandlerEnd = handler.HandlerEnd == from ? to : handler.HandlerEnd;
            handler.FilterStart = handler.FilterStart == from ? to : handler.FilterStart;
        }
    }

    /// <summary>Ends the change: what cannot be reached goes, and what was crossed out.</summary>
    public void Close()
    {
        if (Changed)
        {
            CrossOutUnreachable();
            RemoveCrossedOut();
        }

        _body.OptimizeMacros();
    }

    private static Instruction?[] Bounds(ExceptionHandler handler) =>
        [handler.TryStart, handler.TryEnd, handler.HandlerStart, handler.HandlerEnd, handler.FilterStart];

    private void CrossOutUnreachable()
    {
        HashSet<Instruction> reached = [];
        Stack<Instruction?> left = new([Code[0]]);
        bool more = true;
        while (more)
        {
            while (left.TryPop(out Instruction? at))
            {
                while (at != null && reached.Add(at))
                {
                    if (at.Operand is Instruction one)
                        left.Push(one);
                    foreach (Instruction target in at.Operand as Instruction[] ?? [])
                        left.Push(target);
                    at = at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw ? null : at.Next;
                }
            }

            // A handler runs when its block can.
            more = false;
            foreach (ExceptionHandler handler in _body.ExceptionHandlers.Where(h => Runs(h, reached)))
            {
                more |= !reached.Contains(handler.HandlerStart);
                left.Push(handler.HandlerStart);
                if (handler.FilterStart != null)
                    left.Push(handler.FilterStart);
            }
        }

        foreach (ExceptionHandler handler in _body.ExceptionHandlers.Where(h => !Runs(h, reached)).ToArray())
            _body.ExceptionHandlers.Remove(handler);
        foreach (Instruction instruction in Code.Where(i => !reached.Contains(i)))
        {
            instruction.OpCode = OpCodes.Nop;
            instruction.Operand = null;
        }
    }

    private static bool Runs(ExceptionHandler handler, HashSet<Instruction> reached)
    {
        for (Instruction? at = handler.TryStart; at != null && at != handler.TryEnd; at = at.Next)
        {
            if (at.OpCode.Code != Mono.Cecil.Cil.Code.Nop && reached.Contains(at))
                return true;
        }

        return false;
    }

    private void RemoveCrossedOut()
    {
        foreach (Instruction instruction in Code)
        {
            if (instruction.Operand is Instruction target)
                instruction.Operand = Kept(target);
            if (instruction.Operand is Instruction[] targets)
                instruction.Operand = targets.Select(t => Kept(t)!).ToArray();
        }

        foreach (ExceptionHandler handler in _body.ExceptionHandlers)
        {
            handler.TryStart = Kept(handler.TryStart);
            handler.TryEnd = Kept(handler.TryEnd);
            handler.HandlerStart = Kept(handler.HandlerStart);
            handler.HandlerEnd = Kept(handler.HandlerEnd);
            handler.FilterStart = Kept(handler.FilterStart);
        }

        foreach (Instruction instruction in Code.Where(i => i.OpCode.Code == Mono.Cecil.Cil.Code.Nop).ToArray())
            Code.Remove(instruction);
        // A jump to what comes next anyhow.
        foreach (Instruction jump in Code.Where(i => i.OpCode.Code == Mono.Cecil.Cil.Code.Br && i.Operand == i.Next).ToArray())
        {
            if (Targets().Contains(jump))
                continue;
            Code.Remove(jump);
        }
    }

    private static Instruction? Kept(Instruction? instruction)
    {
        while (instruction != null && instruction.OpCode.Code == Mono.Cecil.Cil.Code.Nop)
            instruction = instruction.Next;
        return instruction;
    }
}
