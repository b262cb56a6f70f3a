using System.Globalization;

namespace EdgeFleet.Benchmarks;

/// <summary>What the load generator does.</summary>
/// <param name="Port">On 127.0.0.1.</param>
/// <param name="Connections">Connections, spread over source addresses from <paramref name="Source"/> on.</param>
/// <param name="Window">Messages of a connection that wait for their acknowledgement.</param>
/// <param name="Rate">Messages a second over all connections; 0: as many as are acknowledged. Window is then 1.</param>
/// <param name="WarmUpS">Seconds that are not counted.</param>
/// <param name="Seconds">Seconds that are.</param>
/// <param name="Source">Third number of the source address: 127.0.x.1 and following.</param>
internal sealed record LoadPlan(
    int Port, int Connections, int Window, int Rate, double WarmUpS, double Seconds, int Source)
{
    public const int PayloadBytes = 128;

    public static LoadPlan Parse(string[] args)
    {
        int Int(int at) => int.Parse(args[at], CultureInfo.InvariantCulture);
        double Real(int at) => double.Parse(args[at], CultureInfo.InvariantCulture);
        return new LoadPlan(Int(0), Int(1), Int(2), Int(3), Real(4), Real(5), Int(6));
    }

    public string[] ToArguments() =>
    [
        "load", .. new[] { Port, Connections, Window, Rate }.Select(n => n.ToString(CultureInfo.InvariantCulture)),
        WarmUpS.ToString(CultureInfo.InvariantCulture), Seconds.ToString(CultureInfo.InvariantCulture),
        Source.ToString(CultureInfo.InvariantCulture),
    ];
}

/// <summary>What the load generator measured.</summary>
/// <param name="PerSecond">Acknowledged messages a second.</param>
/// <param name="P50Us">Median time from when a message was due to its acknowledgement, in microseconds.</param>
/// <param name="P99Us">The same, 99th percentile.</param>
internal sealed record LoadResult(double PerSecond, double P50Us, double P99Us)
{
    public static LoadResult Parse(string line)
    {
        double[] fields = [.. line.Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        return new LoadResult(fields[0], fields[1], fields[2]);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{PerSecond:f0} {P50Us:f0} {P99Us:f0}");
}
