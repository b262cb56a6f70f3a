using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>
/// Holds where readings of updated nodes shifted. A node's shift is what its channel reads since the update, less its own
/// baseline from before; from that goes the median shift, over the same two times, of nodes whose version did not change:
/// weather and traffic, which all of them see, are not the bundle's doing.
/// <para>
/// The group's shift is the median over its nodes. It holds where it is beyond the plan's level, and beyond what chance
/// would do to the median of so many nodes, as far as the unchanged nodes' scatter shows (four standard errors, the
/// scatter from the median absolute deviation). Single nodes that are off by twice the level and six times the scatter
/// count as failed, and hold by the group's error share. Without three unchanged nodes readings of the air are not judged,
/// for they drift by themselves; what belongs to the structure or the sensor is held against the baseline alone.
/// </para>
/// </summary>
public sealed class DriftGate : IGate
{
    /// <summary>Good windows, before and after, below which a node is not judged.</summary>
    public const int LeastWindows = 10;

    /// <summary>Unchanged nodes below which there is nothing to compare with.</summary>
    public const int LeastNeighbours = 3;

    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene)
    {
        List<Finding> findings = [.. Rules(scene).Select(rule => Look(scene, rule)).OfType<Finding>()];
        string[] told = [.. findings.Where(f => f.Holds).Select(f => f.ToString())];
        return new GateVerdict(GateNames.Drift, told.Length != 0,
            told.Length != 0 ? string.Join("; ", told) : $"{findings.Count} channels judged, none shifted", new { Channels = findings });
    }

    private static IEnumerable<Rule> Rules(GateScene scene)
    {
        GatePlan plan = scene.Plan;
        if (scene.Kind == NodeKind.AirBox)
        {
            yield return new(Channels.Pm1, plan.Pm / 1e3, "µg/m³", Robust.Mean, AloneToo: false);
            yield return new(Channels.Pm25, plan.Pm / 1e3, "µg/m³", Robust.Mean, AloneToo: false);
            yield return new(Channels.Pm10, plan.Pm / 1e3, "µg/m³", Robust.Mean, AloneToo: false);
            yield return new(Channels.Temperature, plan.Temperature / 1e3, "°C", Robust.Mean, AloneToo: false);
            yield return new(Channels.Humidity, plan.Humidity / 1e3, "% RH", Robust.Mean, AloneToo: false);
            yield break;
        }
        // Relative changes are compared as logarithms, so that halving and doubling are equally far.
        foreach (string axis in new[] { Channels.AccelX, Channels.AccelY, Channels.AccelZ })
            yield return new(axis, 100 * Math.Log(1 + plan.NoisePercent / 100.0), "% (log) noise floor", Robust.NoiseFloor, AloneToo: true);
        foreach (string mode in new[] { Channels.Mode1, Channels.Mode2, Channels.Mode3, Channels.Mode4 })
            yield return new(mode, 100 * Math.Log(1 + plan.FrequencyPermille / 1e3), "% (log)", Robust.LogMean, AloneToo: true);
        yield return new(Channels.SampleRate, 100 * Math.Log(1 + plan.RatePpm / 1e6), "% (log)", Robust.LogMean, AloneToo: true);
    }

    private static Finding? Look(GateScene scene, Rule rule)
    {
        List<(string Device, double Shift)> shifts = [];
        List<double> scatter = [];
        int neighbours = 0;
        foreach (GateNode node in scene.Updated)
        {
            if (ShiftOf(scene, node, rule, node.UpdatedAt!.Value) is not { } own)
                continue;
            double[] others = [.. scene.Neighbours.Select(n => ShiftOf(scene, n, rule, node.UpdatedAt.Value)).OfType<double>()];
            bool compared = others.Length >= LeastNeighbours;
            if (!compared && !rule.AloneToo)
                continue;
            double weather = compared ? Robust.Median(others) : 0;
            neighbours = Math.Max(neighbours, others.Length);
            if (compared)
                scatter.Add(1.4826 * Robust.Median([.. others.Select(o => Math.Abs(o - weather))]));
            shifts.Add((node.Device, own - weather));
        }
        if (shifts.Count == 0)
            return null;
        double spread = scatter.Count == 0 ? 0 : Robust.Median([.. scatter]);
        double shift = Robust.Median([.. shifts.Select(s => s.Shift)]);
        // The median of n normal values scatters by 1.2533/sqrt(n).
        double limit = Math.Max(rule.Level, 4 * spread * 1.2533 / Math.Sqrt(shifts.Count));
        string[] off = [.. shifts.Where(s => Math.Abs(s.Shift) > Math.Max(2 * rule.Level, 6 * spread)).Select(s => s.Device)];
        return new Finding(rule.Channel, rule.Unit, shift, limit, spread, shifts.Count, neighbours, off,
            Math.Abs(shift) > limit || scene.IsTooMany(off.Length));
    }

    private static double? ShiftOf(GateScene scene, GateNode node, Rule rule, DateTimeOffset at)
    {
        if (!node.Channels.TryGetValue(rule.Channel, out ChannelSeries? series))
            return null;
        SeriesWindow[] before = [.. series.Between(at.AddMinutes(-scene.Plan.BaselineMinutes), at).Where(w => w.IsGood)];
        SeriesWindow[] after = [.. series.Between(at, scene.Now).Where(w => w.IsGood)];
        if (before.Length < LeastWindows || after.Length < LeastWindows)
            return null;
        return rule.Of(after) - rule.Of(before) is var shift && double.IsFinite(shift) ? shift : null;
    }

    private sealed record Rule(string Channel, double Level, string Unit, Func<SeriesWindow[], double> Of, bool AloneToo);

    /// <param name="Shift">Of the group, in the unit.</param>
    /// <param name="Limit">What holds.</param>
    /// <param name="Scatter">Standard deviation of one unchanged node's shift.</param>
    /// <param name="Nodes">Updated nodes that were judged.</param>
    /// <param name="Off">Single nodes that are far off.</param>
    public sealed record Finding(
        string Channel, string Unit, double Shift, double Limit, double Scatter, int Nodes, int Neighbours,
        IReadOnlyList<string> Off, bool Holds)
    {
        /// <inheritdoc/>
        public override string ToString() => FormattableString.Invariant(
            $"{Channel} shifted by {Shift:0.##} {Unit} in {Nodes} nodes against {Neighbours} unchanged ones, more than {Limit:0.##}");
    }
}

/// <summary>Numbers that a few wild values do not carry away.</summary>
internal static class Robust
{
    /// <summary>0 of nothing.</summary>
    public static double Median(double[] values)
    {
        if (values.Length == 0)
            return 0;
        Array.Sort(values);
        int half = values.Length / 2;
        return values.Length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    public static double Mean(SeriesWindow[] windows) => windows.Average(w => w.Mean);

    /// <summary>In hundreds of natural logarithms: about per cent.</summary>
    public static double LogMean(SeriesWindow[] windows) => 100 * Math.Log(Mean(windows));

    /// <summary>The tenth percentile of the windows' deviations, without traffic, as <see cref="LogMean"/>.</summary>
    public static double NoiseFloor(SeriesWindow[] windows)
    {
        double[] sorted = [.. windows.Select(w => w.Sd).Order()];
        return 100 * Math.Log(sorted[sorted.Length / 10]);
    }
}
