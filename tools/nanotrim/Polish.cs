using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace EdgeFleet.NanoTrim;

/// <summary>Small things at the end: bytes of code that do nothing, and variables that are used most in the shortest places.</summary>
public static class Polish
{
    // One byte for each use where there were four, and five once at the beginning; of two bytes where there is no short place.
    private const int LeastUses = 2;
    private const int LeastUsesFar = 4;

    public static void Apply(ModuleDefinition module)
    {
        HashSet<FieldDefinition> settled = Settled(module);
        foreach (MethodDefinition method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            method.Body.SimplifyMacros();
            if (method.IsConstructor)
                DropCallOfObject(method);
            else if (method.HasThis && !method.DeclaringType.IsValueType)
                Hoist(method, settled);
            SortVariables(method.Body);
            Constants(method);
            // Each round shortens jumps by the lengths that the round before has left.
            for (int round = 0; round < 3; round++)
                method.Body.OptimizeMacros();
        }
    }

    // Fields that constructors set and nothing else: within a method they do not change.
    private static HashSet<FieldDefinition> Settled(ModuleDefinition module)
    {
        HashSet<FieldDefinition> settled = [.. module.GetTypes().Where(t => !t.IsValueType).SelectMany(t => t.Fields).Where(f => !f.IsStatic)];
        foreach (MethodDefinition method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (Instruction at in method.Body.Instructions)
            {
                if (at.OpCode.Code is Code.Stfld or Code.Ldflda && at.Operand is FieldDefinition field &&
                    !(at.OpCode.Code == Code.Stfld && method.IsConstructor && method.DeclaringType == field.DeclaringType))
                    settled.Remove(field);
            }
        }

        return settled;
    }

    private static void Hoist(MethodDefinition method, HashSet<FieldDefinition> settled)
    {
        CodeEdit edit = new(method);
        HashSet<Instruction> targets = edit.Targets();
        Instruction first = edit.Code[0];
        var groups = edit.Code.Where(i => i.OpCode.Code == Code.Ldfld && i.Operand is FieldDefinition field && settled.Contains(field) &&
                !targets.Contains(i) && i.Previous is { OpCode.Code: Code.Ldarg } self && self.Operand == method.Body.ThisParameter)
            .GroupBy(i => (FieldDefinition)i.Operand).OrderByDescending(g => g.Count()).ToArray();
        foreach (var uses in groups)
        {
            if (uses.Count() < (method.Body.Variables.Count < 4 ? LeastUses : LeastUsesFar) || method.Body.Variables.Count > 100)
                continue;
            VariableDefinition variable = new(uses.Key.FieldType);
            method.Body.Variables.Add(variable);
            method.Body.InitLocals = true;
            foreach (Instruction use in uses.ToArray())
            {
                edit.CrossOut(use.Previous);
                edit.Change(use, OpCodes.Ldloc, variable);
            }

            edit.Insert(first, Instruction.Create(OpCodes.Ldarg, method.Body.ThisParameter));
            edit.Insert(first, Instruction.Create(OpCodes.Ldfld, uses.Key));
            edit.Insert(first, Instruction.Create(OpCodes.Stloc, variable));
        }

        edit.Close();
        method.Body.SimplifyMacros();
    }

    // The constructor of an object does nothing, and nothing on a board asks whether it was called.
    private static void DropCallOfObject(MethodDefinition method)
    {
        Instruction? call = method.Body.Instructions.FirstOrDefault(
            i => i.OpCode.Code == Code.Call && i.Operand is MethodReference { Name: ".ctor", DeclaringType.FullName: "System.Object" });
        if (call?.Previous is not { OpCode.Code: Code.Ldarg } self || self.Operand != method.Body.ThisParameter)
            return;
        CodeEdit edit = new(method);
        edit.CrossOut(self);
        edit.CrossOut(call);
        edit.Close();
        method.Body.SimplifyMacros();
    }

    // A number that is whole and small, or has no more digits than a shorter form, is made of that.
    private static void Constants(MethodDefinition method)
    {
        foreach (Instruction at in method.Body.Instructions.ToArray())
        {
            (Instruction? Short, OpCode Widened) made = at.Operand switch
            {
                double value when IsSmall(value) => (Instruction.Create(OpCodes.Ldc_I4, (int)value), OpCodes.Conv_R8),
                double value when (double)(float)value == value => (Instruction.Create(OpCodes.Ldc_R4, (float)value), OpCodes.Conv_R8),
                float value when IsSmall(value) => (Instruction.Create(OpCodes.Ldc_I4, (int)value), OpCodes.Conv_R4),
                int value when value is > 127 and < 256 && at.OpCode.Code == Code.Ldc_I4 =>
                    (Instruction.Create(OpCodes.Ldc_I4, value - 256), OpCodes.Conv_U1),
                0xFFFF when at.OpCode.Code == Code.Ldc_I4 => (Instruction.Create(OpCodes.Ldc_I4, -1), OpCodes.Conv_U2),
                _ => (null, OpCodes.Nop),
            };
            if (made.Short == null)
            {
                Shift(method, at);
                continue;
            }

            // Jumps come to the first of the two.
            at.OpCode = made.Short.OpCode;
            at.Operand = made.Short.Operand;
            method.Body.Instructions.Insert(method.Body.Instructions.IndexOf(at) + 1, Instruction.Create(made.Widened));
        }
    }

    // A number of some digits and many zeros, in two, takes four bytes instead of five.
    private static void Shift(MethodDefinition method, Instruction at)
    {
        if (at.OpCode.Code != Code.Ldc_I4 || at.Operand is not int value || value < 256)
            return;
        int zeros = System.Numerics.BitOperations.TrailingZeroCount(value);
        if (value >> zeros > 127 || (zeros > 8 && value >> zeros > 8))
            return;
        at.Operand = value >> zeros;
        int index = method.Body.Instructions.IndexOf(at);
        method.Body.Instructions.Insert(index + 1, Instruction.Create(OpCodes.Ldc_I4, zeros));
        method.Body.Instructions.Insert(index + 2, Instruction.Create(OpCodes.Shl));
    }

    private static bool IsSmall(double value) => value is >= -128 and <= 127 && Math.Floor(value) == value && !double.IsNegative(value + 0.0 == 0 ? value : 1);

    // The first four have instructions of one byte.
    private static void SortVariables(MethodBody body)
    {
        Dictionary<VariableDefinition, int> uses = body.Variables.ToDictionary(v => v, _ => 0);
        foreach (Instruction at in body.Instructions)
        {
            if (at.Operand is VariableDefinition variable && at.OpCode.Code is Code.Ldloc or Code.Stloc)
                uses[(VariableDefinition)at.Operand]++;
        }

        VariableDefinition[] sorted = [.. body.Variables.OrderByDescending(v => uses[v])];
        bool[] used = [.. sorted.Select(v => body.Instructions.Any(i => i.Operand == v))];
        body.Variables.Clear();
        for (int i = 0; i < sorted.Length; i++)
        {
            if (used[i])
                body.Variables.Add(sorted[i]);
        }
    }
}
