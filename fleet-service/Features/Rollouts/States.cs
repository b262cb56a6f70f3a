namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>How a rollout stands.</summary>
public enum RolloutState
{
    /// <summary>A second person has to agree before anything is sent.</summary>
    AwaitingApproval,

    /// <summary>It begins at its start time.</summary>
    Scheduled,

    /// <summary>Nodes are asked.</summary>
    Running,

    /// <summary>A person stopped it for now: nobody new is asked.</summary>
    Paused,

    /// <summary>It stopped itself: nobody new is asked until a person decides.</summary>
    Held,

    /// <summary>Every group succeeded.</summary>
    Finished,

    /// <summary>A person ended it: what was not restarted into yet is withdrawn.</summary>
    Aborted,

    /// <summary>Its nodes go back to the versions before.</summary>
    RollingBack,

    /// <summary>They are back, or could not be brought back; the nodes say which.</summary>
    RolledBack,
}

/// <summary>What happens to a rollout.</summary>
public enum RolloutEvent
{
    Approve,
    StartDue,
    Hold,
    Pause,
    Resume,
    AllGroupsSucceeded,
    Abort,
    RollBack,
    AllReturned,
}

/// <summary>How a group of a rollout stands.</summary>
public enum GroupState
{
    /// <summary>The groups before it come first.</summary>
    Waiting,

    /// <summary>Its nodes are asked.</summary>
    Running,

    /// <summary>All its nodes have an outcome; the gates go on looking.</summary>
    Soaking,

    /// <summary>It met its thresholds, and no gate spoke.</summary>
    Succeeded,

    /// <summary>It did not; the rollout is held.</summary>
    Failed,
}

/// <summary>What happens to a group.</summary>
public enum GroupEvent
{
    Begin,
    AllDone,
    Pass,
    Fail,

    /// <summary>A person resumes a rollout that held itself at this group.</summary>
    Forgive,
}

/// <summary>How a node stands in its rollout.</summary>
public enum NodeState
{
    /// <summary>Not asked yet. Nothing is stored about such a node but its place in its group.</summary>
    Waiting,

    /// <summary>It is asked, or about to be, for an attempt that is stored already.</summary>
    Asked,

    /// <summary>It has said that it fetches the bundle or keeps it ready.</summary>
    Working,

    /// <summary>It runs the bundle on trial.</summary>
    Testing,

    /// <summary>It runs the bundle, which has proved itself.</summary>
    Updated,

    /// <summary>It gave up, or ran out of time or tries.</summary>
    Failed,

    /// <summary>There was nothing to ask of it; the reason says why.</summary>
    Skipped,

    /// <summary>It was asked, and the rollout ended first.</summary>
    Withdrawn,

    /// <summary>It is asked for the version before.</summary>
    Returning,

    /// <summary>It runs the version before.</summary>
    Returned,

    /// <summary>It could not be brought back; the reason says why.</summary>
    Stranded,
}

/// <summary>What happens to a node of a rollout.</summary>
public enum NodeEvent
{
    Ask,
    Progress,
    Trial,
    Confirm,
    Retry,
    GiveUp,
    Skip,
    Withdraw,
    BeginReturn,
    Return,
    Strand,
}

/// <summary>
/// Where rollouts, groups and nodes can go, all of it. What is not in a table does not happen: the event is refused, and
/// nothing changes.
/// </summary>
public static class Transitions
{
    /// <summary>Of a rollout.</summary>
    public static IReadOnlyDictionary<(RolloutState, RolloutEvent), RolloutState> Rollout { get; } =
        new Dictionary<(RolloutState, RolloutEvent), RolloutState>
        {
            [(RolloutState.AwaitingApproval, RolloutEvent.Approve)] = RolloutState.Scheduled, // by someone else than its maker
            [(RolloutState.AwaitingApproval, RolloutEvent.Abort)] = RolloutState.Aborted,
            [(RolloutState.Scheduled, RolloutEvent.StartDue)] = RolloutState.Running,
            [(RolloutState.Scheduled, RolloutEvent.Hold)] = RolloutState.Held, // the deadline passed, or the bundle is served no more
            [(RolloutState.Scheduled, RolloutEvent.Abort)] = RolloutState.Aborted,
            [(RolloutState.Running, RolloutEvent.Hold)] = RolloutState.Held, // a threshold, a gate, the deadline, the bundle
            [(RolloutState.Running, RolloutEvent.Pause)] = RolloutState.Paused,
            [(RolloutState.Running, RolloutEvent.AllGroupsSucceeded)] = RolloutState.Finished,
            [(RolloutState.Running, RolloutEvent.Abort)] = RolloutState.Aborted,
            [(RolloutState.Running, RolloutEvent.RollBack)] = RolloutState.RollingBack,
            [(RolloutState.Paused, RolloutEvent.Hold)] = RolloutState.Held, // gates look on while it is paused
            [(RolloutState.Paused, RolloutEvent.Resume)] = RolloutState.Running,
            [(RolloutState.Paused, RolloutEvent.Abort)] = RolloutState.Aborted,
            [(RolloutState.Paused, RolloutEvent.RollBack)] = RolloutState.RollingBack,
            [(RolloutState.Held, RolloutEvent.Resume)] = RolloutState.Running, // a person takes the responsibility
            [(RolloutState.Held, RolloutEvent.Abort)] = RolloutState.Aborted,
            [(RolloutState.Held, RolloutEvent.RollBack)] = RolloutState.RollingBack,
            [(RolloutState.Finished, RolloutEvent.RollBack)] = RolloutState.RollingBack,
            [(RolloutState.Aborted, RolloutEvent.RollBack)] = RolloutState.RollingBack,
            [(RolloutState.RollingBack, RolloutEvent.AllReturned)] = RolloutState.RolledBack,
        };

