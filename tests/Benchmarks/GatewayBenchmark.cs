using System.Diagnostics;
using System.Globalization;

namespace EdgeFleet.Benchmarks;

/// <summary>
/// Our gateway, which acknowledges when a message is on disk, against mosquitto, which does so from memory: the same
/// messages from the same generator, in turns, so that whatever else the machine does meets both.
/// </summary>
internal static class GatewayBenchmark
{
    private sealed record Case(string Name, int Connections, int Window, int Rate, double? Mark);

    private static readonly Case[] Cases =
    [
        new("1,000 connections, window 10", 1_000, 10, 0, 3.0),
        new("10,000 connections, window 1", 10_000, 1, 0, 1.0),
        new("1,000 connections at 20,000/s", 1_000, 1, 20_000, null),
    ];

    public static Task<int> RunAsync(string[] options)
    {
        bool quick = options.Contains("--quick");
        int runs = quick ? 1 : 5;
        double seconds = quick ? 3 : 6;
        string? only = Value(options, "--only");
        if (Value(options, "--runs") is { } text)
            runs = int.Parse(text, CultureInfo.InvariantCulture);
        int from = 0;
        int to = Cases.Length;
        if (Value(options, "--case") is { } number)
            (from, to) = (int.Parse(number, CultureInfo.InvariantCulture) - 1, int.Parse(number, CultureInfo.InvariantCulture));
        for (int i = from; i < to; i++)
            Compare(Cases[i], runs, seconds, only);
        if (Value(options, "--case") == null)
            CompareIdle(quick ? 5_000 : 10_000, only);
        return Task.FromResult(0);
    }

    private static void Compare(Case test, int runs, double seconds, string? only)
    {
        Console.WriteLine($"{test.Name}, QoS 1, {LoadPlan.PayloadBytes} bytes, {runs} runs of {seconds} s");
        List<Result> ours = [];
        List<Result> theirs = [];
        for (int run = 0; run < runs; run++)
        {
            if (only != "mosquitto")
                ours.Add(Measure(() => OurServer.Start("edgefleet-bench"), test, seconds, run));
            if (only != "ours")
                theirs.Add(Measure(Mosquitto.Start, test, seconds, run));
        }
        Print("EdgeFleet (durable)", ours);
        Print("mosquitto (memory)", theirs);
        if (ours.Count == 0 || theirs.Count == 0)
            return;
        double ratio = Median(ours.Select(r => r.Load.PerSecond)) / Median(theirs.Select(r => r.Load.PerSecond));
        string pairs = string.Join(' ', ours.Zip(theirs, (a, b) => Text($"{a.Load.PerSecond / b.Load.PerSecond:f2}")));
        if (test.Rate == 0)
            Console.WriteLine(Text($"  ratio of medians {ratio:f2} (mark {test.Mark:f1}; by run {pairs})"));
        Console.WriteLine();
    }

    private sealed record Result(LoadResult Load, double CpuUs);

    private static Result Measure(Func<Server> start, Case test, double seconds, int run)
    {
        using Server server = start();
        LoadPlan plan = new(server.Port, test.Connections, test.Window, test.Rate, 2, seconds, 1 + run % 250);
        using Process load = StartLoad(plan);
        double before = server.CpuS();
        long began = Stopwatch.GetTimestamp();
        load.StandardInput.WriteLine("go");
        LoadResult result = LoadResult.Parse(load.StandardOutput.ReadLine()!);
        double cpu = (server.CpuS() - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        load.WaitForExit();
        return new Result(result, 1e6 * cpu / result.PerSecond);
    }

    private static void CompareIdle(int connections, string? only)
    {
        Console.WriteLine($"{connections} idle connections");
        if (only != "mosquitto")
            PrintIdle(() => OurServer.Start("edgefleet-bench"), connections);
        if (only != "ours")
            PrintIdle(Mosquitto.Start, connections);
    }

    private static void PrintIdle(Func<Server> start, int connections)
    {
        using Server server = start();
        // What the first connections cost once is not what each costs.
        using Process first = StartLoad(new LoadPlan(server.Port, 200, 1, 0, 0, 0, 251));
        (long managed, long resident) = server.Memory();
        using Process load = StartLoad(new LoadPlan(server.Port, connections, 1, 0, 0, 0, 252));
        (long managedAfter, long residentAfter) = server.Memory();
        load.StandardInput.Close();
        first.StandardInput.Close();
        string managedText = managed == 0 ? "" : Text($"{(managedAfter - managed) / connections} bytes managed, ");
        Console.WriteLine(
            Text($"  {server.Name,-22} {managedText}{(residentAfter - resident) / connections} bytes resident each"));
        load.WaitForExit();
        first.WaitForExit();
    }

    private static Process StartLoad(LoadPlan plan)
    {
        Process load = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, plan.ToArguments())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return load.StandardOutput.ReadLine() == "ready"
            ? load
            : throw new InvalidOperationException("The load generator could not connect; see above.");
    }

    private static void Print(string name, List<Result> results)
    {
        if (results.Count == 0)
            return;
        Console.WriteLine(Text(
            $"  {name,-22} {Median(results.Select(r => r.Load.PerSecond)),8:f0}/s  p50 {Median(results.Select(r => r.Load.P50Us)),7:f0} us  p99 {Median(results.Select(r => r.Load.P99Us)),7:f0} us  server {Median(results.Select(r => r.CpuUs)),5:f2} us of CPU a message"));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string? Value(string[] options, string name)
    {
        int at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
