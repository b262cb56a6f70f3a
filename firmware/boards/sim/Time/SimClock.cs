namespace EdgeFleet.Boards.Sim.Time;

/// <summary>True time, as the simulated world has it. What a node knows of it is another matter.</summary>
public abstract class SimClock
{
    /// <summary>Unix milliseconds. Never goes back.</summary>
    public abstract long UtcMs { get; }
}

/// <summary>Time that passes by itself.</summary>
public sealed class RealClock : SimClock
{
    private readonly TimeProvider _time;
    private readonly long _startUtcMs;
    private readonly long _startStamp;

    /// <param name="startUtcMs">What the clock shows now; the present where it is left out.</param>
    /// <param name="time">The system's clock where it is left out.</param>
    public RealClock(long? startUtcMs = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _startUtcMs = startUtcMs ?? _time.GetUtcNow().ToUnixTimeMilliseconds();
        _startStamp = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    // By the monotonic clock: the system's time of day may be set back under us.
    public override long UtcMs => _startUtcMs + (long)_time.GetElapsedTime(_startStamp).TotalMilliseconds;
}
