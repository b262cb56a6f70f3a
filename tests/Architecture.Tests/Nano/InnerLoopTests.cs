using System.Globalization;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// What a sample costs an interpreter: instructions of the loops that every sample goes through, as the board's compiler
/// makes them, every branch counted as if it were taken. Apart from that stand the low-pass, which sample rates below
/// 200 Hz do without, and what a zero crossing adds, of which there is at most one in a half-wave. The README has the figures.
/// </summary>
public sealed class InnerLoopTests(NanoReferences nano)
{
    private const string Sampling = "EdgeFleet.Firmware.Sampling.";

    // 5 ns an instruction: an integer loop of six instructions takes 29 ns an iteration in the interpreter on x86.
    private const double NanosecondsEach = 29.0 / 6;

    // Decode, extremes, sums, velocity and fourth moments of three axes, in the interpreter on x86.
    private const double MostMicroseconds = 3;

    [Fact]
    public void A_sample_costs_what_the_readme_says()
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        using ModuleDefinition module = NanoApplication.Of(
            Repository.Here, Repository.Here.Projects.Single(p => p.AssemblyName == "EdgeFleet.Nodes.Bridge"),
            nano.References).Emit();
        Instruction[] moments = FirstLoop(module, "AxisMoments");
        Instruction[] whole = FirstLoop(module, "AxisVelocity");
        Instruction[] crossing = Branch(whole, i => i.OpCode.FlowControl == FlowControl.Call);
        Instruction[] lowPass = Branch(whole, i => i.OpCode.Code == Code.Shr && !crossing.Contains(i));
        Instruction[] velocity = [.. whole.Except(crossing).Except(lowPass)];
        // A zero crossing makes the one call, so a sample that goes on as the last one did makes none.
        Assert.DoesNotContain(moments.Concat(velocity).Concat(lowPass), i => i.OpCode.FlowControl == FlowControl.Call);
        Assert.Single(crossing, i => i.OpCode.FlowControl == FlowControl.Call);
        int triple = 3 * (moments.Length + velocity.Length + lowPass.Length);
        double microseconds = triple * NanosecondsEach / 1000;
        Assert.InRange(microseconds, 0.1, MostMicroseconds);
        string readme = File.ReadAllText(Path.Combine(Repository.Here.Root, "firmware", "README.md"));
        string[] rows =
        [
            $"| sums of powers and extremes of one axis | {moments.Length} | {Products(moments)} |",
            $"| velocity of one axis | {velocity.Length} | {Products(velocity)} |",
            $"| its low-pass, from 200 Hz on | {lowPass.Length} | {Products(lowPass)} |",
            $"| a triple at 125 Hz | {triple - 3 * lowPass.Length} | {3 * (Products(moments) + Products(velocity))} |",
            $"| a triple at 250 Hz | {triple} | {3 * (Products(moments) + Products(velocity) + Products(lowPass))} |",
            $"| a zero crossing more | {crossing.Length} | {Products(crossing)} |",
            string.Create(CultureInfo.InvariantCulture, $"{microseconds:F1} us in the interpreter on x86"),
        ];
        Assert.All(rows, row => Assert.Contains(row, readme));
    }

    private static int Products(Instruction[] part) => part.Count(i => i.OpCode.Code == Code.Mul);

    /// <summary>What the smallest branch around such an instruction skips.</summary>
    private static Instruction[] Branch(Instruction[] loop, Predicate<Instruction> around) => loop
        .Where(i => i.OpCode.FlowControl == FlowControl.Cond_Branch && ((Instruction)i.Operand).Offset > i.Offset)
        .Select(i => loop.Where(j => j.Offset > i.Offset && j.Offset < ((Instruction)i.Operand).Offset).ToArray())
        .Where(part => Array.Exists(part, around)).MinBy(part => part.Length)!;

    private static Instruction[] FirstLoop(ModuleDefinition module, string type)
    {
        MethodDefinition method = module.GetType(Sampling + type).Methods.Single(m => m.Name == "Accept");
        // The loop's test stands at its end and branches back to its body.
        Instruction back = method.Body.Instructions.First(
            i => i.Operand is Instruction target && target.Offset < i.Offset);
        Instruction body = (Instruction)back.Operand;
        return
        [
            .. method.Body.Instructions.Where(
                i => i.Offset >= body.Offset && i.Offset <= back.Offset && i.OpCode.Code != Code.Nop),
        ];
    }
}
