namespace EdgeFleet.Boards.Sim.Link;

/// <summary>A time in which a node is cut off.</summary>
/// <param name="FromUtcMs">First millisecond, Unix time.</param>
/// <param name="ToUtcMs">First millisecond after it.</param>
public readonly record struct Partition(long FromUtcMs, long ToUtcMs);

/// <summary>What a network does to messages in memory. All of it is drawn from the link's seed.</summary>
public sealed record LinkFaults
{
    /// <summary>Chance of a message, or of its acknowledgement, to get lost.</summary>
    public double Loss { get; init; }

    /// <summary>Chance of a message to arrive twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Chance of a message to be held back behind later ones.</summary>
    public double Reorder { get; init; }

    /// <summary>What every way takes at least, in milliseconds.</summary>
    public double MinDelayMs { get; init; }

    /// <summary>Mean of the exponentially distributed delay on top of it, in milliseconds.</summary>
    public double DelayMs { get; init; }

    /// <summary>Connections that break by themselves, in an hour of being connected.</summary>
    public double DropsPerHour { get; init; }

    /// <summary>When the node is cut off; in order of time, and apart.</summary>
    public IReadOnlyList<Partition> Partitions { get; init; } = [];
}
