using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>A journal that survives the crashes of a test: batches numbered from 1, forgotten once projected.</summary>
internal sealed class MemoryJournal : IIngestReader
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, IngestBatch> _batches = [];
    private TaskCompletionSource _appended = New();

    public long Head { get; private set; }

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
    public Exception? FailPrune { get; set; }

    public long Append(IReadOnlyList<IngestMessage> messages)
    {
        lock (_lock)
        {
            _batches.Add(++Head, new IngestBatch(Head, messages));
            _appended.TrySetResult();
            return Head;
        }
    }

    public IngestBatch? Read(long after)
    {
        lock (_lock)
            return _batches.FirstOrDefault(batch => batch.Key > after).Value;
    }

    public async ValueTask<IngestBatch> ReadAsync(long after, CancellationToken cancel)
    {
        while (true)
        {
            Task appended;
            lock (_lock)
            {
                if (Read(after) is { } batch)
                    return batch;
                _appended = New();
                appended = _appended.Task;
            }
            await appended.WaitAsync(cancel);
        }
    }

    public void Prune(long through)
    {
        if (FailPrune is { } failure)
        {
            FailPrune = null;
            throw failure;
        }
        lock (_lock)
        {
            foreach (long number in _batches.Keys.Where(number => number <= through).ToList())
                _batches.Remove(number);
        }
    }

    public Task SettledAsync(CancellationToken cancel = default) => Task.CompletedTask;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
