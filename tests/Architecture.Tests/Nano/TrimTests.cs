using System.Runtime.Loader;
using EdgeFleet.NanoTrim;
using Microsoft.CodeAnalysis;
using Mono.Cecil;

namespace EdgeFleet.Architecture.Tests.Nano;

/// <summary>A trimmed application does what it did before, here on .NET, and has lost what it never did.</summary>
public sealed class TrimTests
{
    // Everything that decides which code runs and that board code uses: each part changes the answer.
    private const string Source = """
        using System;
        using System.Collections;
        namespace Board
        {
            public interface IShape { int Area(); string Name { get; } }
            public interface IRound : IShape { int Radius { get; } }
            public abstract class Shape : IShape
            {
                private readonly int[] _weights = { 3, 1, 4, 1, 5, 9, 2, 6 };
                public abstract int Area();
                public virtual string Name => "shape";
                public int Weight(int i) => _weights[i % _weights.Length];
                public override string ToString() => Name + Area();
            }
            public class Square : Shape
            {
                public int Side;
                public override int Area() => Side * Side;
                public override bool Equals(object other) => other is Square square && square.Side == Side;
                public override int GetHashCode() => Side;
                public int NeverCalled() => new Forgotten().Answer();
            }
            public class Circle : Square, IRound
            {
                int IRound.Radius => Side;
                public override int Area() => 3 * base.Area();
                public override string Name => "circle";
            }
            public class Sleeper { public int Dream(int depth) { return depth + new Nightmare().Depth; } public int Kept; }
            public class Nightmare { public int Depth = 77; }
            public class Forgotten { public int Answer() => 42; }
            public struct Pair : IComparable { public int A; public int B; public int CompareTo(object o) => A - ((Pair)o).A; }
            public class Noted : Exception
            {
                public Noted(int code) : base("noted") { Code = code; }
                public int Code { get; }
                public override string Message => "code " + Code;
            }
            public class Handle : IDisposable
            {
                public event EventHandler Closed;
                public void Dispose() { Closed?.Invoke(this, EventArgs.Empty); }
            }
            public delegate int Change(int value);
            public enum Mode : byte { None, Some = 5, All = 9 }
            // One class makes good on each of these, and one of them nobody does.
            public interface ISource { int Next(); int Left { get; } }
            public interface INamedSource : ISource { string Title { get; } }
            public interface IExtra { int Bonus { get; } bool Open(out int price); }
            public sealed class Countdown : INamedSource
            {
                private readonly Mode[] _modes = { Mode.All, Mode.Some };
                private Mode _mode = Mode.Some;
                private int _never = 4;
                public int Left { get; private set; } = 9;
                public string Title { get { return "countdown"; } }
                public Mode Kind { get { return _mode; } set { _mode = value; } }
                int ISource.Next() { _never = Left * 2; Kind = _modes[Left & 1]; Take(1); return Left; }
                private void Take(int count) { Left -= count; }
            }
            public sealed class Station
            {
                private readonly ISource _source;
                private readonly IExtra _extra;
                public Station(ISource source, IExtra extra) { _source = source; _extra = extra; }
                public int Run()
                {
                    int sum = 0;
                    while (_source.Left > 3)
                    {
                        sum = sum * 7 + _source.Next();
                        if (_extra != null && _extra.Open(out int price))
                            sum += price;
                        int bonus = _extra == null ? 2 : _extra.Bonus;
                        bool open = _extra != null;
                        sum += bonus + (open ? 100 : 1);
                        try { if (_extra != null) sum += _extra.Bonus; else if (sum < 0) throw new Noted(1); }
                        finally { sum++; }
                    }
                    INamedSource named = _source as INamedSource;
                    return sum * 3 + (named == null ? 0 : named.Title.Length);
                }
            }
            public static class Program
            {
                private const int Start = 17;
                public static int Main()
                {
                    int sum = Start;
                    foreach (IShape shape in new IShape[] { new Square { Side = 3 }, new Circle { Side = 2 } })
                        sum = sum * 31 + shape.Area() + shape.Name.Length + shape.ToString().Length + ((Shape)shape).Weight(sum);
                    IRound round = new Circle { Side = 8 };
                    sum = sum * 31 + round.Radius + (round is Square ? 1 : 0);
                    sum = sum * 31 + Dreams(null);
                    ArrayList list = new ArrayList { new Square { Side = 1 }, new Square { Side = 2 } };
                    sum = sum * 31 + list.IndexOf(new Square { Side = 2 });
                    Pair[] pairs = { new Pair { A = 3, B = 1 }, new Pair { A = 1, B = 2 } };
                    Array.Sort(pairs);
                    sum = sum * 31 + pairs[0].B;
                    int closed = 0;
                    using (Handle handle = new Handle())
                        handle.Closed += (s, e) => closed++;
                    Change twice = value => value * 2 + closed;
                    sum = sum * 31 + twice(sum);
                    try { throw new Noted(6); }
                    catch (Noted noted) when (noted.Code > 5) { sum = sum * 31 + noted.Message.Length + noted.Code; }
                    finally { sum++; }
                    foreach (string word in new[] { "one", "two", "three", "four", "five", "six", "seven", "eight" })
                        sum = sum * 31 + Value(word);
                    foreach (Mode mode in new[] { Mode.None, Mode.Some, Mode.All })
                        sum = sum * 31 + (mode switch { Mode.Some => 2, Mode.All => 3, _ => 4 }) + (int)mode;
                    Countdown countdown = new Countdown();
                    sum = sum * 31 + new Station(countdown, null).Run() + (int)countdown.Kind;
                    return sum;
                }
                private static int Dreams(Sleeper sleeper) => sleeper == null ? 5 : sleeper.Dream(1) + sleeper.Kept;
                private static int Value(string word)
                {
                    switch (word)
                    {
                        case "one": return 1;
                        case "two": return 2;
                        case "three": return 3;
                        case "four": return 4;
                        case "five": return 5;
                        case "six": return 6;
                        case "seven": return 7;
                        default: return word.Length;
                    }
                }
            }
        }
        """;

