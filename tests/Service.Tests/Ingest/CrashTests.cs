using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Tests.Ingest;

/// <summary>What a crash leaves is a journal; what a bad disk leaves is named.</summary>
public sealed class CrashTests
{
    /// <summary>The files as they lie there the moment that a receipt is given are what a crash leaves.</summary>
    [Fact]
    public async Task Every_crash_after_a_receipt_finds_the_message()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        int checkedImages = 0;
        ListeningSession session = new("airbox-1", receipts =>
        {
            string image = Copy(bench, $"image-{receipts[^1]}");
            List<string> found = [.. JournalBench.InFile(image).Select(JournalBench.Text)];
            Assert.Equal(Enumerable.Range(1, receipts[^1]).Select(i => $"message {i}"), found);
            checkedImages++;
        });
        for (ushort i = 1; i <= 40; i++)
        {
            await JournalBench.AppendAsync(journal, session, i, $"message {i}");
            if (i % 3 == 0)
                await journal.SettledAsync(TestContext.Current.CancellationToken);
        }
        await session.ReceivedAsync(40);
        Assert.True(checkedImages >= 14);
        Assert.DoesNotContain(bench.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    /// <summary>A write that the power cut short leaves the log at any length: some of the last commits are missing.</summary>
    [Fact]
    public async Task A_torn_log_gives_the_commits_before_the_tear()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        List<long> lengths = [];
        for (ushort i = 1; i <= 12; i++)
        {
            await JournalBench.AppendAsync(journal, session, i, $"message {i}");
            await session.ReceivedAsync(i);
            lengths.Add(new FileInfo(bench.File + "-wal").Length);
        }
        string image = Copy(bench, "torn");
        byte[] log = File.ReadAllBytes(image + "-wal");
        int fewer = 0;
        for (int cut = 0; cut <= log.Length; cut += cut < log.Length - 97 ? 97 : 1)
        {
            string torn = Path.Combine(Directory.CreateDirectory(Path.Combine(bench.Folder, $"cut-{cut}")).FullName, "x.db");
            File.Copy(image, torn);
            File.WriteAllBytes(torn + "-wal", log[..cut]);
            List<string> found = [.. JournalBench.InFile(torn).Select(JournalBench.Text)];
            Assert.Equal(Enumerable.Range(1, found.Count).Select(i => $"message {i}"), found);
            // Whatever ends before the tear was acknowledged, and is there.
            Assert.True(found.Count >= lengths.Count(length => length <= cut));
            fewer += found.Count < 12 ? 1 : 0;
            Directory.Delete(Path.GetDirectoryName(torn)!, recursive: true);
        }
        Assert.NotEqual(0, fewer);
    }

    [Fact]
    public async Task A_journal_goes_on_where_it_was()
    {
        await using JournalBench bench = new();
        ListeningSession session = new("airbox-1");
        long cursor;
        await using (IngestJournal first = bench.Open())
        {
            await JournalBench.AppendAsync(first, session, 1, "read");
            cursor = (await first.ReadAsync(0, TestContext.Current.CancellationToken)).Number;
            await JournalBench.AppendAsync(first, session, 2, "not read");
            first.Prune(cursor);
        }
        await using (IngestJournal second = bench.Open())
        {
            IngestBatch batch = second.Read(cursor)!;
            Assert.Equal("not read", JournalBench.Text(Assert.Single(batch.Messages)));
            cursor = batch.Number;
            second.Prune(cursor);
        }
        // Everything was read, and still a new message comes after it.
        await using IngestJournal third = bench.Open();
        Assert.Null(third.Read(cursor));
        await JournalBench.AppendAsync(third, session, 3, "new");
        IngestBatch next = await third.ReadAsync(cursor, TestContext.Current.CancellationToken);
        Assert.Equal("new", JournalBench.Text(Assert.Single(next.Messages)));
    }

