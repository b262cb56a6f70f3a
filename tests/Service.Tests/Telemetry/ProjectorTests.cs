using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Tests.Telemetry;

public sealed class ProjectorTests
{
    [Theory]
    [InlineData(Break.Before)]
    [InlineData(Break.After)]
    internal async Task A_commit_that_breaks_off_is_settled_and_stored_once(Break how)
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(1), Window(1)));

        bench.Store.NextCommit = how;
        long cursor = bench.Journal.Append([Messages.Telemetry("a", Bench.At(2), Window(2))]);
        await bench.Time.TimerSetAsync();
        Assert.NotNull(bench.Progress.Fault);
        bench.Time.Advance(TimeSpan.FromMilliseconds(TelemetryLimits.FirstRetryMs));
        await bench.Progress.ReachedAsync(cursor);
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(3), Window(3)));

        Assert.Equal([1u, 2u, 3u], (await bench.WindowsAsync("a")).Select(window => window.Sequence));
        Assert.Equal(0, bench.Counts.Device("a")!.WindowDuplicates);
        Assert.Equal(new StoreAudit(3, 0), await bench.Counts.AuditAsync(CancellationToken.None));
        Assert.Null(bench.Progress.Fault);
    }

    [Fact]
    public async Task A_crash_between_commit_and_prune_stores_nothing_twice()
    {
        await using Bench bench = await Bench.RunningAsync();
        bench.Journal.FailPrune = new IOException("The process died here.");
        long cursor = bench.Journal.Append([Messages.Telemetry("a", Bench.At(1), Window(1), Window(2))]);
        await bench.Progress.ReachedAsync(cursor);
        await bench.StopAsync();
        Assert.Equal(1, bench.Journal.Kept);

        await bench.RestartAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(3), Window(3)));

        Assert.Equal([1u, 2u, 3u], (await bench.WindowsAsync("a")).Select(window => window.Sequence));
        Assert.Equal(0, bench.Counts.Device("a")!.WindowDuplicates);
        Assert.Equal(0, bench.Journal.Kept);
    }

    [Fact]
    public async Task What_is_sent_again_is_counted_and_stored_once_even_after_a_restart()
    {
        await using Bench bench = await Bench.RunningAsync();
        IngestMessage message = Messages.Telemetry("a", Bench.At(1), Window(1), Window(2));
        await bench.ProjectAsync(message, message);
        await bench.RestartAsync();
        await bench.ProjectAsync(message);
        // Relative times resolve to another start when they come again; the sequence still tells.
        await bench.ProjectAsync(Messages.Telemetry(
            "a", Bench.At(9), new SentWindow(7, 2, -60_000, 60_000, TimeQuality.Relative, Messages.Pm25(1))));

        DeviceStats stats = bench.Counts.Device("a")!;
        Assert.Equal((2, 5), (stats.WindowsStored, stats.WindowDuplicates));
        Assert.Equal(new StoreAudit(2, 0), await bench.Counts.AuditAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_locked_database_keeps_telemetry_in_the_journal_and_says_so()
    {
        await using Bench bench = await Bench.RunningAsync();
        await bench.ProjectAsync(Messages.Telemetry("a", Bench.At(1), Window(1)));
        var other = new SqliteConnection($"Data Source={bench.Path};Pooling=false");
        other.Open();
        using (SqliteCommand hold = other.CreateCommand())
        {
            hold.CommandText = "BEGIN IMMEDIATE";
            hold.ExecuteNonQuery();
        }
        long cursor = bench.Journal.Append([Messages.Telemetry("a", Bench.At(2), Window(2))]);
        await bench.Time.TimerSetAsync();
        Assert.StartsWith(nameof(TelemetryStoreFault.Locked), bench.Progress.Fault);
        Assert.Equal(1, bench.Journal.Kept);
        Assert.Single(await bench.WindowsAsync("a"));

        other.Dispose();
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.Progress.ReachedAsync(cursor).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await bench.WindowsAsync("a")).Count);
    }

    [Fact]
    public async Task A_full_database_loses_nothing()
    {
        await using var bench = new Bench(maxMegabytes: 1);
        await bench.Projector.StartAsync(CancellationToken.None);
        long cursor = 0;
        uint sequence = 0;
        for (int i = 0; i < 40; i++)
        {
            SentWindow[] windows = [.. Enumerable.Range(0, 1000).Select(_ => Window(++sequence))];
            cursor = bench.Journal.Append([.. windows.Chunk(20).Select(part => Messages.Telemetry("a", Bench.At(1), part))]);
        }
        await bench.Time.TimerSetAsync();
        Assert.StartsWith(nameof(TelemetryStoreFault.Full), bench.Progress.Fault);
        Assert.NotEqual(0, bench.Journal.Kept);

        bench.MaxMegabytes = 0;
        await bench.RestartAsync();
        await bench.Progress.ReachedAsync(cursor);
        Assert.Equal(new StoreAudit(sequence, 0), await bench.Counts.AuditAsync(CancellationToken.None));
        Assert.Equal(0, bench.Counts.Device("a")!.WindowDuplicates);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        await using var bench = new Bench();
        await File.WriteAllTextAsync(bench.Path, new string('x', 5000));
        await bench.Projector.StartAsync(CancellationToken.None);
        await bench.Time.TimerSetAsync();
        Assert.StartsWith(nameof(TelemetryStoreFault.Damaged), bench.Progress.Fault);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        await using var bench = new Bench();
        using (var newer = new SqliteConnection($"Data Source={bench.Path};Pooling=false"))
        {
            newer.Open();
            using SqliteCommand mark = newer.CreateCommand();
            mark.CommandText = "PRAGMA user_version = 99";
            mark.ExecuteNonQuery();
        }
        await bench.Projector.StartAsync(CancellationToken.None);
        await bench.Time.TimerSetAsync();
        Assert.StartsWith(nameof(TelemetryStoreFault.NewerVersion), bench.Progress.Fault);
    }

    [Fact]
    public async Task Subscribers_hear_after_the_commit_and_duplicates_are_no_news()
    {
        await using Bench bench = await Bench.RunningAsync();
        using LiveSubscription subscription = bench.Live.Subscribe()!;
        IngestMessage message = Messages.Telemetry("a", Bench.At(1), Window(1));
        await bench.ProjectAsync(message);
        Assert.True(subscription.TryRead(out LiveNotice notice));
        Assert.Equal(new LiveNotice(LiveKind.Telemetry, "a"), notice);
        await bench.ProjectAsync(message);
        Assert.False(subscription.TryRead(out _));
    }

    private static SentWindow Window(uint sequence) =>
        new(7, sequence, Bench.At(sequence), 60_000, TimeQuality.Synchronised, Messages.Pm25(1200 + sequence));
}
