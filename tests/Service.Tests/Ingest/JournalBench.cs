using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Ingest;

/// <summary>A journal in a folder of its own, with a clock that the test moves.</summary>
internal sealed class JournalBench : IAsyncDisposable
{
    public const string FileName = "ingest.db";

    private readonly List<IngestJournal> _opened = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;

    public string File => Path.Combine(Folder, FileName);

    public ManualTimeProvider Clock { get; } = new();

    public LogCapture Logs { get; } = new();

    /// <summary>Opens the journal: of a file that is there, as a new start does.</summary>
    public IngestJournal Open(Func<JournalSettings, JournalSettings>? change = null)
    {
        JournalSettings settings = new(File);
        IngestJournal journal = new(change?.Invoke(settings) ?? settings, Clock,
            new Logger<IngestJournal>(new LoggerFactory([Logs])));
        _opened.Add(journal);
        return journal;
    }

    /// <summary>Moves the clock on until the writer, which waits between its tries, has done this.</summary>
    public async Task RetryUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(IngestLimits.FirstRetryMs));
            await Task.Yield();
        }
        await done;
    }

    /// <summary>Waits, with the clock moving, until the log has a line with this in it.</summary>
    public Task LoggedAsync(string text) =>
        Until(() => Logs.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>Waits, with the clock moving, until this holds.</summary>
    public async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Clock.Advance(TimeSpan.FromMilliseconds(IngestLimits.FirstRetryMs));
            await Task.Yield();
        }
    }

    /// <summary>Everything that is in the file, read by a connection that was not there before.</summary>
    public static List<IngestMessage> InFile(string file)
    {
        using JournalReader reader = new(file, long.MaxValue);
        List<IngestMessage> messages = [];
        for (IngestBatch? batch = reader.Read(0); batch != null; batch = reader.Read(batch.Number))
            messages.AddRange(batch.Messages);
        return messages;
    }

    public static string Text(IngestMessage message) => Encoding.UTF8.GetString(message.Payload);

    public static ValueTask AppendAsync(
        IngestJournal journal, IDeviceSession session, ushort receipt, string payload, CancellationToken cancel = default) =>
        journal.AppendAsync(
            session, TopicKind.Telemetry, session.Peer.Id, Encoding.UTF8.GetBytes(payload), receipt, cancel);

    public async ValueTask DisposeAsync()
    {
        foreach (IngestJournal journal in _opened)
            await journal.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A connection that remembers what it was told, and looks at the file the moment that it is told.</summary>
internal sealed class ListeningSession(string id, Action<ushort[]>? told = null) : IDeviceSession
{
    private readonly Lock _lock = new();
    private readonly List<ushort[]> _calls = [];
    private readonly List<(int Count, TaskCompletionSource Signal)> _waiting = [];

    public Peer Peer { get; } = new(PeerRole.Device, id);

    public string RemoteAddress => "127.0.0.1";

    public DateTimeOffset ConnectedAt => default;

    /// <summary>Receipts, one array a call.</summary>
    public IReadOnlyList<ushort[]> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public IReadOnlyList<ushort> Receipts => [.. Calls.SelectMany(call => call)];

    public void Stored(ReadOnlySpan<ushort> receipts)
    {
        ushort[] call = receipts.ToArray();
        told?.Invoke(call);
        List<TaskCompletionSource> ready = [];
        lock (_lock)
        {
            _calls.Add(call);
            int total = _calls.Sum(c => c.Length);
            ready.AddRange(_waiting.Where(w => total >= w.Count).Select(w => w.Signal));
        }
        foreach (TaskCompletionSource signal in ready)
            signal.TrySetResult();
    }

    /// <summary>Completes once this many receipts came.</summary>
    public Task ReceivedAsync(int count)
    {
        TaskCompletionSource signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_calls.Sum(c => c.Length) >= count)
                return Task.CompletedTask;
            _waiting.Add((count, signal));
        }
        return signal.Task;
    }
}
