using EdgeFleet.Contracts;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Ingest;

/// <summary>What is acknowledged is on disk, and many connections share a commit.</summary>
public sealed class JournalTests
{
    [Fact]
    public async Task A_receipt_is_given_when_the_message_can_be_read_from_the_file()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        List<string> seen = [];
        ListeningSession session = new("airbox-1",
            _ => seen.AddRange(JournalBench.InFile(bench.File).Select(JournalBench.Text)));
        for (ushort i = 1; i <= 20; i++)
        {
            await JournalBench.AppendAsync(journal, session, i, $"message {i}");
            await session.ReceivedAsync(i);
            Assert.Equal($"message {i}", seen[^1]);
        }
    }

    [Fact]
    public async Task Nothing_is_acknowledged_while_another_program_holds_the_file()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        using (DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            await JournalBench.AppendAsync(journal, session, 1, "kept");
            await bench.LoggedAsync(JournalFault.Locked);
            Assert.Equal(JournalFault.Locked, journal.Fault);
            Assert.Empty(session.Calls);
        }
        await bench.RetryUntilAsync(session.ReceivedAsync(1));
        Assert.Equal("kept", JournalBench.Text(Assert.Single(JournalBench.InFile(bench.File))));
        await bench.LoggedAsync("written again");
        Assert.Null(journal.Fault);
        // However often it was tried, the log has it once.
        Assert.Single(bench.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_comes_during_a_commit_goes_into_the_next_one_together()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession[] sessions = [.. Enumerable.Range(1, 50).Select(i => new ListeningSession($"airbox-{i}"))];
        ListeningSession first = new("first");
        using (DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            await JournalBench.AppendAsync(journal, first, 1, "first");
            await bench.LoggedAsync(JournalFault.Locked);
            foreach (ListeningSession session in sessions)
            {
                for (ushort receipt = 1; receipt <= 20; receipt++)
                    await JournalBench.AppendAsync(journal, session, receipt, $"{session.Peer.Id} {receipt}");
            }
        }
        await bench.RetryUntilAsync(Task.WhenAll(sessions.Select(s => s.ReceivedAsync(20))));
        Assert.All(sessions, session => Assert.Equal(Enumerable.Range(1, 20), Assert.Single(session.Calls).Select(r => (int)r)));
        await journal.SettledAsync(TestContext.Current.CancellationToken);
        Assert.Single(journal.Read(0)!.Messages);
        IngestBatch second = journal.Read(journal.Read(0)!.Number)!;
        Assert.Equal(1000, second.Messages.Count);
        Assert.Equal(journal.Head, second.Number);
    }

    [Fact]
    public async Task Many_threads_lose_nothing_and_keep_the_order_of_each_connection()
    {
        await using JournalBench bench = new();
        // A small backlog makes them wait for the reader again and again.
        IngestJournal journal = bench.Open(s => s with { MaxBacklogBytes = 20_000 });
        ListeningSession[] sessions = [.. Enumerable.Range(1, 8).Select(i => new ListeningSession($"airbox-{i}"))];
        Task[] senders = [.. sessions.Select(session => Task.Run(async () =>
        {
            for (ushort i = 1; i <= 2000; i++)
                await JournalBench.AppendAsync(journal, session, i, $"{i}");
        }))];
        Dictionary<string, List<int>> read = [];
        long cursor = 0;
        for (int total = 0; total < 8 * 2000;)
        {
            IngestBatch batch = await journal.ReadAsync(cursor, TestContext.Current.CancellationToken);
            cursor = batch.Number;
            foreach (IngestMessage message in batch.Messages)
            {
                if (!read.TryGetValue(message.Id, out List<int>? numbers))
                    read.Add(message.Id, numbers = []);
                numbers.Add(int.Parse(JournalBench.Text(message)));
            }
            total += batch.Messages.Count;
            journal.Prune(cursor);
        }
        await Task.WhenAll(senders);
        await journal.SettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal(8, read.Count);
        Assert.All(read.Values, numbers => Assert.Equal(Enumerable.Range(1, 2000), numbers));
        Assert.All(sessions, s => Assert.Equal(Enumerable.Range(1, 2000), s.Receipts.Select(r => (int)r)));
    }

    [Fact]
    public async Task Messages_of_all_shapes_come_back_as_they_were()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        Random random = new(1);
        List<(TopicKind Kind, string Id, byte[] Payload, long Ms)> sent = [];
        ListeningSession session = new("x");
        foreach (int size in new[] { 0, 1, 127, 128, 129, Limits.MaxPayload - 1, Limits.MaxPayload })
        {
            foreach (TopicKind kind in Enum.GetValues<TopicKind>())
            {
                byte[] payload = new byte[size];
                random.NextBytes(payload);
                string id = new('a', random.Next(0, 256));
                sent.Add((kind, id, payload, bench.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
                await journal.AppendAsync(session, kind, id, payload, 0, TestContext.Current.CancellationToken);
                bench.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(100_000)));
            }
        }
        await journal.SettledAsync(TestContext.Current.CancellationToken);
        List<IngestMessage> read = JournalBench.InFile(bench.File);
        Assert.Equal(sent.Count, read.Count);
        Assert.All(sent.Zip(read), pair =>
        {
            Assert.Equal((pair.First.Kind, pair.First.Id, pair.First.Ms),
                (pair.Second.Kind, pair.Second.Id, pair.Second.ReceivedMs));
            Assert.Equal(pair.First.Payload, pair.Second.Payload.ToArray());
        });
        // Without a receipt nobody is told.
        Assert.Empty(session.Calls);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_loses_nothing()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("airbox-1");
        using (DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            await JournalBench.AppendAsync(journal, session, 1, "now");
            bench.Clock.SetUtcNow(bench.Clock.GetUtcNow() - TimeSpan.FromDays(3650));
            await JournalBench.AppendAsync(journal, session, 2, "years ago");
        }
        await bench.RetryUntilAsync(session.ReceivedAsync(2));
        Assert.Equal(["now", "years ago"], JournalBench.InFile(bench.File).Select(JournalBench.Text));
    }

    [Fact]
    public async Task One_connection_that_fails_does_not_keep_the_others_receipts()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession broken = new("broken", _ => throw new InvalidOperationException("out of order"));
        ListeningSession sound = new("sound");
        using (DatabaseLock.Take(bench.Folder, JournalBench.FileName))
        {
            await JournalBench.AppendAsync(journal, broken, 1, "a");
            await JournalBench.AppendAsync(journal, sound, 1, "b");
            await JournalBench.AppendAsync(journal, broken, 2, "c");
            await JournalBench.AppendAsync(journal, sound, 2, "d");
        }
        await bench.RetryUntilAsync(sound.ReceivedAsync(2));
        await bench.LoggedAsync("out of order");
        Assert.Equal(4, JournalBench.InFile(bench.File).Count);
    }

    [Fact]
    public async Task A_message_beyond_the_bounds_is_the_callers_error()
    {
        await using JournalBench bench = new();
        IngestJournal journal = bench.Open();
        ListeningSession session = new("x");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await journal.AppendAsync(
            session, TopicKind.Telemetry, "x", new byte[Limits.MaxPayload + 1], 1, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await journal.AppendAsync(
            session, TopicKind.Telemetry, new string('x', 256), default, 1, TestContext.Current.CancellationToken));
    }
}
