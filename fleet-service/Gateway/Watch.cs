namespace EdgeFleet.Service.Gateway;

/// <summary>
/// All connections, and one timer for all of their deadlines. A timer a connection would cost more memory than the
/// connection's own state, and a look at ten thousand deadlines takes a tenth of a millisecond.
/// </summary>
internal sealed class Watch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly List<MqttConnection> _due = [];
    private MqttConnection? _first;
    private long _nowMs;
    private int _sweeping;

    public Watch(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        TimeSpan interval = TimeSpan.FromMilliseconds(GatewayLimits.SweepMs);
        _timer = time.CreateTimer(static watch => ((Watch)watch!).Sweep(), this, interval, interval);
    }

    /// <summary>Milliseconds since the start, as of the last sweep: what a message costs must not include a clock.</summary>
    public long NowMs => Volatile.Read(ref _nowMs);

    /// <summary>Connections, those included that are not let in yet.</summary>
    public int Count { get; private set; }

    public void Add(MqttConnection connection)
    {
        lock (_gate)
        {
            connection.Next = _first;
            if (_first != null)
                _first.Previous = connection;
            _first = connection;
            Count++;
        }
    }

    public void Remove(MqttConnection connection)
    {
        lock (_gate)
        {
            if (connection.Previous != null)
                connection.Previous.Next = connection.Next;
            else
                _first = connection.Next;
            if (connection.Next != null)
                connection.Next.Previous = connection.Previous;
            Count--;
        }
    }

    /// <summary>All connections at this moment.</summary>
    public List<MqttConnection> All()
    {
        lock (_gate)
        {
            List<MqttConnection> all = new(Count);
            for (MqttConnection? connection = _first; connection != null; connection = connection.Next)
                all.Add(connection);
            return all;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
            return;
        long nowMs = (long)_time.GetElapsedTime(_start).TotalMilliseconds;
        Volatile.Write(ref _nowMs, nowMs);
        lock (_gate)
        {
            for (MqttConnection? connection = _first; connection != null; connection = connection.Next)
            {
                if (connection.IsDue(nowMs))
                    _due.Add(connection);
            }
        }
        // Outside of the lock: what expires leaves the list.
        foreach (MqttConnection connection in _due)
            connection.Expire();
        _due.Clear();
        Volatile.Write(ref _sweeping, 0);
    }
}