    [Fact]
    public async Task A_journal_that_was_thrown_away_does_not_repeat_its_numbers()
    {
        await using JournalBench bench = new();
        ListeningSession session = new("airbox-1");
        long cursor = 0;
        for (ushort i = 1; i <= 3; i++)
        {
            await using (IngestJournal journal = bench.Open())
            {
                await JournalBench.AppendAsync(journal, session, i, $"{i}");
                await session.ReceivedAsync(i);
                IngestBatch batch = await journal.ReadAsync(cursor, TestContext.Current.CancellationToken);
                Assert.Equal($"{i}", JournalBench.Text(Assert.Single(batch.Messages)));
                cursor = batch.Number;
            }
            foreach (string file in Directory.GetFiles(bench.Folder))
                File.Delete(file);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Closing_writes_what_waits_and_ends_who_waits()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        ValueTask<IngestBatch> reading = journal.ReadAsync(long.MaxValue - 1, TestContext.Current.CancellationToken);
        for (ushort i = 1; i <= 100; i++)
            await JournalBench.AppendAsync(journal, session, i, $"{i}");
        await journal.DisposeAsync();
        Assert.Equal(100, session.Receipts.Count);
        Assert.Equal(100, JournalBench.InFile(bench.File).Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await JournalBench.AppendAsync(journal, session, 101, "late"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await journal.ReadAsync(long.MaxValue - 1, default));
    }

    [Fact]
    public async Task Closing_while_nothing_can_be_written_acknowledges_nothing()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        using (Support.DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            await JournalBench.AppendAsync(journal, session, 1, "never stored");
            await journal.DisposeAsync();
        }
        Assert.Empty(session.Calls);
        Assert.Empty(JournalBench.InFile(bench.File));
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_named()
    {
        await using JournalBench bench = new();
        File.WriteAllText(bench.File, new string('x', 20_000));
        Assert.Equal(JournalFault.Corrupt, Assert.Throws<IngestException>(() => bench.Open()).Name);
        File.Delete(bench.File);
        Directory.CreateDirectory(bench.File);
        Assert.Equal(JournalFault.InputOutput, Assert.Throws<IngestException>(() => bench.Open()).Name);
    }

    [Fact]
    public async Task A_damaged_batch_is_named_and_does_not_hold_up_what_is_behind_it()
    {
        await using JournalBench bench = new();
        ListeningSession session = new("airbox-1");
        await using (IngestJournal journal = bench.Open())
        {
            foreach (ushort i in new ushort[] { 1, 2, 3 })
            {
                await JournalBench.AppendAsync(journal, session, i, $"message {i}");
                await session.ReceivedAsync(i);
            }
        }
        using (JournalFile file = JournalFile.Open(bench.File, long.MaxValue))
        {
            file.Execute("UPDATE batches SET messages = substr(messages, 1, 15) WHERE number = "
                + "(SELECT number FROM batches ORDER BY number LIMIT 1 OFFSET 1)");
        }
        IngestJournal again = bench.Open();
        IngestBatch first = again.Read(0)!;
        IngestBatch damaged = again.Read(first.Number)!;
        Assert.Empty(damaged.Messages);
        Assert.Equal(6, damaged.LostBytes);
        Assert.Single(bench.Logs.Lines, line => line.StartsWith("Error: journal-corrupt", StringComparison.Ordinal));
        Assert.Equal("message 3", JournalBench.Text(Assert.Single(again.Read(damaged.Number)!.Messages)));
    }

    [Fact]
    public void Any_bytes_are_a_batch_or_say_how_much_of_them_is_none()
    {
        Batch batch = new();
        ListeningSession session = new("x");
        for (int i = 0; i < 20; i++)
            Assert.True(batch.TryAdd(session, TopicKind.Event, $"node-{i}", Encoding.ASCII.GetBytes($"p{i}"), 1, 1000 + i));
        byte[] sound = batch.Bytes.ToArray();
        BatchDecoder decoder = new();
        Assert.Equal(20, decoder.Decode(1, sound).Messages.Count);
        for (int cut = 0; cut < sound.Length; cut++)
        {
            IngestBatch decoded = decoder.Decode(1, sound[..cut]);
            Assert.True(decoded.LostBytes <= cut && decoded.Messages.Count < 20);
            Assert.All(decoded.Messages, (m, i) => Assert.Equal($"p{i}", JournalBench.Text(m)));
        }
        Random random = new(7);
        for (int turn = 0; turn < 20_000; turn++)
        {
            byte[] bytes = turn % 2 == 0 ? (byte[])sound.Clone() : new byte[random.Next(200)];
            if (turn % 2 == 0)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            else
                random.NextBytes(bytes);
            if (bytes.Length > 0 && turn % 4 == 1)
                bytes[0] = Batch.Version;
            IngestBatch decoded = decoder.Decode(1, bytes);
            Assert.InRange(decoded.LostBytes, 0, bytes.Length);
            Assert.All(decoded.Messages, m => Assert.True(m.Payload.Offset + m.Payload.Count <= bytes.Length));
        }
    }

    private static string Copy(JournalBench bench, string name)
    {
        string to = Path.Combine(Directory.CreateDirectory(Path.Combine(bench.Folder, name)).FullName, "x.db");
        File.Copy(bench.File, to);
        File.Copy(bench.File + "-wal", to + "-wal");
        return to;
    }
}
