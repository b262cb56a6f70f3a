using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>
/// Which samples of a free-running sensor wait in its queue, by true time alone: sample 0 is taken when the power comes
/// on, and a queue that is full loses its oldest.
/// </summary>
internal struct SampleQueue(SimClock world, int rateMilliHz, int depth)
{
    private readonly long _startUtcMs = world.UtcMs;

    /// <summary>Number of the next sample to take out.</summary>
    public long Next { get; private set; }

    /// <summary>When a sample is taken, Unix milliseconds, rounded down.</summary>
    public readonly long UtcMsOf(long sample) => _startUtcMs + (sample * 1_000_000 / rateMilliHz);

    /// <summary>How many samples can be taken out, after how many were lost; take the lost ones first.</summary>
    public readonly int Waiting(out int lost)
    {
        long taken = ((world.UtcMs - _startUtcMs) * rateMilliHz / 1_000_000) + 1;
        long waiting = taken - Next;
        lost = (int)Math.Clamp(waiting - depth, 0, int.MaxValue);
        return (int)Math.Min(waiting, depth);
    }

    public void Skip(long samples) => Next += samples;
}
