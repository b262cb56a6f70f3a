using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Boards.Sim;

/// <summary>A board's random numbers, from a seed.</summary>
public sealed class SimEntropy(SimRandom random) : IEntropy
{
    /// <inheritdoc/>
    public uint Next() => (uint)(random.Next() >> 32);
}
