using System.Collections.Immutable;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// Dividing floats by zero throws on a board, so floats are divided in one place that looks first. A division whose
/// operands cannot be told counts as one of floats.
/// </summary>
public static class FloatDivisionRule
{
    private const string Guard = "EdgeFleet.Contracts.SafeMath";

    public static IEnumerable<Offence> Check(ModuleDefinition module)
    {
        foreach (MethodDefinition method in CodeWalk.Methods(module))
        {
            if (!method.HasBody || method.DeclaringType.FullName == Guard)
                continue;
            Instruction[] divisions =
                [.. method.Body.Instructions.Where(i => i.OpCode.Code is Code.Div or Code.Rem)];
            if (divisions.Length == 0)
                continue;
            IReadOnlyDictionary<Instruction, ImmutableArray<StackKind>> stacks = StackWalk.Run(method);
            foreach (Instruction division in divisions)
            {
                if (Fault(division, stacks) is { } fault)
                    yield return new Offence(CodeWalk.Place(method, division), fault);
            }
        }
    }

    private static string? Fault(Instruction division, IReadOnlyDictionary<Instruction, ImmutableArray<StackKind>> stacks)
    {
        string verb = division.OpCode.Code == Code.Div ? "divides" : "takes the remainder of";
        if (!stacks.TryGetValue(division, out ImmutableArray<StackKind> stack))
            return $"{verb} something in code that no path reaches";
        StackKind dividend = stack[^2];
        StackKind divisor = stack[^1];
        if (dividend == StackKind.Float || divisor == StackKind.Float)
            return $"{verb} floats outside {Guard}";
        bool integers = dividend is StackKind.Int32 or StackKind.Int64 or StackKind.Native &&
                        divisor is StackKind.Int32 or StackKind.Int64 or StackKind.Native;
        return integers ? null : $"{verb} values of a kind that cannot be told ({dividend}, {divisor})";
    }
}
