using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim;

/// <summary>The node asked to be started again. On a board that call does not return, and so it does not here.</summary>
public sealed class RebootException() : Exception("The node restarts.");

/// <summary>The board around a node in one boot.</summary>
/// <param name="seed">The board's seed; with it go the hardware id, the radio's place and the heap.</param>
/// <param name="world">True time.</param>
/// <param name="reason">Why the board started.</param>
public sealed class SimBoard(ulong seed, SimClock world, BootReason reason) : IBoard
{
    // What an ESP32-S3 with PSRAM leaves to the managed heap, and a garbage collector's swing below it.
    private const int HeapBytes = 1_900_000;
    private const int HeapSwingBytes = 160_000;

    private readonly ulong _radio = SimRandom.Derive(seed, "radio");
    private readonly ulong _heap = SimRandom.Derive(seed, "heap");

    /// <inheritdoc/>
    public string HardwareId { get; } = HardwareIdOf(seed);

    /// <inheritdoc/>
    public string Model => "ESP32_S3";

    /// <inheritdoc/>
    public BootReason BootReason => reason;

    /// <inheritdoc/>
    public uint FreeHeapBytes => HeapBytes - (uint)(SimRandom.Mix(_heap, (ulong)world.UtcMs / 1000) % HeapSwingBytes);

    /// <inheritdoc/>
    // Between -48 and -82 dBm by place, and a few dB of fading from one half minute to the next.
    public int RssiDbm =>
        -48 - (int)(_radio % 35) + (int)(2 * SimRandom.Normal(SimRandom.Mix(_radio, (ulong)world.UtcMs / 30_000)));

    /// <summary>
    /// Twelve digits, as of a MAC address. Forty bits of chance: with the three bytes that a manufacturer leaves, two of
    /// ten thousand boards would share an address.
    /// </summary>
    public static string HardwareIdOf(ulong seed) => $"7c{SimRandom.Derive(seed, "mac") & 0xFF_FFFF_FFFF:x10}";

    /// <inheritdoc/>
    public void Reboot() => throw new RebootException();
}
