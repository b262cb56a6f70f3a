using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Ingest;

/// <summary>A journal that has no room makes its senders wait, and goes on by itself once there is some.</summary>
public sealed class RoomTests
{
    private static readonly string OneKib = new('x', 1024);

    [Fact]
    public async Task Senders_wait_while_the_reader_is_behind()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open(s => s with { MaxBacklogBytes = 16 * 1024 });
        ListeningSession session = new("airbox-1");
        ushort sent = 0;
        Task waiting = await FillAsync(journal, session, () => ++sent, oneByOne: true);
        Assert.False(waiting.IsCompleted);
        Assert.InRange(journal.BacklogBytes, 16 * 1024, 20 * 1024);
        Assert.Null(journal.Fault);

        journal.Prune(journal.Head);
        await waiting;
        await session.ReceivedAsync(sent);
        Assert.Equal(Enumerable.Range(1, sent), session.Receipts.Select(r => (int)r));
    }

    [Fact]
    public async Task A_sender_that_gives_up_waiting_leaves_nothing_behind()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open(s => s with { MaxBacklogBytes = 16 * 1024 });
        ListeningSession session = new("airbox-1");
        using CancellationTokenSource gone = new();
        ushort sent = 0;
        Task waiting = await FillAsync(journal, session, () => ++sent, oneByOne: true, gone.Token);
        await session.ReceivedAsync(sent - 1);
        gone.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        long head = journal.Head;
        journal.Prune(head);
        await JournalBench.AppendAsync(journal, new ListeningSession("airbox-2"), 1, "next");
        IngestBatch next = await journal.ReadAsync(head, TestContext.Current.CancellationToken);
        Assert.Equal("next", JournalBench.Text(Assert.Single(next.Messages)));
        Assert.Equal(sent - 1, session.Receipts.Count);
    }

    [Fact]
    public async Task Senders_wait_while_both_batches_are_full()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        ushort sent = 0;
        Task waiting;
        using (DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            waiting = await FillAsync(journal, session, () => ++sent, oneByOne: false);
            Assert.InRange(sent, IngestLimits.MaxBatchBytes / 1100, 2 * IngestLimits.MaxBatchBytes / 1024 + 1);
            Assert.Empty(session.Calls);
        }
        await bench.RetryUntilAsync(waiting);
        await bench.RetryUntilAsync(session.ReceivedAsync(sent));
        Assert.Equal(Enumerable.Range(1, sent), session.Receipts.Select(r => (int)r));
        Assert.Equal(sent, JournalBench.InFile(bench.File).Count);
    }

    /// <summary>A file at its bound fails as a full disk does: SQLite gives the same code.</summary>
    [Fact]
    public async Task A_full_disk_is_named_and_over_once_something_was_read()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open(s => s with { MaxFileBytes = 32 * IngestLimits.PageBytes });
        ListeningSession session = new("airbox-1");
        ushort sent = 0;
        while (journal.Fault == null)
        {
            sent++;
            await JournalBench.AppendAsync(journal, session, sent, OneKib);
            await bench.Until(() => journal.Fault != null || session.Receipts.Count == sent);
        }
        Assert.Equal(JournalFault.Full, journal.Fault);
        Assert.Equal(sent - 1, session.Receipts.Count);
        Assert.Equal(sent - 1, JournalBench.InFile(bench.File).Count);
        Assert.Contains(bench.Logs.Lines, line => line.StartsWith("Error: journal-full", StringComparison.Ordinal));

        // What the reader still gets is what was acknowledged; what it has read makes room.
        int read = 0;
        long cursor = 0;
        while (journal.Read(cursor) is { } batch)
        {
            read += batch.Messages.Count;
            cursor = batch.Number;
        }
        Assert.Equal(sent - 1, read);
        journal.Prune(cursor);
        await bench.RetryUntilAsync(session.ReceivedAsync(sent));
        await bench.Until(() => journal.Fault == null);
    }

    [Fact]
    public async Task What_was_read_is_deleted_and_the_file_does_not_grow()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open(s => s with { MaxFileBytes = 4 * 1024 * 1024, MaxBacklogBytes = 1024 * 1024 });
        ListeningSession session = new("airbox-1");
        // Twenty times what the file can hold.
        for (int i = 1; i <= 80 * 1024; i += 64)
        {
            for (int j = i; j < i + 64; j++)
                await JournalBench.AppendAsync(journal, session, (ushort)(j % 60_000 + 1), OneKib);
            await journal.SettledAsync(TestContext.Current.CancellationToken);
            journal.Prune(journal.Head);
        }
        Assert.Null(journal.Fault);
        Assert.InRange(new FileInfo(bench.File).Length, 0, 4 * 1024 * 1024);
        Assert.Equal(80 * 1024, session.Receipts.Count);
    }

    /// <summary>Appends until a message must wait; gives that message's task.</summary>
    /// <param name="oneByOne">The next only once the last is stored, so that every one has a commit of its own.</param>
    private static async Task<Task> FillAsync(
        IngestJournal journal, ListeningSession session, Func<ushort> next, bool oneByOne, CancellationToken cancel = default)
    {
        while (true)
        {
            ushort receipt = next();
            ValueTask append = JournalBench.AppendAsync(journal, session, receipt, OneKib, cancel);
            if (!append.IsCompleted)
                return append.AsTask();
            await append;
            if (oneByOne)
                await session.ReceivedAsync(receipt);
        }
    }
}
