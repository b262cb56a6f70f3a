using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// Puts small methods where they are called. A method that begins with its arguments, in their order and each once, and
/// then goes straight on, finds on its caller's stack what it would put on its own: its call can be replaced by the rest
/// of it. A call costs 3 bytes of code, of which an assembly has
/// room for 65,535, and on the interpreter as much time as ten instructions.
/// </summary>
public static class Inlining
{
    private const int MethodBytes = 2;
    private const int CallBytes = 3;

    /// <summary>Whether a method was put in its callers' place; then it may not be reached any more.</summary>
    public static bool Inline(Reach reach)
    {
        Dictionary<MethodDefinition, Instruction[]> bodies = [];
        foreach (MethodDefinition method in reach.Running)
        {
            if (method != reach.Root && Rest(method) is { } rest)
                bodies[method] = rest;
        }

        Dictionary<MethodDefinition, int> calls = Calls(reach, bodies);
        HashSet<MethodDefinition> chosen = [.. bodies.Keys.Where(m => Pays(bodies[m], calls.GetValueOrDefault(m)))];
        // One level at a time: what calls a chosen one is looked at again when that has gone.
        chosen.RemoveWhere(m => bodies[m].Any(i => i.Operand is MethodReference called && reach.Own(called) is { } own && chosen.Contains(own)));
        bool any = false;
        foreach (MethodDefinition method in reach.Running.Where(m => m.HasBody))
        {
            CodeEdit edit = new(method);
            foreach (Instruction call in edit.Code.ToArray())
            {
                if (IsCall(call) && reach.Own((MethodReference)call.Operand) is { } own && own != method && chosen.Contains(own))
                    Replace(edit, call, bodies[own]);
            }

            any |= edit.Changed;
            edit.Close();
        }

        return any;
    }

    private static bool IsCall(Instruction at) => at.OpCode.Code is Code.Call or Code.Callvirt;

    private static Dictionary<MethodDefinition, int> Calls(Reach reach, Dictionary<MethodDefinition, Instruction[]> bodies)
    {
        Dictionary<MethodDefinition, int> calls = [];
        foreach (Instruction at in reach.Running.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions))
        {
            if (at.Operand is not MethodReference called || reach.Own(called) is not { } own || !bodies.ContainsKey(own))
                continue;
            // What a delegate points to has to stay.
            if (IsCall(at))
                calls[own] = calls.GetValueOrDefault(own) + 1;
            else
                bodies.Remove(own);
        }

        return calls;
    }

    private static bool Pays(Instruction[] rest, int calls)
    {
        int bytes = rest.Sum(Bytes);
        return calls * (bytes - CallBytes) < MethodBytes + bytes;
    }

    private static int Bytes(Instruction at) => at.OpCode.Size + at.OpCode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineI or OperandType.ShortInlineVar or OperandType.ShortInlineArg => 1,
        OperandType.InlineI or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 2,
    };

    // What follows the arguments, without the return; null where the method is of another form.
    private static Instruction[]? Rest(MethodDefinition method)
    {
        if (!method.HasBody || method.IsVirtual || method.IsConstructor || method.Body.HasVariables ||
            method.Body.HasExceptionHandlers)
            return null;
        Instruction[] code = [.. method.Body.Instructions.Where(i => i.OpCode.Code != Code.Nop)];
        int arguments = method.Parameters.Count + (method.HasThis ? 1 : 0);
        if (code.Length <= arguments || code[^1].OpCode.Code != Code.Ret)
            return null;
        for (int i = 0; i < arguments; i++)
        {
            if (Argument(method, code[i]) != i)
                return null;
        }

        Instruction[] rest = code[arguments..^1];
        // An object is asked for something first, so that null fails as the call would have.
        if (method.HasThis && (rest.Length == 0 || !Asks(rest[0])))
            return null;
        return rest.All(i => Argument(method, i) < 0 && i.OpCode.FlowControl is FlowControl.Next or FlowControl.Call &&
                             i.OpCode.Code is not (Code.Starg or Code.Starg_S or Code.Ldarga or Code.Ldarga_S) &&
                             i.OpCode.OpCodeType != OpCodeType.Prefix) ? rest : null;
    }

    private static bool Asks(Instruction first) => first.OpCode.Code is Code.Ldfld or Code.Stfld or Code.Call or Code.Callvirt;

    private static int Argument(MethodDefinition method, Instruction at) => at.OpCode.Code switch
    {
        Code.Ldarg_0 => 0,
        Code.Ldarg_1 => 1,
        Code.Ldarg_2 => 2,
        Code.Ldarg_3 => 3,
        Code.Ldarg or Code.Ldarg_S => Place(method, (ParameterDefinition)at.Operand),
        _ => -1,
    };

    private static int Place(MethodDefinition method, ParameterDefinition parameter) =>
        parameter == method.Body.ThisParameter ? 0 : parameter.Index + (method.HasThis ? 1 : 0);

    private static void Replace(CodeEdit edit, Instruction call, Instruction[] rest)
    {
        foreach (Instruction part in rest)
        {
            if (part.Operand is FieldDefinition field)
                Open(field);
            if (part.Operand is MethodDefinition { IsVirtual: false } called)
                called.IsPublic = true;
            Instruction copy = Instruction.Create(OpCodes.Nop);
            copy.OpCode = part.OpCode;
            copy.Operand = part.Operand;
            edit.Insert(call, copy);
        }

        // Jumps to the call must come to its first part: the crossed-out call goes before them.
        Instruction? first = rest.Length == 0 ? null : edit.Code[edit.Code.IndexOf(call) - rest.Length];
        if (first != null)
            edit.Redirect(call, first);
        edit.CrossOut(call);
    }

    // Nothing on a board asks who may see a field; .NET, where trimmed code is tried, does.
    private static void Open(FieldDefinition field)
    {
        field.IsPublic = true;
        field.IsInitOnly = false;
    }
}
