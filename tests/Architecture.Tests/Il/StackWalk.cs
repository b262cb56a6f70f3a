using System.Collections.Immutable;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// Follows every path through a method and keeps what kind of value lies on the evaluation stack before each
/// instruction. Where two paths bring different kinds to one place, the kind is unknown there.
/// </summary>
public sealed class StackWalk
{
    private readonly MethodDefinition _method;
    private readonly Dictionary<Instruction, ImmutableArray<StackKind>> _before = [];
    private readonly Queue<Instruction> _pending = new();

    private StackWalk(MethodDefinition method) => _method = method;

    /// <summary>Kinds before each instruction that can be reached, the top of the stack last.</summary>
    public static IReadOnlyDictionary<Instruction, ImmutableArray<StackKind>> Run(MethodDefinition method)
    {
        StackWalk walk = new(method);
        if (method.Body.Instructions.Count == 0)
            return walk._before;
        walk.Arrive(method.Body.Instructions[0], []);
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
        {
            bool caught = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            walk.Arrive(handler.HandlerStart, caught ? [StackKind.Object] : []);
            if (handler.FilterStart != null)
                walk.Arrive(handler.FilterStart, [StackKind.Object]);
        }

        while (walk._pending.TryDequeue(out Instruction? next))
            walk.Step(next);
        return walk._before;
    }

    private void Arrive(Instruction target, ImmutableArray<StackKind> stack)
    {
        if (!_before.TryGetValue(target, out ImmutableArray<StackKind> known))
        {
            _before[target] = stack;
            _pending.Enqueue(target);
            return;
        }

        if (known.Length != stack.Length)
            throw new InvalidDataException($"Stack heights differ at IL_{target.Offset:x4} of {_method.FullName}.");
        ImmutableArray<StackKind> merged = [.. known.Zip(stack, (a, b) => a == b ? a : StackKind.Unknown)];
        if (!merged.SequenceEqual(known))
        {
            _before[target] = merged;
            _pending.Enqueue(target);
        }
    }

    private void Step(Instruction instruction)
    {
        ImmutableArray<StackKind> stack = StackEffect.Apply(_method, instruction, _before[instruction]);
        switch (instruction.OpCode.FlowControl)
        {
            case FlowControl.Branch:
                Arrive((Instruction)instruction.Operand, stack);
                return;
            case FlowControl.Return or FlowControl.Throw:
                return;
            case FlowControl.Cond_Branch:
                foreach (Instruction target in Targets(instruction))
                    Arrive(target, stack);
                break;
        }

        if (instruction.Next != null)
            Arrive(instruction.Next, stack);
    }

    private static IEnumerable<Instruction> Targets(Instruction instruction) =>
        instruction.Operand is Instruction[] many ? many : [(Instruction)instruction.Operand];
}
