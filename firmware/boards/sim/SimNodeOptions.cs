using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Firmware;

namespace EdgeFleet.Boards.Sim;

/// <summary>What makes one simulated node.</summary>
public sealed record SimNodeOptions
{
    /// <summary>
    /// Flash for files. A queue's segment of one sector takes two here, because a file's own bookkeeping lies in its
    /// sectors: (40 + 6) x 2 of the queues, some ten of the small files, and a rest for rotation make 128.
    /// </summary>
    public const int DefaultFlashBytes = 128 * Flash.SimFlash.SectorBytes;

    /// <summary>
    /// As <see cref="DefaultFlashBytes"/>, with two slots of an application of 300 KB: 75 blocks in two sectors each.
    /// </summary>
    public const int UpdatableFlashBytes = DefaultFlashBytes + 2 * (75 * 2 + 8) * Flash.SimFlash.SectorBytes;

    /// <summary>Hardware class of the simulated board, as bundles name it.</summary>
    public const string HardwareClass = "sim";

    /// <summary>What the node is.</summary>
    public required NodeKind Kind { get; init; }

    /// <summary>All chance in this node comes from it; two nodes of a fleet differ in it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>
    /// Tells boards that were erased from the same boards before: their random numbers differ, and with them the epoch of
    /// their queues, without which a service takes their windows for those it has.
    /// </summary>
    public ulong Run { get; init; }

    /// <summary>True time.</summary>
    public required SimClock World { get; init; }

    /// <summary>What the board was given when it was flashed. The node's kind is set by the node.</summary>
    public required NodeSettings Settings { get; init; }

    /// <summary>How the node gets to know the date.</summary>
    public ReferenceClockPlan ReferenceClock { get; init; } = new();

    /// <summary>
    /// Moduli of the keys whose bundles the board takes, most significant byte first. Without any it has no slots, and
    /// runs what this program was built with.
    /// </summary>
    public IReadOnlyList<byte[]> TrustedKeys { get; init; } = [];

    /// <summary>
    /// The golden application, an assembly as a bundle has it; null: the node code that this program was built with, which
    /// does the same and can be looked into. One that does not start is a mistake of the run, and thrown.
    /// </summary>
    public byte[]? Golden { get; init; }

    /// <summary>Flash for files; 0: enough for what the board is to do.</summary>
    public int FlashBytes { get; init; }

    /// <summary>The air that Air Boxes breathe; shared by the boxes of one city.</summary>
    public SimCity? City { get; init; }

    /// <summary>The bridge that bridge nodes feel; shared by the nodes of one span.</summary>
    public SimBridge? Bridge { get; init; }

    /// <summary>Where on the bridge the node sits.</summary>
    public AccelerometerMount Mount { get; init; } = new();

    /// <summary>In place of <see cref="City"/>.</summary>
    public IAirBoxRecording? AirBoxRecording { get; init; }

    /// <summary>In place of <see cref="Bridge"/>.</summary>
    public BridgeRecording? BridgeRecording { get; init; }
}
