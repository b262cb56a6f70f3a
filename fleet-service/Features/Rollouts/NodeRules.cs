using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>What is stored about a node, as far as a rollout decides from it.</summary>
/// <param name="Digest">Of the bundle that it runs; null: it has not said.</param>
/// <param name="Confirmed">Whether what it runs has proved itself.</param>
/// <param name="Target">Digest that <paramref name="State"/> is about.</param>
/// <param name="Heard">When anything came from it.</param>
/// <param name="WindowMs">Its own reporting interval; 0: not known.</param>
public readonly record struct NodeFacts(
    string? Digest, string? Version, bool Confirmed, UpdateState State, UpdateReason Reason, string? Target, uint Attempt,
    uint Boots, uint FreeHeap, DateTimeOffset? Heard, int WindowMs);

/// <summary>What happens to a node of a rollout, decided from stored facts alone.</summary>
internal static class NodeRules
{
    /// <summary>What a node's own word, and the time, mean for it; null: nothing yet.</summary>
    public static (NodeEvent Event, string Reason)? Judge(
        NodeRow row, NodeFacts facts, string digest, RolloutPlan plan, DateTimeOffset now) => row.State switch
    {
        NodeState.Asked or NodeState.Working or NodeState.Testing => Open(row, facts, digest, plan, now),
        NodeState.Updated when facts.Digest != null && facts.Digest != digest => (NodeEvent.GiveUp, "went back to " + (facts.Version ?? "another version")),
        NodeState.Failed when facts.Digest == digest && facts.Confirmed => (NodeEvent.Confirm, "late"),
        NodeState.Returning => Returning(row, facts, plan, now),
        NodeState.Stranded when row.BeforeDigest != null && facts.Digest == row.BeforeDigest && facts.Confirmed => (NodeEvent.Return, "late"),
        _ => null,
    };

    /// <summary>Whether one more try is left.</summary>
    public static bool MayTryAgain(NodeRow row, RolloutPlan plan) => row.Tries < plan.Tries;

    private static (NodeEvent, string)? Open(
        NodeRow row, NodeFacts facts, string digest, RolloutPlan plan, DateTimeOffset now)
    {
        if (facts.Digest == digest && facts.Confirmed)
            return (NodeEvent.Confirm, "");
        // What it says of an earlier attempt, or of another bundle, is not about this try.
        bool ours = facts.Target == digest && facts.Attempt == row.Attempt && row.SentAt != null;
        if (ours && facts.State is UpdateState.Reverted or UpdateState.Rejected or UpdateState.Canceled && ours)
        {
            string why = $"{UpdateNames.Of(facts.State)}: {UpdateNames.Of(facts.Reason)}";
            return (MayTryAgain(row, plan) && facts.State != UpdateState.Rejected ? NodeEvent.Retry : NodeEvent.GiveUp, why);
        }
        // The time to apply begins with its window, and what it missed in one window it may do in the next.
        DateTimeOffset from = row.ApplyFrom is { } start && start > row.AskedAt ? start : row.AskedAt ?? now;
        if (now - from > TimeSpan.FromMinutes(plan.NodeTimeoutMinutes))
        {
            string why = facts.Heard is { } heard ? $"no outcome in {plan.NodeTimeoutMinutes} min, last heard {heard.UtcDateTime:yyyy-MM-dd HH:mm} UTC"
                : "never heard of";
            return (MayTryAgain(row, plan) ? NodeEvent.Retry : NodeEvent.GiveUp, why);
        }
        if (!ours)
            return null;
        return facts.State switch
        {
            UpdateState.Testing when row.State != NodeState.Testing => (NodeEvent.Trial, ""),
            UpdateState.Downloading or UpdateState.Paused or UpdateState.Staged or UpdateState.Offered when row.State == NodeState.Asked =>
                (NodeEvent.Progress, ""),
            _ => null,
        };
    }

    private static (NodeEvent, string)? Returning(NodeRow row, NodeFacts facts, RolloutPlan plan, DateTimeOffset now)
    {
        if (row.BeforeDigest == null)
            return (NodeEvent.Strand, "it did not say what it ran before");
        if (facts.Digest == row.BeforeDigest && facts.Confirmed)
            return (NodeEvent.Return, "");
        bool ours = facts.Target == row.BeforeDigest && facts.Attempt == row.Attempt && row.SentAt != null;
        if (ours && facts.State is UpdateState.Reverted or UpdateState.Rejected && ours)
            return (NodeEvent.Strand, $"{UpdateNames.Of(facts.State)}: {UpdateNames.Of(facts.Reason)}");
        return now - row.AskedAt > TimeSpan.FromMinutes(plan.NodeTimeoutMinutes)
            ? (NodeEvent.Strand, $"not back in {plan.NodeTimeoutMinutes} min") : null;
    }
}
