using EdgeFleet.Architecture.Tests.Il;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>
/// The board packages cannot be restored everywhere. Until they are, this stands in for a board build: the compiler
/// sees exactly the API of a board, and the IL gate sees exactly the code that a board would.
/// </summary>
public sealed class NanoCompileTests(NanoReferences nano)
{
    public static TheoryData<string> Kinds => [.. NanoApplication.Kinds(Repository.Here).Select(p => p.AssemblyName)];

    [Fact]
    public void Both_kinds_are_found_with_all_that_they_stand_on()
    {
        Assert.Equal(
            ["EdgeFleet.Nodes.AirBox", "EdgeFleet.Nodes.Bridge"],
            NanoApplication.Kinds(Repository.Here).Select(p => p.AssemblyName).Order(StringComparer.Ordinal));
        foreach (ProjectFile kind in NanoApplication.Kinds(Repository.Here))
        {
            IReadOnlyList<string> sources = NanoApplication.Sources(Repository.Here, kind);
            Assert.Contains("shared/SafeMath.cs", sources);
            Assert.Contains("firmware/core/Ports/IStorage.cs", sources);
            Assert.DoesNotContain(sources, s => s.Contains("/obj/", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Compiles_for_a_board(string kind)
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        Offence.AssertNone(Application(kind).Complaints());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Passes_the_gate_as_a_board_would_see_it(string kind)
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        using ModuleDefinition module = Application(kind).Emit();
        Offence.AssertNone(
        [
            .. ConstructRule.Check(module), .. StaticStateRule.Check(module), .. FloatDivisionRule.Check(module),
            .. BannedMembersRule.CheckBoardCode(module),
        ]);
    }

    [Theory]
    [InlineData("string f(string[] s) => string.Join(\",\", s);", "CS0117", "Join")]
    [InlineData("int? f;", "CS0518", "System.Nullable")]
    [InlineData("(int, int) f() => (1, 2);", "CS8179", "ValueTuple")]
    [InlineData("int f(byte[] b) => b[^1];", "CS0656", "System.Index")]
    [InlineData("string f(string s) => s.Replace(\"a\", \"b\");", "CS1061", "Replace")]
    [InlineData("object f() => new System.Device.Gpio.GpioController();", "CS0234", "Device")]
    [InlineData("string f() => null;", "CS8603", "null")]
    public void What_a_board_does_not_have_does_not_compile(string member, string error, string word)
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        NanoApplication broken = NanoApplication.Of(
            "Broken", [("Broken.cs", $"namespace N {{ public class Fixture {{ {member} }} }}")], nano.References);
        Offence.AssertNames(broken.Complaints(), "Broken.cs:1", error, word);
    }

    [Fact]
    public void What_works_on_a_board_compiles()
    {
        Assert.SkipWhen(NanoReferences.Missing != null, NanoReferences.Missing ?? "");
        NanoApplication sound = NanoApplication.Of(
            "Sound",
            [("Sound.cs", """
            using System;
            namespace N
            {
                public class Fixture
                {
                    private readonly int[] _table = { 1, 2, 3, 4, 5, 6 };
                    public string Describe(int n, string? name)
                    {
                        Action more = () => n++;
                        more();
                        return name switch { null => $"{n} of {_table.Length}", _ => name + n.ToString() };
                    }
                }
            }
            """)],
            nano.References);
        Offence.AssertNone(sound.Complaints());
        using ModuleDefinition module = sound.Emit();
        Offence.AssertNone(ConstructRule.Check(module));
    }

    private NanoApplication Application(string kind) => NanoApplication.Of(
        Repository.Here, Repository.Here.Projects.Single(p => p.AssemblyName == kind), nano.References);
}
