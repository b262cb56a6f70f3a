using System.Diagnostics;

namespace EdgeFleet.Service.Ingest;

/// <summary>The writer's thread.</summary>
public sealed partial class IngestJournal
{
    // Deleting with every commit would write the same pages again and again; this many batches at least go together.
    private const int PruneAtLeast = 64;

    private void Write()
    {
        try
        {
            while (Take(out Batch? batch, out long pruneThrough))
            {
                bool stored = Store(batch, pruneThrough);
                Settle(batch, stored);
                if (!stored)
                    return;
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Waits for something to do; false once there is nothing more to come.</summary>
    private bool Take(out Batch batch, out long pruneThrough)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            while (_filling.Messages == 0 && !PruneIsDue() && !_stopping)
                Monitor.Wait(_gate);
            batch = _filling;
            pruneThrough = PruneIsDue() ? _pruneThrough : 0;
            if (batch.Messages == 0 && pruneThrough == 0)
                return false;
            (_filling, _spare) = (_spare, _filling);
            if (_backlog <= _settings.MaxBacklogBytes)
                (room, _room) = (_room, null);
        }
        room?.SetResult();
        return true;
    }

    private bool PruneIsDue()
    {
        long due = Math.Min(_pruneThrough, _head - 1);
        long pruned = _writer.PrunedThrough;
        return due > pruned
            && (due - pruned >= PruneAtLeast || _stopping || _writer.Bytes > _settings.MaxBacklogBytes / 2);
    }

    /// <summary>Through where to delete with a commit that failed before: on a full disk, what was read makes room.</summary>
    private long PruneToMakeRoom()
    {
        lock (_gate)
            return Math.Min(_pruneThrough, _head - 1) > _writer.PrunedThrough ? _pruneThrough : 0;
    }

    /// <summary>Commits until it succeeds, or until the journal is being closed.</summary>
    private bool Store(Batch batch, long pruneThrough)
    {
        int waitMs = IngestLimits.FirstRetryMs;
        long number = _head == 0 ? _firstNumber : _head + 1;
        while (true)
        {
            try
            {
                long started = Stopwatch.GetTimestamp();
                _writer.Commit(batch.Bytes, number, pruneThrough);
                IngestMetrics.Committed(batch.Messages, batch.Bytes.Length, Stopwatch.GetElapsedTime(started));
                Recovered();
                return true;
            }
            catch (IngestException e)
            {
                Failed(e);
            }
            if (_stop.IsCancellationRequested)
                return false;
            Pause(waitMs);
            pruneThrough = PruneToMakeRoom();
            waitMs = Math.Min(waitMs * 2, IngestLimits.MaxRetryMs);
        }
    }

    private void Pause(int waitMs)
    {
        try
        {
            Task.Delay(TimeSpan.FromMilliseconds(waitMs), _time, _stop.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // One last try follows.
        }
    }

    private void Settle(Batch batch, bool stored)
    {
        if (stored)
            batch.Acknowledge(e => LogSessionFailed(_log, e));
        int messages = batch.Messages;
        TaskCompletionSource? moved = null;
        TaskCompletionSource? room;
        batch.Clear();
        lock (_gate)
        {
            _spare = batch;
            if (stored)
            {
                _settled += messages;
                Volatile.Write(ref _head, _writer.Head);
                (moved, _moved) = (_moved, null);
            }
            room = Measure();
        }
        room?.SetResult();
        moved?.SetResult();
    }

    private void End()
    {
        _writer.Dispose();
        lock (_readGate)
            _reader.Dispose();
        TaskCompletionSource? room;
        TaskCompletionSource? moved;
        lock (_gate)
        {
            _stopping = true;
            _ended = true;
            (room, _room) = (_room, null);
            (moved, _moved) = (_moved, null);
        }
        // Who still waits for room finds the journal closed.
        room?.SetResult();
        moved?.SetException(new ObjectDisposedException(nameof(IngestJournal)));
        _stopped.SetResult();
    }

    private void Failed(IngestException e)
    {
        IngestMetrics.Failures.Add(1, new KeyValuePair<string, object?>("reason", e.Name));
        if (_fault != e.Name)
            LogFailed(_log, e.Name, e.Message);
        _fault = e.Name;
    }

    private void Recovered()
    {
        if (_fault == null)
            return;
        LogRecovered(_log, _fault);
        _fault = null;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message =
        "{Fault}: the ingest journal cannot be written; nothing is acknowledged until it can. {Detail}")]
    private static partial void LogFailed(ILogger log, string fault, string detail);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message =
        "The ingest journal can be written again after {Fault}")]
    private static partial void LogRecovered(ILogger log, string fault);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A session failed to take its receipts")]
    private static partial void LogSessionFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "{Fault}: the last {Bytes} bytes of batch {Number} are "
        + "not what was written and are lost; {Messages} messages before them were read. Check the disk.")]
    private static partial void LogDamaged(ILogger log, string fault, long number, int bytes, int messages);
}
