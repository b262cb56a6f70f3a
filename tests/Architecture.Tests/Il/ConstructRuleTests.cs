using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

public sealed class ConstructRuleTests
{
    [Theory]
    [InlineData("class Fixture<T> { }", "Fixture`1", "is generic")]
    [InlineData("delegate T Make<T>();", "Make`1", "is generic")]
    [InlineData("class Fixture { T f<T>(T x) => x; }", "Fixture.f", "generic method")]
    [InlineData("class Fixture { System.Action<int> f; }", "Fixture", "generic type System.Action`1<System.Int32>")]
    [InlineData("class Fixture { int f(System.Func<int> g) => g(); }", "Fixture.f", "generic type System.Func`1<System.Int32>")]
    [InlineData("class Fixture { void f() { int? x = 3; x.ToString(); } }", "Fixture.f", "System.Nullable`1<System.Int32>")]
    [InlineData("class Fixture { (int, int) f() => (1, 2); }", "Fixture.f", "System.ValueTuple`2")]
    [InlineData("class Fixture : System.IEquatable<int> { public bool Equals(int o) => true; }", "Fixture", "System.IEquatable`1")]
    [InlineData("class Fixture { object f() => System.Array.Empty<int>(); }", "Fixture.f", "generic method")]
    [InlineData("class Fixture { int[,] f; }", "Fixture", "multidimensional")]
    [InlineData("class Fixture { int f() => new int[2, 3].Length; }", "Fixture.f", "multidimensional")]
    [InlineData("class Fixture { int f(object o) => ((int[,])o)[1, 1]; }", "Fixture.f", "multidimensional")]
    [InlineData("unsafe class Fixture { int* f; }", "Fixture", "pointer System.Int32*")]
    [InlineData("unsafe class Fixture { void f(byte[] b) { fixed (byte* p = b) *p = 1; } }", "Fixture.f", "pins System.Byte[]")]
    [InlineData("unsafe class Fixture { delegate*<int> f; }", "Fixture", "pointer")]
    [InlineData("unsafe class Fixture { int f(delegate*<int> g) => g(); }", "Fixture.f", "calli")]
    [InlineData("unsafe class Fixture { int f() { int* p = stackalloc int[4]; return p[1]; } }", "Fixture.f", "stackalloc")]
    [InlineData("class Fixture { int f(int a, int b) => checked(a + b); }", "Fixture.f", "add.ovf")]
    [InlineData("class Fixture { uint f(uint a, uint b) => checked(a * b); }", "Fixture.f", "mul.ovf.un")]
    [InlineData("class Fixture { byte f(int a) => checked((byte)a); }", "Fixture.f", "conv.ovf.u1")]
    [InlineData("class Fixture { int f(int[] a, long i) => a[i]; }", "Fixture.f", "conv.ovf.i")]
    [InlineData("interface IFixture { int f() => 3; }", "IFixture.f", "body in an interface")]
    [InlineData("class Fixture { [System.Runtime.InteropServices.DllImport(\"c\")] static extern int getpid(); }", "getpid", "unmanaged")]
    public void What_breaks_on_a_board_is_named(string source, params string[] words)
    {
        using ModuleDefinition module = Snippet.Compile(source);
        Offence.AssertNames(ConstructRule.Check(module), words);
    }

    [Fact]
    public void What_works_on_a_board_passes()
    {
        using ModuleDefinition module = Snippet.Compile("""
            using System;
            public interface IPort { int Read(byte[] buffer); event Action Changed; }
            public abstract class Shape { public abstract int Area { get; init; } }
            public readonly struct Point { public readonly int X; public Point(int x) { X = x; } }
            public class Fixture
            {
                private readonly int[][] _jagged = { new[] { 1, 2, 3, 4 }, new[] { 4, 5, 6, 7 } };
                public int Run(string word, object thing, in Point at, int n)
                {
                    int Local(int x) => x + n;
                    int sum = unchecked(Local(3) * at.X);
                    try { sum += _jagged[1][2]; }
                    catch (Exception e) when (e.Message == word) { sum = 0; }
                    finally { n = 0; }
                    switch (word) { case "a": return 1; case "b": return 2; case "c": return 3; case "d": return 4;
                                    case "e": return 5; case "f": return 6; case "g": return 7; case "h": return 8; }
                    return thing is string s && s.Length > 2 ? s.Length : (int)(uint)sum;
                }
            }
            """);
        Offence.AssertNone(ConstructRule.Check(module));
        Offence.AssertNone(StaticStateRule.Check(module));
        Offence.AssertNone(FloatDivisionRule.Check(module));
    }

    [Theory]
    [InlineData("class Fixture { static int count; }", "Fixture", "static field count")]
    [InlineData("class Fixture { static readonly int[] Table = { 1, 2, 3 }; }", "Fixture", "static constructor")]
    [InlineData("class Fixture { static Fixture() { } }", "Fixture", "static constructor")]
    [InlineData("class Fixture { static int Count { get; set; } }", "Fixture", "static field <Count>k__BackingField")]
    [InlineData("class Fixture { static event System.Action Gone; }", "Fixture", "static field Gone")]
    [InlineData("class Fixture { System.Action f() => () => { }; }", "Fixture.<>c", "static constructor", "<f>")]
    public void Static_state_is_named(string source, params string[] words)
    {
        using ModuleDefinition module = Snippet.Compile(source);
        Offence.AssertNames(StaticStateRule.Check(module), words);
    }

    [Fact]
    public void Constants_and_the_data_of_array_initialisers_are_no_static_state()
    {
        using ModuleDefinition module = Snippet.Compile(
            "class Fixture { const int N = 3; const string S = \"s\"; enum E { A } int[] f() => new[] { 1, 2, 3, 4, 5, 6 }; }");
        Assert.Contains(module.Types, t => t.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal));
        Offence.AssertNone(StaticStateRule.Check(module));
    }
}
