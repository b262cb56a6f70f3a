namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Bounds of rollouts, with their arithmetic.</summary>
public static class RolloutLimits
{
    /// <summary>Groups that a plan may name.</summary>
    public const int MaxPlannedGroups = 20;

    /// <summary>
    /// Groups of a rollout, with those that spreading adds: a bridge with 200 nodes on one span would need 200. Each takes
    /// at least one sweep and its soak.
    /// </summary>
    public const int MaxGroups = 200;

    /// <summary>Devices of one rollout: their ids are 33 bytes each in memory and in the groups' rows, 33 MB.</summary>
    public const int MaxDevices = 1_000_000;

    /// <summary>Rollouts that have not ended. A sweep looks at the open nodes of each.</summary>
    public const int MaxActive = 50;

    /// <summary>Rollouts that are kept, ended ones included.</summary>
    public const int MaxKept = 10_000;

    /// <summary>Between two looks at the rollouts: a node's word is acted on after five seconds at most.</summary>
    public const int SweepMs = 5_000;

    /// <summary>Between two looks of the gates: they read windows from the disk.</summary>
    public const int GateMs = 300_000;

    /// <summary>Between two looks for devices that fit a dynamic rollout's filter.</summary>
    public const int JoinMs = 60_000;

    /// <summary>Nodes that are asked in one transaction: 2,000 rows and audit entries are about 100 ms.</summary>
    public const int MaxAskedAtOnce = 2_000;

    /// <summary>Updated nodes whose windows the gates read in one look; of more, those that hash lowest.</summary>
    public const int MaxJudged = 60;

    /// <summary>Neighbours whose windows the gates read in one look.</summary>
    public const int MaxNeighbours = 60;

    /// <summary>Windows of one node that the gates read: a day of minutes, or four hours of ten seconds.</summary>
    public const int MaxWindowsOfNode = 1_440;

    /// <summary>Tries of one node.</summary>
    public const int MaxTries = 10;

    /// <summary>Longest span that a plan may name, in minutes: 90 days.</summary>
    public const int MaxMinutes = 90 * 24 * 60;

    /// <summary>Evidence of one rollout and gate that is kept beside what held it; older goes.</summary>
    public const int MaxEvidence = 500;
}
