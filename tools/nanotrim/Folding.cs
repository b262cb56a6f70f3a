using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// What follows from what is never made: a reference to it is null, so what asks whether it is null is answered, and what
/// would have happened if it were not is dead. Also what nobody reads need not be written.
/// </summary>
public sealed class Folding
{
    private readonly Reach _reach;
    private readonly HashSet<FieldDefinition> _read = [];

    private Folding(Reach reach)
    {
        _reach = reach;
        foreach (Instruction instruction in reach.Running.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions))
        {
            if (instruction.OpCode.Code is not Code.Stfld && instruction.Operand is FieldReference field && reach.Own(field) is { } own)
                _read.Add(own);
        }
    }

    /// <summary>Whether anything could be folded; then there may be more after another look at what can be reached.</summary>
    public static bool Fold(Reach reach)
    {
        Folding folding = new(reach);
        bool any = false;
        foreach (MethodDefinition method in reach.Running.Where(m => m.HasBody))
        {
            CodeEdit edit = new(method);
            while (folding.Pass(method, edit))
            {
            }

            any |= edit.Changed;
            edit.Close();
        }

        return any;
    }

    // A value that is put on the stack and does nothing else.
    private static bool IsPure(Instruction at) => at.OpCode.Code is Code.Ldarg or Code.Ldloc or Code.Ldnull or Code.Ldc_I4 or Code.Ldc_I8
        or Code.Ldc_R4 or Code.Ldc_R8 or Code.Ldstr or Code.Dup;

    private bool Pass(MethodDefinition method, CodeEdit edit)
    {
        HashSet<Instruction> targets = edit.Targets();
        bool any = false;
        Instruction[] code = [.. edit.Code.Where(i => i.OpCode.Code != Code.Nop)];
        for (int i = 0; i < code.Length; i++)
        {
            Instruction at = code[i];
            Instruction? next = i + 1 < code.Length && !targets.Contains(code[i + 1]) ? code[i + 1] : null;
            Instruction? third = next != null && i + 2 < code.Length && !targets.Contains(code[i + 2]) ? code[i + 2] : null;
            if (at.OpCode.Code == Code.Stfld && IsUnread((FieldReference)at.Operand))
            {
                edit.Insert(at, Instruction.Create(OpCodes.Pop));
                edit.Change(at, OpCodes.Pop, null);
                return true;
            }

            if (LoadsNever(method, at))
            {
                edit.Change(at, OpCodes.Ldnull, null);
                any = true;
            }
            else if (next != null && Pair(edit, at, next))
            {
                any = true;
                i++;
            }
            else if (next != null && third != null && Triple(edit, at, next, third))
            {
                any = true;
                i += 2;
            }
        }

        return any;
    }

    private bool LoadsNever(MethodDefinition method, Instruction at) => at.OpCode.Code switch
    {
        Code.Ldloc => _reach.IsNever(((VariableDefinition)at.Operand).VariableType),
        Code.Ldarg => at.Operand is ParameterDefinition parameter && parameter != method.Body.ThisParameter
                      && _reach.IsNever(parameter.ParameterType),
        _ => false,
    };

    private bool Pair(CodeEdit edit, Instruction at, Instruction next)
    {
        switch (next.OpCode.Code)
        {
            case Code.Ldfld when IsPure(at) && at.OpCode.Code != Code.Dup && _reach.IsNever(((FieldReference)next.Operand).FieldType):
                edit.CrossOut(at);
                edit.Change(next, OpCodes.Ldnull, null);
                return true;
            case Code.Isinst when at.OpCode.Code == Code.Ldnull:
            case Code.Castclass when at.OpCode.Code == Code.Ldnull:
                edit.CrossOut(next);
                return true;
            case Code.Isinst when IsPure(at) && _reach.IsNever((TypeReference)next.Operand):
                edit.CrossOut(at);
                edit.Change(next, OpCodes.Ldnull, null);
                return true;
            case Code.Brfalse when IsZero(at):
            case Code.Brtrue when at.OpCode.Code == Code.Ldc_I4 && (int)at.Operand != 0:
                edit.CrossOut(at);
                edit.Change(next, OpCodes.Br, next.Operand);
                return true;
            case Code.Brtrue when IsZero(at):
            case Code.Brfalse when at.OpCode.Code == Code.Ldc_I4:
            case Code.Pop when IsPure(at):
                edit.CrossOut(at);
                edit.CrossOut(next);
                return true;
            default:
                return false;
        }
    }

    private bool Triple(CodeEdit edit, Instruction at, Instruction next, Instruction third)
    {
        bool nulls = at.OpCode.Code == Code.Ldnull && next.OpCode.Code == Code.Ldnull;
        if (nulls && third.OpCode.Code is Code.Ceq or Code.Cgt_Un)
        {
            edit.CrossOut(at);
            edit.CrossOut(next);
            edit.Change(third, OpCodes.Ldc_I4, third.OpCode.Code == Code.Ceq ? 1 : 0);
            return true;
        }

        if (third.OpCode.Code != Code.Pop || next.OpCode.Code != Code.Pop || !IsPure(at))
            return false;
        // The second value below it goes with the pop that is left.
        edit.CrossOut(at);
        edit.CrossOut(next);
        return true;
    }

    // Of objects only texts: a reference that nobody reads may still be what keeps something from being collected.
    private bool IsUnread(FieldReference field) =>
        _reach.Own(field) is { } own && !own.DeclaringType.IsValueType &&
        (_reach.IsNever(field.FieldType) ||
         (!_read.Contains(own) && (field.FieldType.IsPrimitive || field.FieldType.FullName == "System.String" ||
                                   _reach.Own(field.FieldType) is { IsEnum: true } and not null && field.FieldType is not TypeSpecification)));

    private static bool IsZero(Instruction at) =>
        at.OpCode.Code == Code.Ldnull || (at.OpCode.Code == Code.Ldc_I4 && (int)at.Operand == 0);
}
