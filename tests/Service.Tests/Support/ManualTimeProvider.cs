namespace EdgeFleet.Service.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. Timers and delays that were made from it fire, in order, on the
/// thread that moves it, with the clock standing at their due time.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly object _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now;
    private DateTimeOffset _zero;

    /// <param name="start">Where the clock stands; 2026-01-01T00:00:00Z where a test does not care.</param>
    public ManualTimeProvider(DateTimeOffset? start = null)
    {
        _zero = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _now = _zero;
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are waiting, delays included: a test that must not run ahead of one can look for it.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return (_now - _zero).Ticks;
    }

    /// <summary>Moves the clock on, firing what falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset until = GetUtcNow() + by;
        while (NextDue(until) is { } timer)
            timer.Fire();
        lock (_gate)
            _now = until;
    }

    /// <summary>
    /// Sets the clock without firing anything, as an operator or a time server does; it may go back. Timestamps and
    /// timers do not notice.
    /// </summary>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_gate)
        {
            TimeSpan jump = now - _now;
            _now = now;
            _zero += jump;
            foreach (ManualTimer timer in _timers)
                timer.Due += jump;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? NextDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(t => t.Due <= until).MinBy(t => t.Due);
            if (next == null)
                return null;
            if (next.Due > _now)
                _now = next.Due;
            if (next.Period == Timeout.InfiniteTimeSpan || next.Period == TimeSpan.Zero)
                _timers.Remove(next);
            else
                next.Due += next.Period;
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                Period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
