namespace EdgeFleet.Boards.Sim.Host;

/// <summary>What a node says of itself, see the simulator's <c>SimNodeStatus</c>.</summary>
/// <param name="UplinkState">The firmware's <c>UplinkState</c>.</param>
public readonly record struct SimApplicationStatus(
    string DeviceId, int UplinkState, uint Epoch, uint Produced, uint Acknowledged, uint Buffered, uint Dropped,
    uint EventsProduced, uint EventsDropped, string FirmwareVersion);

/// <summary>
/// A node's application for the simulated board. The last component of a bundle for the class <c>sim</c> has exactly one
/// public class that implements this and has a constructor without parameters.
/// </summary>
public interface ISimApplication
{
    /// <summary>Mounts the flash and starts the node; called once.</summary>
    void Start(ISimHardware hardware);

    /// <summary>One step at this uptime, in milliseconds.</summary>
    void Tick(long nowMs);

    /// <summary>Uptime at which the next step is due when nothing comes in before.</summary>
    long NextDueMs(long nowMs);

    /// <summary>What the node says of itself.</summary>
    SimApplicationStatus Status { get; }
}