    /// <summary>Of a group.</summary>
    public static IReadOnlyDictionary<(GroupState, GroupEvent), GroupState> Group { get; } =
        new Dictionary<(GroupState, GroupEvent), GroupState>
        {
            [(GroupState.Waiting, GroupEvent.Begin)] = GroupState.Running,
            [(GroupState.Running, GroupEvent.AllDone)] = GroupState.Soaking,
            [(GroupState.Running, GroupEvent.Fail)] = GroupState.Failed, // more failures than allowed, or a gate
            [(GroupState.Soaking, GroupEvent.Pass)] = GroupState.Succeeded,
            [(GroupState.Soaking, GroupEvent.Fail)] = GroupState.Failed, // fewer successes than asked for, or a gate
            [(GroupState.Failed, GroupEvent.Forgive)] = GroupState.Running,
        };

    /// <summary>Of a node.</summary>
    public static IReadOnlyDictionary<(NodeState, NodeEvent), NodeState> Node { get; } =
        new Dictionary<(NodeState, NodeEvent), NodeState>
        {
            [(NodeState.Waiting, NodeEvent.Ask)] = NodeState.Asked,
            [(NodeState.Waiting, NodeEvent.Skip)] = NodeState.Skipped, // gone, of another rollout
            [(NodeState.Waiting, NodeEvent.Confirm)] = NodeState.Updated, // it runs the bundle already
            [(NodeState.Asked, NodeEvent.Progress)] = NodeState.Working,
            [(NodeState.Asked, NodeEvent.Trial)] = NodeState.Testing,
            [(NodeState.Asked, NodeEvent.Confirm)] = NodeState.Updated,
            [(NodeState.Asked, NodeEvent.Retry)] = NodeState.Asked, // with the next attempt
            [(NodeState.Asked, NodeEvent.GiveUp)] = NodeState.Failed,
            [(NodeState.Asked, NodeEvent.Skip)] = NodeState.Skipped, // gone, or a person asked it for something else
            [(NodeState.Asked, NodeEvent.Withdraw)] = NodeState.Withdrawn,
            [(NodeState.Asked, NodeEvent.BeginReturn)] = NodeState.Returning,
            [(NodeState.Working, NodeEvent.Trial)] = NodeState.Testing,
            [(NodeState.Working, NodeEvent.Confirm)] = NodeState.Updated,
            [(NodeState.Working, NodeEvent.Retry)] = NodeState.Asked,
            [(NodeState.Working, NodeEvent.GiveUp)] = NodeState.Failed,
            [(NodeState.Working, NodeEvent.Skip)] = NodeState.Skipped,
            [(NodeState.Working, NodeEvent.Withdraw)] = NodeState.Withdrawn,
            [(NodeState.Working, NodeEvent.BeginReturn)] = NodeState.Returning,
            [(NodeState.Testing, NodeEvent.Confirm)] = NodeState.Updated,
            [(NodeState.Testing, NodeEvent.Retry)] = NodeState.Asked,
            [(NodeState.Testing, NodeEvent.GiveUp)] = NodeState.Failed,
            [(NodeState.Testing, NodeEvent.Skip)] = NodeState.Skipped,
            [(NodeState.Testing, NodeEvent.Withdraw)] = NodeState.Withdrawn,
            [(NodeState.Testing, NodeEvent.BeginReturn)] = NodeState.Returning,
            [(NodeState.Updated, NodeEvent.GiveUp)] = NodeState.Failed, // it ran the bundle, and runs another by itself now
            [(NodeState.Updated, NodeEvent.BeginReturn)] = NodeState.Returning,
            [(NodeState.Failed, NodeEvent.Confirm)] = NodeState.Updated, // late, but there
            [(NodeState.Failed, NodeEvent.Withdraw)] = NodeState.Withdrawn,
            [(NodeState.Failed, NodeEvent.BeginReturn)] = NodeState.Returning,
            [(NodeState.Withdrawn, NodeEvent.BeginReturn)] = NodeState.Returning, // it may have been on its way
            [(NodeState.Returning, NodeEvent.Return)] = NodeState.Returned,
            [(NodeState.Returning, NodeEvent.Strand)] = NodeState.Stranded, // out of time, or the bundle before is not here
            [(NodeState.Stranded, NodeEvent.Return)] = NodeState.Returned,
        };

    /// <summary>Whether a rollout may still do something by itself or by a resume: its devices are its own.</summary>
    public static bool IsActive(RolloutState state) =>
        state is not (RolloutState.Finished or RolloutState.Aborted or RolloutState.RolledBack);

    /// <summary>Whether the node is being asked for the rollout's bundle now.</summary>
    public static bool IsOpen(NodeState state) => state is NodeState.Asked or NodeState.Working or NodeState.Testing;
}
