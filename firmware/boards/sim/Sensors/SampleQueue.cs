using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.Boards.Sim.Sensors;

/// <summary>
/// Which samples of a free-running sensor wait in its queue, by true time alone. A queue that is full loses its oldest.
/// </summary>
internal struct SampleQueue
{
    private readonly SimClock _world;
    private readonly int _rateMilliHz;
    private readonly int _depth;
    private readonly long _startUtcMs;
    private readonly long _end;

    /// <param name="startUtcMs">When sample 0 is taken.</param>
    /// <param name="end">How many samples there are in all.</param>
    public SampleQueue(SimClock world, int rateMilliHz, int depth, long startUtcMs, long end = long.MaxValue)
    {
        _world = world;
        _rateMilliHz = rateMilliHz;
        _depth = depth;
        _startUtcMs = startUtcMs;
        _end = end;
        // What was taken before the power came on is in nobody's queue; a sample that is due just now is.
        long elapsed = Math.Max(0, world.UtcMs - startUtcMs);
        Next = ((elapsed * rateMilliHz) + 999_999) / 1_000_000;
    }

    /// <summary>Number of the next sample to take out.</summary>
    public long Next { get; private set; }

    /// <summary>When a sample is taken, Unix milliseconds, rounded down.</summary>
    public readonly long UtcMsOf(long sample) => _startUtcMs + (sample * 1_000_000 / _rateMilliHz);

    /// <summary>How many samples can be taken out, after how many were lost; take the lost ones first.</summary>
    public readonly int Waiting(out int lost)
    {
        lost = 0;
        long elapsed = _world.UtcMs - _startUtcMs;
        if (elapsed < 0)
            return 0;
        long waiting = Math.Min(_end, (elapsed * _rateMilliHz / 1_000_000) + 1) - Next;
        lost = (int)Math.Clamp(waiting - _depth, 0, int.MaxValue);
        return (int)Math.Clamp(waiting, 0, _depth);
    }

    public void Skip(long samples) => Next += samples;
}
