namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>How far the journal has come into the telemetry database, and what holds it up.</summary>
public sealed class ProjectionProgress
{
    private readonly Lock _lock = new();
    private readonly List<(long Cursor, TaskCompletionSource Done)> _waiters = [];
    private long _cursor;
    private volatile string? _fault;

    /// <summary>Place of the journal through which everything is stored.</summary>
    public long Cursor => Interlocked.Read(ref _cursor);

    /// <summary>Why nothing is stored at the moment, or null.</summary>
    public string? Fault
    {
        get => _fault;
        internal set => _fault = value;
    }

    /// <summary>Completes once everything through this place of the journal is stored and can be read.</summary>
    public Task ReachedAsync(long cursor, CancellationToken cancel = default)
    {
        lock (_lock)
        {
            if (_cursor >= cursor)
                return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((cursor, done));
            return done.Task.WaitAsync(cancel);
        }
    }

    internal void Reach(long cursor)
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _cursor, cursor);
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Cursor > cursor)
                    continue;
                _waiters[i].Done.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }
}
