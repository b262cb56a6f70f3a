using System.Diagnostics;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Ingest;

/// <summary>Where a journal is, and how large it may become.</summary>
/// <param name="Path">The file.</param>
public sealed record JournalSettings(string Path)
{
    /// <summary>Unread bytes beyond which senders wait.</summary>
    public long MaxBacklogBytes { get; init; } = IngestLimits.MaxBacklogBytes;

    /// <summary>
    /// Bytes that the file may take; beyond it the journal is <see cref="JournalFault.Full"/>. Twice the backlog leaves
    /// room for pages that are half filled and for what was read but not deleted yet.
    /// </summary>
    public long MaxFileBytes { get; init; } = 2 * IngestLimits.MaxBacklogBytes;
}

/// <summary>
/// The durable journal of everything that nodes send, between the gateway and the projector. A message is acknowledged
/// when the batch that it is part of has been committed and synced; many connections share a commit.
/// </summary>
/// <remarks>
/// Appending copies the message into the batch that is being filled. One thread swaps that batch for an empty one,
/// commits it, tells the sessions, and starts over: the longer a commit takes, the more messages the next one carries.
/// Both batches are bounded; when the one being filled is full, or too much was not read yet, appending waits. When a
/// commit fails, the batch is kept and tried again, and nothing in it is acknowledged.
/// </remarks>
public sealed partial class IngestJournal : IIngestReader, IAsyncDisposable
{
    // Reading and writing do not wait for each other.
    private readonly Lock _readGate = new();
    private readonly object _gate = new();
    private readonly JournalSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<IngestJournal> _log;
    private readonly JournalWriter _writer;
    private readonly JournalReader _reader;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _firstNumber;

    private Batch _filling = new();
    private Batch _spare = new();
    private long _appended;
    private long _settled;
    private long _head;
    private long _backlog;
    private long _pruneThrough;
    private bool _stopping;
    private bool _ended;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _moved;
    private volatile string? _fault;

    /// <summary>Opens the journal and starts its writer.</summary>
    /// <exception cref="IngestException">The file cannot be opened; the name says why.</exception>
    public IngestJournal(JournalSettings settings, TimeProvider time, ILogger<IngestJournal> log)
    {
        _settings = settings;
        _time = time;
        _log = log;
        _writer = new JournalWriter(settings.Path, settings.MaxFileBytes);
        try
        {
            _reader = new JournalReader(settings.Path, settings.MaxFileBytes);
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
        _head = _writer.Head;
        _backlog = _writer.Bytes;
        // Where somebody threw the file away, its successor's numbers must not look like ones that were read long ago.
        _firstNumber = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        _thread = new Thread(Write) { Name = "edgefleet-journal", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Bytes that are durable and were not read yet.</summary>
    public long BacklogBytes => Volatile.Read(ref _backlog);

    /// <summary>Why nothing can be written at the moment (see <see cref="JournalFault"/>); null while all is well.</summary>
    public string? Fault => _fault;

    /// <summary>
    /// Takes a message into the next batch. Completes at once while there is room; the payload is copied before this
    /// returns. A receipt other than zero is given to <see cref="IDeviceSession.Stored"/> once the batch is durable.
    /// </summary>
    /// <param name="id">ASCII, at most 255 characters.</param>
    /// <param name="payload">At most <see cref="Limits.MaxPayload"/> bytes.</param>
    /// <exception cref="ObjectDisposedException">The journal is closed.</exception>
    public ValueTask AppendAsync(
        IDeviceSession session, TopicKind kind, string id, ReadOnlyMemory<byte> payload, ushort receipt,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.MaxPayload);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, byte.MaxValue);
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return TryAppend(session, kind, id, payload.Span, receipt, nowMs, out Task room)
            ? ValueTask.CompletedTask
            : new ValueTask(AppendLaterAsync(session, kind, id, payload.ToArray(), receipt, nowMs, room, cancel));
    }

    /// <inheritdoc/>
    public IngestBatch? Read(long after)
    {
        if (Head <= after)
            return null;
        IngestBatch? batch;
        lock (_readGate)
            batch = _reader.Read(after);
        if (batch is { LostBytes: > 0 })
        {
            IngestMetrics.Failures.Add(1, new KeyValuePair<string, object?>("reason", JournalFault.Corrupt));
            LogDamaged(_log, JournalFault.Corrupt, batch.Number, batch.LostBytes, batch.Messages.Count);
        }
        return batch;
    }

    /// <inheritdoc/>
    public async ValueTask<IngestBatch> ReadAsync(long after, CancellationToken cancel)
    {
        while (true)
        {
            Task moved = Moved();
            if (Read(after) is { } batch)
                return batch;
            await moved.WaitAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public void Prune(long through)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _pruneThrough = Math.Max(_pruneThrough, through);
            room = Measure();
            Monitor.Pulse(_gate);
        }
        room?.SetResult();
    }

    /// <inheritdoc/>
    public async Task SettledAsync(CancellationToken cancel = default)
    {
        long target = Volatile.Read(ref _appended);
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_settled >= target)
                    return;
                moved = Moved();
            }
            await moved.WaitAsync(cancel);
        }
    }

    /// <summary>Writes what is pending, once, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }
        _stop.Cancel();
        await _stopped.Task;
    }

    private bool TryAppend(
        IDeviceSession session, TopicKind kind, string id, ReadOnlySpan<byte> payload, ushort receipt, long nowMs,
        out Task room)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_backlog <= _settings.MaxBacklogBytes
                && _filling.TryAdd(session, kind, id, payload, receipt, nowMs))
            {
                _appended++;
                if (_filling.Messages == 1)
                    Monitor.Pulse(_gate);
                room = Task.CompletedTask;
                return true;
            }
            room = (_room ??= Signal()).Task;
            return false;
        }
    }

    private async Task AppendLaterAsync(
        IDeviceSession session, TopicKind kind, string id, byte[] payload, ushort receipt, long nowMs, Task room,
        CancellationToken cancel)
    {
        IngestMetrics.Waits.Add(1);
        do
            await room.WaitAsync(cancel);
        while (!TryAppend(session, kind, id, payload, receipt, nowMs, out room));
    }

    private Task Moved()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            return (_moved ??= Signal()).Task;
        }
    }

    /// <summary>Takes stock of the backlog; gives the signal for who waits for room, where there is some.</summary>
    private TaskCompletionSource? Measure()
    {
        // The newest batch stays in the file even when it was read, so the file's size alone would never reach zero.
        Volatile.Write(ref _backlog, _pruneThrough >= _head ? 0 : _writer.Bytes);
        if (_backlog > _settings.MaxBacklogBytes)
            return null;
        TaskCompletionSource? room = _room;
        _room = null;
        return room;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
