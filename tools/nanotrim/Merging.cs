using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace EdgeFleet.NanoTrim;

/// <summary>
/// Puts a method that is called from one place alone in that place, with its arguments in variables. Only where nothing
/// else lies on the stack: the metadata processor, which adds up what a method needs of it, takes the beginning of a loop
/// for the beginning of a statement.
/// </summary>
public static class Merging
{
    // A frame's variables stay for as long as its method runs, and a method has at most 255.
    private const int MostVariables = 48;
    private const int MostGrowth = 0;

    /// <summary>Whether a method was merged into its caller.</summary>
    public static bool Merge(Reach reach)
    {
        Dictionary<MethodDefinition, List<(MethodDefinition Caller, Instruction At)>> calls = [];
        foreach (MethodDefinition method in reach.Running.Where(m => m.HasBody))
        {
            foreach (Instruction at in method.Body.Instructions)
            {
                if (at.Operand is not MethodReference called || reach.Own(called) is not { } own)
                    continue;
                if (!calls.TryGetValue(own, out List<(MethodDefinition, Instruction)>? places))
                    calls[own] = places = [];
                places.Add((method, at));
            }
        }

        HashSet<MethodDefinition> changed = [];
        foreach ((MethodDefinition method, List<(MethodDefinition Caller, Instruction At)> places) in calls)
        {
            // A method takes part once in a round, as the one or as the other.
            if (places is not [var (caller, at)] || method == reach.Root || caller == method ||
                changed.Contains(method) || changed.Contains(caller) || !CanMove(method) ||
                caller.Body.Variables.Count + method.Body.Variables.Count + method.Parameters.Count >= MostVariables ||
                at.OpCode.Code is not (Code.Call or Code.Callvirt) || (at.Previous?.OpCode.OpCodeType == OpCodeType.Prefix))
                continue;
            if (StackDepth.Before(caller.Body)[at] != method.Parameters.Count + (method.HasThis ? 1 : 0) || Growth(method, at) > MostGrowth)
                continue;
            changed.Add(method);
            changed.Add(caller);
            new Merger(method, caller, at).Run();
        }

        return changed.Count != 0;
    }

    // Bytes of code more than before. A variable of the caller's costs two bytes where one of the first four of a method's own
    // costs one. An assembly has room for 65,535 bytes of code, and what a method costs beside them lies elsewhere.
    private static int Growth(MethodDefinition method, Instruction call)
    {
        int count = method.Parameters.Count + (method.HasThis ? 1 : 0);
        int simple = 0;
        for (Instruction? at = call.Previous; simple < count && at != null && IsPush(at.OpCode.Code); at = at.Previous)
            simple++;
        // The object at the bottom is the caller's own more often than not.
        int stored = count - simple - (method.HasThis && simple < count ? 1 : 0);
        int growth = 2 * stored - 4 - simple;
        foreach (Instruction at in method.Body.Instructions)
        {
            if (at.OpCode.Code is Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 or Code.Stloc_0 or Code.Stloc_1
                or Code.Stloc_2 or Code.Stloc_3)
                growth++;
            else if (at.OpCode.Code is Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 || (at.OpCode.Code == Code.Ldarg_0 && !method.HasThis))
                growth++;
            else if (at.OpCode.Code == Code.Ret && at != method.Body.Instructions[^1])
                growth += method.ReturnType.FullName == "System.Void" ? 1 : 4;
        }

        return growth;
    }

    private static bool IsPush(Code code) => code is Code.Ldnull or >= Code.Ldarg_0 and <= Code.Ldloc_3 or >= Code.Ldc_I4_M1 and <= Code.Ldc_I4
        or Code.Ldarg_S or Code.Ldloc_S;

    private static bool CanMove(MethodDefinition method) =>
        method is { HasBody: true, IsVirtual: false, IsConstructor: false } && !method.Body.HasExceptionHandlers &&
        !method.DeclaringType.IsValueType && method.Body.Instructions.Any(i => i.OpCode.Code == Code.Ret);

    private sealed class Merger(MethodDefinition method, MethodDefinition caller, Instruction call)
    {
        private readonly Dictionary<int, (OpCode Code, object? Operand)> _given = [];
        private readonly Dictionary<int, VariableDefinition> _stored = [];

        public void Run()
        {
            CodeEdit edit = new(caller);
            method.Body.SimplifyMacros();
            Arguments(edit);
            Dictionary<VariableDefinition, VariableDefinition> variables = [];
            foreach (VariableDefinition variable in method.Body.Variables)
                variables[variable] = Variable(variable.VariableType);
            Dictionary<Instruction, Instruction> copies = method.Body.Instructions.ToDictionary(i => i, _ => Instruction.Create(OpCodes.Nop));
            Instruction[] returns = [.. method.Body.Instructions.Where(i => i.OpCode.Code == Code.Ret)];
            bool ends = returns is [var only] && only == method.Body.Instructions[^1];
            VariableDefinition? result = ends || method.ReturnType.FullName == "System.Void" ? null : Variable(method.ReturnType);
            // What jumped to the call jumps to its arguments; what is merged jumps behind it, where it stood.
            Instruction first = Instruction.Create(OpCodes.Nop);
            edit.Redirect(call, first);
            List<Instruction> all = [first];
            foreach (int place in _stored.Keys.OrderDescending())
                all.Add(Instruction.Create(OpCodes.Stloc, _stored[place]));
            foreach (Instruction old in method.Body.Instructions)
            {
                Instruction copy = copies[old];
                all.Add(copy);
                if (old.OpCode.Code == Code.Ret)
                {
                    if (result != null)
                    {
                        Set(copy, OpCodes.Stloc, result);
                        copy = Instruction.Create(OpCodes.Nop);
                        all.Add(copy);
                    }

                    if (!ends)
                        Set(copy, OpCodes.Br, call);
                }
                else
                {
                    Copy(old, copy, copies, variables);
                }
            }

            foreach (Instruction copy in all)
                edit.Insert(call, copy);
            if (result != null)
                edit.Change(call, OpCodes.Ldloc, result);
            else
                edit.CrossOut(call);
            edit.Close();
        }

