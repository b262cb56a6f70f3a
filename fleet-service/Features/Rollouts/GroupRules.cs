namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Nodes of a group by where they stand.</summary>
/// <param name="Counted">All but those that there was nothing to ask of.</param>
public readonly record struct GroupCounts(
    int Nodes, int Waiting, int Open, int Updated, int Failed, int Skipped, int Withdrawn, int Returning, int Returned,
    int Stranded)
{
    /// <summary>Nodes that the shares are taken of.</summary>
    public int Counted => Nodes - Skipped;

    /// <summary>Whether every node has an outcome.</summary>
    public bool IsDone => Waiting == 0 && Open == 0;

    internal GroupCounts Plus(GroupCounts o) => new(
        Nodes + o.Nodes, Waiting + o.Waiting, Open + o.Open, Updated + o.Updated, Failed + o.Failed, Skipped + o.Skipped,
        Withdrawn + o.Withdrawn, Returning + o.Returning, Returned + o.Returned, Stranded + o.Stranded);

    internal static GroupCounts Of(int nodes, IEnumerable<NodeState> moved)
    {
        int open = 0, updated = 0, failed = 0, skipped = 0, withdrawn = 0, returning = 0, returned = 0, stranded = 0, waiting = nodes;
        foreach (NodeState state in moved)
        {
            waiting -= state == NodeState.Waiting ? 0 : 1;
            open += Transitions.IsOpen(state) ? 1 : 0;
            updated += state == NodeState.Updated ? 1 : 0;
            failed += state == NodeState.Failed ? 1 : 0;
            skipped += state == NodeState.Skipped ? 1 : 0;
            withdrawn += state == NodeState.Withdrawn ? 1 : 0;
            returning += state == NodeState.Returning ? 1 : 0;
            returned += state == NodeState.Returned ? 1 : 0;
            stranded += state == NodeState.Stranded ? 1 : 0;
        }
        return new(nodes, waiting, open, updated, failed, skipped, withdrawn, returning, returned, stranded);
    }
}

/// <summary>Whether a group may go on, and whether it succeeded. Whole numbers; what is unclear is no success.</summary>
internal static class GroupRules
{
    /// <summary>Why no further node may be asked; null: go on.</summary>
    public static string? TooManyFailures(GroupPlan plan, GroupCounts counts, int forgiven)
    {
        int failed = counts.Failed - forgiven;
        return failed > 0 && (long)failed * 100 > (long)plan.ErrorPercent * counts.Counted
            ? $"{failed} of {counts.Counted} nodes failed, more than {plan.ErrorPercent} %" : null;
    }

    /// <summary>Why a group whose nodes all have an outcome did not succeed; null: it did.</summary>
    public static string? TooFewSuccesses(GroupPlan plan, GroupCounts counts, int forgiven)
    {
        int counted = counts.Counted - Math.Min(forgiven, counts.Failed);
        if (counted == 0)
            return forgiven > 0 ? null : "no node of the group could be updated";
        return (long)counts.Updated * 100 < (long)plan.SuccessPercent * counted
            ? $"{counts.Updated} of {counted} nodes updated, fewer than {plan.SuccessPercent} %" : null;
    }
}
