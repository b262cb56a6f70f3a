using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

public sealed class FloatDivisionRuleTests
{
    [Theory]
    [InlineData("double f(double a, double b) => a / b;")]
    [InlineData("float f(float a, float b) => a / b;")]
    [InlineData("double f(int a, long b) => a / (double)b;")]
    [InlineData("double f(double a) => a / 2;")]
    [InlineData("double f(double a, double b) => a % b;")]
    [InlineData("double[] _v = new double[2]; double f(int i) => _v[i] / _v[0];")]
    [InlineData("float[] _v = new float[2]; float f(int i) => _v[i] / 3;")]
    [InlineData("double _sum; int _n; double f() => _sum / _n;")]
    [InlineData("double f(ref double a, out double b) { b = 3; return a / b; }")]
    [InlineData("double f(int n) => System.Math.Sqrt(n) / n;")]
    [InlineData("void f(ref double a) { a /= 3; }")]
    [InlineData("double f(bool c, int a, double b) => (c ? a : b) / 2;")]
    [InlineData("double f(object o) => (double)o / 2;")]
    [InlineData("struct S { public double V; } double f(S s) => s.V / 2;")]
    [InlineData("double f(double[] v) { double s = 0; foreach (double x in v) s += x; return s / v.Length; }")]
    [InlineData("double f(double a) { try { a = a / 3; } finally { a = -a / 4; } return a; }")]
    [InlineData("double f(int k, double a) { switch (k) { case 0: return 1; case 1: return 2; case 2: return a / 3; default: return 4; } }")]
    [InlineData("double f(string s, double a) { try { return s.Length; } catch (System.Exception e) when (e.Message.Length / a > 1) { return 2; } }")]
    [InlineData("double f(uint a, double b) => a / b;")]
    public void A_division_of_floats_is_named(string member)
    {
        using ModuleDefinition module = Snippet.Compile($"class Fixture {{ {member} }}");
        Offence.AssertNames(FloatDivisionRule.Check(module), "Fixture.f", "floats outside EdgeFleet.Contracts.SafeMath");
    }

    [Theory]
    [InlineData("int f(int a, int b) => a / b;")]
    [InlineData("long f(long a, int b) => a % b;")]
    [InlineData("ulong f(ulong a, uint b) => a / b;")]
    [InlineData("int f(double a, int b) => (int)a / b;")]
    [InlineData("int f(byte[] a) => a.Length / a[0];")]
    [InlineData("enum E : long { A } long f(E e) => (long)e / 3;")]
    [InlineData("int f(System.DayOfWeek d) => (int)d / 2;")]
    [InlineData("int f(object o) => (int)o / 3;")]
    [InlineData("int f(bool c, int a, int b) => (c ? a : b) / 2;")]
    [InlineData("long f(ref long a, short[] s) => a / s[1];")]
    [InlineData("double f(double a, double b) => a * b - a + b;")]
    [InlineData("int f(int k, int a) { for (int i = 0; i < k; i++) { if (i == 3) continue; a /= k; } return a; }")]
    [InlineData("int f(string s) => s.IndexOf('x') / s.Length;")]
    public void A_division_of_integers_passes(string member)
    {
        using ModuleDefinition module = Snippet.Compile($"class Fixture {{ {member} }}");
        Offence.AssertNone(FloatDivisionRule.Check(module));
    }

    [Fact]
    public void The_guard_itself_may_divide()
    {
        const string Guard = "{ public static class SafeMath { public static double Divide(double a, double b) => b == 0 ? 0 : a / b; } }";
        using ModuleDefinition guard = Snippet.Compile("namespace EdgeFleet.Contracts " + Guard);
        Offence.AssertNone(FloatDivisionRule.Check(guard));
        using ModuleDefinition other = Snippet.Compile("namespace Elsewhere " + Guard);
        Offence.AssertNames(FloatDivisionRule.Check(other), "Elsewhere.SafeMath.Divide");
    }

    [Fact]
    public void What_cannot_be_told_is_named()
    {
        // An enum of an assembly that is not to be found might be anything.
        using ModuleDefinition module = Snippet.Compile(
            "class Fixture { int f(Lib.Level level) => (int)level / 2; }", ("Lib", "namespace Lib { public enum Level { A } }"));
        Offence.AssertNames(FloatDivisionRule.Check(module), "Fixture.f", "cannot be told");
    }
}
