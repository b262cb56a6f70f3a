namespace EdgeFleet.Boards.Sim.Time;

/// <summary>
/// Time that stands still until <see cref="AdvanceTo"/> moves it. <see cref="Provider"/> shows the same time to code that
/// asks a <see cref="TimeProvider"/>, timers included: they fire inside <see cref="AdvanceTo"/>, on its thread, in the
/// order of their due times and then of their creation.
/// </summary>
public sealed class VirtualClock : SimClock
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<VirtualTimer, (long DueMs, long Number)> _timers = new();
    private long _utcMs;
    private long _numbers;

    /// <param name="startUtcMs">Unix milliseconds.</param>
    public VirtualClock(long startUtcMs)
    {
        StartUtcMs = startUtcMs;
        _utcMs = startUtcMs;
        Provider = new VirtualTimeProvider(this);
    }

    public long StartUtcMs { get; }

    public TimeProvider Provider { get; }

    /// <inheritdoc/>
    public override long UtcMs => Interlocked.Read(ref _utcMs);

    /// <summary>When the next timer is due, Unix milliseconds; <see cref="long.MaxValue"/> where there is none.</summary>
    public long NextTimerMs
    {
        get
        {
            lock (_lock)
                return SkipStale() ? _timers.Peek().DueMs : long.MaxValue;
        }
    }

    /// <summary>Moves time on to <paramref name="utcMs"/>, stopping at every timer that is due on the way.</summary>
    public void AdvanceTo(long utcMs)
    {
        while (true)
        {
            VirtualTimer timer;
            lock (_lock)
            {
                if (!SkipStale() || _timers.Peek().DueMs > utcMs)
                {
                    if (utcMs > _utcMs)
                        Interlocked.Exchange(ref _utcMs, utcMs);
                    return;
                }
                timer = _timers.Dequeue();
                Interlocked.Exchange(ref _utcMs, Math.Max(_utcMs, timer.DueMs));
                timer.Rearm();
            }
            timer.Fire();
        }
    }

    // A timer that was changed leaves its old entry behind. Whether an entry that counts is in front now.
    private bool SkipStale()
    {
        while (_timers.TryPeek(out VirtualTimer? timer, out (long DueMs, long Number) key))
        {
            if (timer.Number == key.Number)
                return true;
            _timers.Dequeue();
        }
        return false;
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _periodMs;
        private bool _disposed;

        public long DueMs { get; private set; }

        /// <summary>Of the entry that counts; -1: none.</summary>
        public long Number { get; private set; } = -1;

        public void Fire() => callback(state);

        public void Rearm()
        {
            if (_periodMs > 0)
                Arm(DueMs + _periodMs);
            else
                Number = -1;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed)
                    return false;
                _periodMs = period == Timeout.InfiniteTimeSpan ? 0 : RoundUp(period);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    Number = -1;
                else
                    Arm(clock._utcMs + RoundUp(dueTime));
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                Number = -1;
                _periodMs = 0;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private static long RoundUp(TimeSpan span) => (long)Math.Ceiling(span.TotalMilliseconds);

        private void Arm(long dueMs)
        {
            DueMs = dueMs;
            Number = clock._numbers++;
            clock._timers.Enqueue(this, (dueMs, Number));
        }
    }

    private sealed class VirtualTimeProvider(VirtualClock clock) : TimeProvider
    {
        public override long TimestampFrequency => 1000;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(clock.UtcMs);

        public override long GetTimestamp() => clock.UtcMs;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            VirtualTimer timer = new(clock, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }
}