        private static void Set(Instruction at, OpCode code, object? operand)
        {
            at.OpCode = code;
            at.Operand = operand;
        }

        private VariableDefinition Variable(TypeReference type)
        {
            VariableDefinition variable = new(type);
            caller.Body.Variables.Add(variable);
            caller.Body.InitLocals = true;
            return variable;
        }

        // What is simply put on the stack for the call is put there where the method asks for it; the rest is stored.
        private void Arguments(CodeEdit edit)
        {
            int count = method.Parameters.Count + (method.HasThis ? 1 : 0);
            HashSet<Instruction> targets = edit.Targets();
            int place = count - 1;
            Instruction? at = targets.Contains(call) ? null : call.Previous;
            while (place >= 0 && at != null && IsSimple(at) && !Writes(method, place))
            {
                _given[place--] = (at.OpCode, at.Operand);
                Instruction? before = targets.Contains(at) ? null : at.Previous;
                edit.CrossOut(at);
                at = before;
            }

            if (place > 0 && method.HasThis && !Writes(method, 0) && Receiver(edit, targets) is { } receiver)
            {
                _given[0] = (receiver.OpCode, receiver.Operand);
                edit.CrossOut(receiver);
            }

            for (int i = 0; i <= place; i++)
            {
                if (!_given.ContainsKey(i))
                    _stored[i] = Variable(i == 0 && method.HasThis ? method.DeclaringType : method.Parameters[i - (method.HasThis ? 1 : 0)].ParameterType);
            }
        }

        // The instruction that put the object at the bottom of the stack, where it is the caller's own.
        private Instruction? Receiver(CodeEdit edit, HashSet<Instruction> targets)
        {
            Dictionary<Instruction, int> depths = StackDepth.Before(caller.Body);
            Instruction? at = call.Previous;
            while (at != null && depths[at] > 0)
            {
                if (targets.Contains(at) || at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch ||
                    depths[at] - StackDepth.Pops(at, depths[at], caller) < 1)
                    return null;
                at = at.Previous;
            }

            return at is { OpCode.Code: Code.Ldarg } && at.Operand == caller.Body.ThisParameter && edit.Code.Contains(at) ? at : null;
        }

        private bool IsSimple(Instruction at) => at.OpCode.Code switch
        {
            Code.Ldnull or Code.Ldc_I4 => true,
            Code.Ldarg => !Takes(Code.Ldarga, Code.Starg, at.Operand),
            Code.Ldloc => !Takes(Code.Ldloca, Code.Ldloca, at.Operand),
            _ => false,
        };

        private bool Takes(Code one, Code other, object operand) =>
            caller.Body.Instructions.Any(i => (i.OpCode.Code == one || i.OpCode.Code == other) && i.Operand == operand);

        private static bool Writes(MethodDefinition method, int place) => method.Body.Instructions.Any(
            i => i.OpCode.Code is Code.Starg or Code.Ldarga && Place(method, (ParameterDefinition)i.Operand) == place);

        private static int Place(MethodDefinition method, ParameterDefinition parameter) =>
            parameter == method.Body.ThisParameter ? 0 : parameter.Index + (method.HasThis ? 1 : 0);

        private void Copy(
            Instruction old, Instruction copy, Dictionary<Instruction, Instruction> copies,
            Dictionary<VariableDefinition, VariableDefinition> variables)
        {
            Set(copy, old.OpCode, old.Operand);
            switch (old.Operand)
            {
                case Instruction target:
                    copy.Operand = copies[target];
                    break;
                case Instruction[] targets:
                    copy.Operand = targets.Select(t => copies[t]).ToArray();
                    break;
                case VariableDefinition variable:
                    copy.Operand = variables[variable];
                    break;
                case ParameterDefinition parameter:
                    int place = Place(method, parameter);
                    if (_given.TryGetValue(place, out (OpCode Code, object? Operand) given))
                        Set(copy, given.Code, given.Operand);
                    else
                        Set(copy, Stored(old.OpCode.Code), _stored[place]);
                    break;
                case FieldDefinition field:
                    field.IsPublic = true;
                    field.IsInitOnly = false;
                    break;
                case MethodDefinition { IsVirtual: false } called:
                    called.IsPublic = true;
                    break;
            }
        }

        private static OpCode Stored(Code code) => code switch
        {
            Code.Ldarga => OpCodes.Ldloca,
            Code.Starg => OpCodes.Stloc,
            _ => OpCodes.Ldloc,
        };
    }
}
