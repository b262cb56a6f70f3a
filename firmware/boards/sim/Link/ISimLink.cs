using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim.Link;

/// <summary>A node's link with what the world does to it.</summary>
public interface ISimLink : ILink
{
    /// <summary>While set, nothing gets through and no connection can be made; one that stood breaks.</summary>
    bool Partitioned { get; set; }

    /// <summary>Moves the link's time to <paramref name="nowMs"/>, Unix milliseconds, and does what has become due.</summary>
    void Advance(long nowMs);

    /// <summary>Breaks the connection, as a network does: without a word, and the node is told.</summary>
    void Drop();

    /// <summary>The node lost its power: the connection is gone without a word, and so is all that the node had heard.</summary>
    void PowerOff();

    /// <summary>When the link has something for the node, Unix milliseconds; <see cref="long.MaxValue"/>: nothing yet.</summary>
    long NextDueMs { get; }
}
