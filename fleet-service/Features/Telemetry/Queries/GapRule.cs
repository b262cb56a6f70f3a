namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>When windows that follow each other leave a gap, and what became of what is missing.</summary>
internal static class GapRule
{
    /// <summary>
    /// Time between two windows that is no gap yet: half a window, because a node closes its windows a little late, and
    /// at least a second, which is what a clock set from the gateway is good for.
    /// </summary>
    public static long ToleranceMs(int durationMs) => Math.Max(1000, durationMs / 2);

    /// <summary>What became of missing numbers of a stream.</summary>
    public static GapFate Of(StreamState stream, SequenceRun missing)
    {
        if (stream.WasDropped(missing.First) && stream.WasDropped(missing.Last))
            return GapFate.DroppedByNode;
        return GapFate.NotYetReceived;
    }

    /// <summary>The missing runs of a stream, parted where the node's report of what it dropped begins and ends.</summary>
    public static IEnumerable<SequenceRun> Missing(StreamState stream)
    {
        foreach (SequenceRun hole in stream.Stored.Holes(stream.Highest))
        {
            foreach (SequenceRun part in Part(stream, hole))
                yield return part;
        }
    }

    private static IEnumerable<SequenceRun> Part(StreamState stream, SequenceRun hole)
    {
        uint first = Math.Max(hole.First, stream.DroppedFirst);
        uint last = Math.Min(hole.Last, stream.DroppedLast);
        if (stream.Dropped == 0 || first > last)
        {
            yield return hole;
            yield break;
        }
        if (hole.First < first)
            yield return new(hole.First, first - 1);
        yield return new(first, last);
        if (last < hole.Last)
            yield return new(last + 1, hole.Last);
    }
}
