using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>A journal that survives the crashes of a test: batches numbered from 1, forgotten once projected.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, IReadOnlyList<JournalMessage>> _batches = [];
    private TaskCompletionSource _appended = New();

    public long Last { get; private set; }

    /// <summary>Batches that are still kept.</summary>
    public int Kept
    {
        get
        {
            lock (_lock)
                return _batches.Count;
        }
    }

    /// <summary>What to throw instead of forgetting, once.</summary>
    public Exception? FailProjected { get; set; }

    public long Append(IReadOnlyList<JournalMessage> messages)
    {
        lock (_lock)
        {
            _batches.Add(++Last, messages);
            _appended.TrySetResult();
            return Last;
        }
    }

    public async ValueTask<JournalChunk> ReadAsync(long after, int messages, CancellationToken cancel)
    {
        while (true)
        {
            Task appended;
            lock (_lock)
            {
                var taken = new List<JournalMessage>();
                long cursor = after;
                foreach ((long number, IReadOnlyList<JournalMessage> batch) in _batches)
                {
                    if (number <= after || taken.Count >= messages)
                        continue;
                    taken.AddRange(batch);
                    cursor = number;
                }
                if (cursor > after)
                    return new(cursor, taken);
                _appended = New();
                appended = _appended.Task;
            }
            await appended.WaitAsync(cancel);
        }
    }

    public ValueTask ProjectedAsync(long through, CancellationToken cancel)
    {
        if (FailProjected is { } failure)
        {
            FailProjected = null;
            throw failure;
        }
        lock (_lock)
        {
            foreach (long number in _batches.Keys.Where(number => number <= through).ToList())
                _batches.Remove(number);
        }
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
