using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Il;

public sealed class SubsetRuleTests
{
    private static readonly HashSet<string> Nothing = [];

    // The form of the real lists, with a little of everything that their grammar has.
    private const string List = """
        # mscorlib, Version=1.17.11.0, Culture=neutral, PublicKeyToken=c07d481e9758c731  (99 members)  refs:
        System.Object : class
        System.Object..ctor() : public
        System.Object.ToString() : public virtual string
        System.ValueType : abstract class
        System.Enum : abstract class : System.ValueType
        System.Delegate : abstract class
        System.MulticastDelegate : abstract class : System.Delegate
        System.Void : struct
        System.Int32 : struct
        System.Int32.ToString(string format) : public string
        System.String : sealed class : System.IComparable
        System.String.Chars[int index] : public char { get; } [native]
        System.String.Concat(params object[] args) : public static string
        System.String.Concat(string str0, string str1) : public static string [native]
        System.String.Empty : public static readonly string
        System.String.Format(string format, params object[] args) : public static string
        System.String.Length : public int { get; } [native]
        System.String.op_Equality(string a, string b) : public static bool [native]
        System.String.PadLeft(int totalWidth, char paddingChar = ' ') : public string
        System.Action : delegate void ()
        System.Attribute : [System.AttributeUsage(System.AttributeTargets.All)] abstract class
        System.Attribute..ctor() : protected
        System.ParamArrayAttribute : sealed class : System.Attribute
        System.ParamArrayAttribute..ctor() : public
        System.InvalidOperationException : class
        System.InvalidOperationException..ctor() : public
        System.Byte : struct
        System.Byte.TryParse(string s, out byte result) : public static bool
        System.Array : abstract class
        System.RuntimeFieldHandle : struct
        System.Runtime.CompilerServices.RuntimeHelpers : static class
        System.Runtime.CompilerServices.RuntimeHelpers.InitializeArray(System.Array array, System.RuntimeFieldHandle fldHandle) : public static void [native]
        System.Reflection.DefaultMemberAttribute : sealed class : System.Attribute
        System.Reflection.DefaultMemberAttribute..ctor(string memberName) : public
        System.IntPtr : struct
        System.IAsyncResult : interface
        System.AsyncCallback : delegate void (System.IAsyncResult ar)
        """;

    private static readonly NanoApi Small = NanoApi.Parse([List]);

    [Fact]
    public void What_is_listed_passes()
    {
        Offence.AssertNone(Check("""
            public delegate int Measure(ref int from, out long to);
            public enum Colour : byte { Red, Green }
            public class Fixture
            {
                private readonly int[] _table = new[] { 1, 2, 3, 4, 5, 6, 7 };
                private int _count;
                public int this[int index] { get { return _table[index]; } set { _table[index] = value; } }
                public string Describe(string name, Colour colour)
                {
                    if (name == string.Empty || name.Length == 0 || name[0] == 'x')
                        return name.PadLeft(8, ' ');
                    System.Action count = () => _count++;
                    count();
                    foreach (int entry in _table)
                        _count += entry;
                    return colour switch { Colour.Red => name + "!", _ => $"{name} {_count}" };
                }
                public static bool Parse(string text, out byte value) { return byte.TryParse(text, out value); }
                public static int Sum(params int[] values) { return values.Length; }
            }
            """));
    }

    [Theory]
    [InlineData("System.IO.FileStream f() => null!;", "f", "System.IO.FileStream")]
    [InlineData("string f(string s) => s.Replace('a', 'b');", "f", "System.String.Replace(System.Char,System.Char)")]
    [InlineData("string f(int n) => n.ToString(null, null);", "f", "System.Int32.ToString(System.String,System.IFormatProvider)")]
    [InlineData("object f() => new System.Text.StringBuilder();", "f", "System.Text.StringBuilder..ctor()")]
    [InlineData("string f(string s) => s.PadLeft(3);", "f", "System.String.PadLeft(System.Int32):", "there is PadLeft(System.Int32,System.Char)")]
    [InlineData("volatile int field;", "Fixture", "System.Runtime.CompilerServices.IsVolatile")]
    [InlineData("[System.Obsolete] void f() {}", "f", "System.ObsoleteAttribute")]
    [InlineData("class Inner : System.IDisposable { public void Dispose() {} }", "Fixture.Inner", "System.IDisposable")]
    [InlineData("decimal f(decimal a) => a;", "f", "System.Decimal")]
    [InlineData("void f() { try { f(); } catch (System.IO.IOException) { } }", "f", "System.IO.IOException")]
    [InlineData("async void f() { await System.Threading.Tasks.Task.Yield(); }", "System.Runtime.CompilerServices.AsyncVoidMethodBuilder")]
    public void What_is_not_listed_is_named(string member, params string[] words) =>
        Offence.AssertNames(Check($"public class Fixture {{ {member} }}"), words);

    [Fact]
    public void What_the_compiler_picks_instead_must_be_listed_too()
    {
        NanoApi without = NanoApi.Parse([List.Replace("System.String.Format", "System.String.Form", StringComparison.Ordinal)]);
        using ModuleDefinition module = Snippet.Compile("class Fixture { string f(int n) => $\"{n:x}\"; }");
        Offence.AssertNames(SubsetRule.Check(module, without, Nothing), "f", SubsetRule.InterpolationHandler);
        Offence.AssertNames(
            Check("class Fixture { string f(int n) => string.Format(\"{0}\", n); }", without),
            "f", "System.String.Format(System.String,System.Object)");
    }

    [Fact]
    public void An_own_library_is_judged_by_itself()
    {
        using ModuleDefinition module = Snippet.Compile("class Fixture { Own.Thing thing; }", ("Lib", "namespace Own { public class Thing {} }"));
        Offence.AssertNames(SubsetRule.Check(module, Small, Nothing), "Fixture", "Own.Thing");
        Offence.AssertNone(SubsetRule.Check(module, Small, new HashSet<string> { "Lib" }));
    }

    [Fact]
    public void The_real_lists_are_read_whole()
    {
        Assert.SkipWhen(NanoApi.Shared == null, "../shared/nanoframework-api is not on this machine.");
        NanoApi api = NanoApi.Shared;
        Assert.True(api.TypeCount > 500, $"{api.TypeCount} types");
        Assert.True(api.HasMember("System.String", "get_Chars(System.Int32):System.Char"));
        Assert.True(api.HasMember("System.Math", "Sqrt(System.Double):System.Double"));
        Assert.True(api.HasMember("System.Device.Gpio.PinValue", "op_Implicit(System.Int32):System.Device.Gpio.PinValue"));
        Assert.True(api.HasMember(
            "System.Device.Gpio.GpioPin", "add_ValueChanged(System.Device.Gpio.PinValueChangedEventHandler):System.Void"));
        Assert.True(api.HasMember("System.ArgumentException", "ToString():System.String"), "inherited from Exception");
        Assert.False(api.HasMember("System.ArgumentException", "ToString(System.String):System.String"));
        Assert.False(api.HasMember("System.String", "Replace(System.String,System.String):System.String"));
    }

    private static Offence[] Check(string source, NanoApi? api = null)
    {
        using ModuleDefinition module = Snippet.Compile(source);
        return [.. SubsetRule.Check(module, api ?? Small, Nothing)];
    }
}
