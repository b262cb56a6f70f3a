using EdgeFleet.Service.Features.Alerts;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Holds where over all groups that have begun more nodes failed than the current group allows.</summary>
public sealed class ErrorRateGate : IGate
{
    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene) => new(
        GateNames.ErrorRate, scene.Failed > 0 && (long)scene.Failed * 100 > (long)scene.ErrorPercent * scene.Tried,
        $"{scene.Failed} of {scene.Tried} nodes failed", new { scene.Tried, scene.Failed, scene.ErrorPercent });
}

/// <summary>Holds where updated nodes send no measurements for longer than they, by their own interval, should.</summary>
public sealed class SilenceGate : IGate
{
    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene)
    {
        var silent = scene.Updated.Select(n => new
        {
            n.Device, n.Telemetry, n.Facts.WindowMs, MostS = SilenceWatch.MostSilence(n.Facts.WindowMs).TotalSeconds,
            SilentS = (scene.Now - Latest(n.Telemetry, n.UpdatedAt, scene.Since)).TotalSeconds,
        }).Where(n => n.SilentS > n.MostS).ToArray();
        return new GateVerdict(GateNames.Silence, scene.IsTooMany(silent.Length),
            $"{silent.Length} of {scene.Updated.Count} updated nodes silent", new { Silent = silent, scene.ErrorPercent });
    }

    private static DateTimeOffset Latest(DateTimeOffset? a, DateTimeOffset? b, DateTimeOffset c)
    {
        DateTimeOffset latest = a > c ? a.Value : c;
        return b > latest ? b.Value : latest;
    }
}

/// <summary>Holds where updated nodes restart more often than a plan allows.</summary>
public sealed class RestartGate : IGate
{
    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene)
    {
        var restless = scene.Updated
            .Select(n => new { n.Device, Restarts = n.Facts.Boots - n.BootsAtUpdate })
            .Where(n => n.Restarts > scene.Plan.RestartsAllowed).ToArray();
        return new GateVerdict(GateNames.Restarts, scene.IsTooMany(restless.Length),
            $"{restless.Length} of {scene.Updated.Count} updated nodes restarted more than {scene.Plan.RestartsAllowed} times",
            new { Nodes = restless, scene.Plan.RestartsAllowed, scene.ErrorPercent });
    }
}

/// <summary>Holds where updated nodes have much less free heap than they had: the median node decides.</summary>
public sealed class HeapGate : IGate
{
    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene)
    {
        double[] shares = [.. scene.Updated.Where(n => n.BeforeHeap > 0 && n.Facts.FreeHeap > 0)
            .Select(n => n.Facts.FreeHeap * 100.0 / n.BeforeHeap)];
        double median = Robust.Median(shares);
        return new GateVerdict(GateNames.Heap, shares.Length > 0 && median < scene.Plan.HeapPercent,
            shares.Length == 0 ? "no node told its heap before and after" : FormattableString.Invariant($"median free heap {median:0} % of what it was"),
            new { Nodes = shares.Length, MedianPercent = median, scene.Plan.HeapPercent });
    }
}

/// <summary>
/// Holds where channels of updated nodes stopped: they come no more, without values, called frozen or wrong by the node,
/// or standing still without a word where they moved before.
/// </summary>
public sealed class ChannelGate : IGate
{
    /// <summary>Windows in a row, up to the newest, that make a channel stopped.</summary>
    public const int LeastWindows = 3;

    /// <inheritdoc/>
    public GateVerdict Judge(GateScene scene)
    {
        var stopped = scene.Updated.Select(n => new
        {
            n.Device,
            Channels = n.Channels.Select(c => new { Channel = c.Key, Why = Stopped(scene, n, c.Value) }).Where(c => c.Why != null).ToArray(),
        }).Where(n => n.Channels.Length != 0).ToArray();
        string names = string.Join(", ", stopped.SelectMany(n => n.Channels).Select(c => $"{c.Channel} {c.Why}").Distinct().Take(4));
        return new GateVerdict(GateNames.Channels, scene.IsTooMany(stopped.Length),
            $"{stopped.Length} of {scene.Updated.Count} updated nodes have stopped channels" + (names.Length == 0 ? "" : ": " + names),
            new { Nodes = stopped, scene.ErrorPercent });
    }

    private static string? Stopped(GateScene scene, GateNode node, ChannelSeries series)
    {
        DateTimeOffset at = node.UpdatedAt!.Value;
        SeriesWindow[] before = [.. series.Between(at.AddMinutes(-scene.Plan.BaselineMinutes), at)];
        int good = before.Count(w => w.IsGood);
        // What did not work before says nothing about the bundle.
        if (good < LeastWindows || good * 2 < before.Length)
            return null;
        SeriesWindow[] after = [.. series.Between(at, scene.Now)];
        long newest = node.Channels.Values.Max(c => c.Windows.Count == 0 ? 0 : c.Windows[^1].StartMs);
        long own = after.Length == 0 ? at.ToUnixTimeMilliseconds() : after[^1].StartMs;
        // A channel that comes in few windows, as natural frequencies do, has that long to come again.
        long span = before[^1].StartMs - before[0].StartMs;
        if (newest - own > Math.Max(1, LeastWindows) * span / Math.Max(1, before.Length - 1))
            return "missing";
        if (after.Length < LeastWindows)
            return null;
        SeriesWindow[] last = after[^LeastWindows..];
        if (last.All(w => !w.IsGood))
            return last.All(w => w.Count == 0) ? "without values" : "frozen or wrong";
        bool still = last.All(w => w.IsGood && w.Sd == 0 && w.Mean == last[0].Mean);
        bool moved = before.Any(w => w.Sd > 0) || before.Where(w => w.IsGood).Select(w => w.Mean).Distinct().Skip(1).Any();
        return still && moved && StoodStill(before) < LeastWindows ? "standing still" : null;
    }

    // The longest stretch that the channel stood still by itself, in windows.
    private static int StoodStill(SeriesWindow[] windows)
    {
        int longest = 0, run = 0;
        for (int i = 0; i < windows.Length; i++)
        {
            run = windows[i].Sd == 0 && (i == 0 || windows[i].Mean == windows[i - 1].Mean) ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
