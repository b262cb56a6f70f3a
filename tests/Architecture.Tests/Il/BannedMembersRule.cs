using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Il;

/// <summary>
/// Time, chance and threads come from outside, or nothing can be replayed. Looks at calls and at the types that a
/// module names.
/// </summary>
public static class BannedMembersRule
{
    private static readonly string[] WallClock =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
    ];

    private static readonly string[] BoardTypes =
    [
        "System.Random", "System.Diagnostics.Stopwatch", "System.Threading.Thread", "System.Threading.Timer",
        "System.Threading.Monitor", "System.Threading.AutoResetEvent", "System.Threading.ManualResetEvent",
        "System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.Console", "System.Diagnostics.Debug",
        "System.Environment", "System.Security.Cryptography.RandomNumberGenerator",
    ];

    /// <summary>Board code sees time, chance, storage and threads through ports alone.</summary>
    public static IEnumerable<Offence> CheckBoardCode(ModuleDefinition module)
    {
        foreach ((MethodDefinition method, Instruction instruction, MethodReference called) in Calls(module))
        {
            string name = Name(called);
            if (WallClock.Contains(name) || name == "System.Guid.NewGuid")
                yield return new Offence(CodeWalk.Place(method, instruction), $"calls {name}; ask a port");
        }

        foreach (TypeReference type in module.GetTypeReferences())
        {
            string name = MetadataNames.Type(type);
            if (BoardTypes.Contains(name))
                yield return new Offence(CodeWalk.PlaceOf(module, type.FullName), $"uses {name}; ask a port");
        }
    }

    /// <summary>The simulator replays from one seed: no wall clock, and no chance but from that seed.</summary>
    public static IEnumerable<Offence> CheckSimulator(ModuleDefinition module)
    {
        foreach ((MethodDefinition method, Instruction instruction, MethodReference called) in Calls(module))
        {
            string name = Name(called);
            bool unseeded = name == "System.Random..ctor" && called.Parameters.Count == 0;
            bool chance = name is "System.Random.get_Shared" or "System.Guid.NewGuid" ||
                          name.StartsWith("System.Security.Cryptography.RandomNumberGenerator.", StringComparison.Ordinal);
            if (unseeded || chance || WallClock.Contains(name))
                yield return new Offence(CodeWalk.Place(method, instruction), $"calls {name}; take it from the seed or the clock");
        }
    }

    /// <summary>The service asks its TimeProvider what time it is, and waits on it.</summary>
    public static IEnumerable<Offence> CheckService(ModuleDefinition module)
    {
        foreach ((MethodDefinition method, Instruction instruction, MethodReference called) in Calls(module))
        {
            string name = Name(called);
            bool waits = name is "System.Threading.Tasks.Task.Delay" or "System.Threading.PeriodicTimer..ctor" &&
                         called.Parameters.All(p => p.ParameterType.FullName != "System.TimeProvider");
            bool blocks = name is "System.Threading.Thread.Sleep" or "System.Threading.Timer..ctor";
            if (waits || blocks || WallClock.Contains(name))
                yield return new Offence(CodeWalk.Place(method, instruction), $"calls {name} without a TimeProvider");
        }
    }

    private static string Name(MethodReference called) => $"{MetadataNames.Type(called.DeclaringType)}.{called.Name}";

    private static IEnumerable<(MethodDefinition Method, Instruction Instruction, MethodReference Called)> Calls(
        ModuleDefinition module) =>
        from at in CodeWalk.Instructions(module)
        where at.Instruction.Operand is MethodReference
        select (at.Method, at.Instruction, (MethodReference)at.Instruction.Operand);
}