    [Fact]
    public void A_trimmed_application_does_what_it_did()
    {
        byte[] whole = Snippet.Program(Source);
        byte[] trimmed = Trim(whole, out _);
        Assert.NotEqual(whole.Length, trimmed.Length);
        Assert.Equal(Run(whole), Run(trimmed));
    }

    [Fact]
    public void What_is_never_reached_is_gone_and_what_is_only_named_does_nothing()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(
            new MemoryStream(Trim(Snippet.Program(Source), out IReadOnlyDictionary<string, string> names)));
        string Old(string name) => names.GetValueOrDefault(name, name);
        Dictionary<string, TypeDefinition> types = module.Types.ToDictionary(t => Old(t.Name));
        Assert.Contains("Board.Circle", types);
        Assert.DoesNotContain("Board.Forgotten", types);
        Assert.DoesNotContain("Board.Nightmare", types);
        // A sleeper is never made: what takes one gets null, and asks nothing of it.
        Assert.DoesNotContain("Board.Sleeper", types);
        Assert.DoesNotContain("Board.IExtra", types);
        // Stands for its one class, and a number for its names.
        Assert.DoesNotContain("Board.ISource", types);
        Assert.DoesNotContain("Board.Mode", types);
        string[] station = [.. types["Board.Station"].Fields.Select(f => Old($"{f.DeclaringType.Name}.{f.Name}"))];
        Assert.Equal(["_source"], station);
        Assert.DoesNotContain(types["Board.Countdown"].Fields, f => Old($"{f.DeclaringType.Name}.{f.Name}") == "_never");
        string[] left = [.. module.GetTypes().SelectMany(t => t.Methods).Select(m => Old($"{m.DeclaringType.Name}.{m.Name}"))];
        Assert.Contains("Run", left);
        Assert.DoesNotContain("NeverCalled", left);
        Assert.DoesNotContain("get_Kind", left);
        // The framework calls these by their names, and a launcher the entry point.
        Assert.Contains(types["Board.Square"].Methods, m => m.Name == "Equals");
        Assert.Contains(types["Board.Noted"].Methods, m => m.Name == "get_Message");
        Assert.Equal("System.Int32 Board.Program::Main()", module.EntryPoint.FullName);
        Assert.All(module.GetTypes(), t => Assert.Empty(t.CustomAttributes));
    }

    [Fact]
    public void An_application_without_an_entry_point_is_refused()
    {
        using ModuleDefinition module = Snippet.Compile("public class Library { }");
        Assert.Throws<InvalidOperationException>(() => Trimmer.Trim(module));
    }

    private static byte[] Trim(byte[] whole, out IReadOnlyDictionary<string, string> names)
    {
        using ModuleDefinition module = CompiledAssemblies.Open(
            new MemoryStream(whole), Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        names = Trimmer.Trim(module);
        MemoryStream trimmed = new();
        module.Write(trimmed);
        return trimmed.ToArray();
    }

    private static int Run(byte[] image)
    {
        AssemblyLoadContext context = new("run", isCollectible: true);
        try
        {
            return (int)context.LoadFromStream(new MemoryStream(image)).EntryPoint!.Invoke(null, null)!;
        }
        finally
        {
            context.Unload();
        }
    }
}
