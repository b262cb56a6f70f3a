using System.Diagnostics.Metrics;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>
/// A telemetry database in a folder of its own, a journal in memory and everything that reads: what a test stands on.
/// <see cref="RestartAsync"/> is what a crash and a new start leave: only the file and the journal.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-telemetry-").FullName;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public Bench(int maxMegabytes = 0)
    {
        MaxMegabytes = maxMegabytes;
        Open();
    }

    public int MaxMegabytes { get; set; }

    public string Path => System.IO.Path.Combine(_folder, "telemetry.db");

    public ManualTime Time { get; } = new(Start);

    public MemoryJournal Journal { get; } = new();

    public LiveFeed Live { get; } = new();

    public CapturedLog<Projector> Log { get; } = new();

    public TelemetryOptions Options { get; } = new();

    public FaultyStore Store { get; private set; } = null!;

    public SqliteWaveformStore Waveforms { get; private set; } = null!;

    public TelemetryModel Model { get; private set; } = null!;

    public Projector Projector { get; private set; } = null!;

    public ProjectionProgress Progress { get; private set; } = null!;

    public TelemetryQueries Queries { get; private set; } = null!;

    public GapQueries Gaps { get; private set; } = null!;

    public Features.Reports.Reports Reports { get; private set; } = null!;

    public TelemetryCounts Counts { get; private set; } = null!;

    public TelemetryCsv Csv { get; private set; } = null!;

    public Retention Retention { get; private set; } = null!;

    public static long At(double minutes) => Start.ToUnixTimeMilliseconds() + (long)(minutes * 60_000);

    public static TimeRange Range(double fromMinutes, double toMinutes) => new(At(fromMinutes), At(toMinutes));

    /// <summary>A bench whose projector runs.</summary>
    public static async Task<Bench> RunningAsync()
    {
        var bench = new Bench();
        await bench.Projector.StartAsync(CancellationToken.None);
        return bench;
    }

    /// <summary>Puts messages into the journal and waits until they are stored.</summary>
    public async Task ProjectAsync(params IReadOnlyList<IngestMessage> messages)
    {
        long cursor = Journal.Append(messages);
        await Progress.ReachedAsync(cursor).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        Open();
        await Projector.StartAsync(CancellationToken.None);
        await Progress.ReachedAsync(Journal.Head).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task StopAsync()
    {
        await Projector.StopAsync(CancellationToken.None);
        Projector.Dispose();
        await Store.DisposeAsync();
        Waveforms.Dispose();
    }

    public async Task<List<StoredWindow>> WindowsAsync(string device)
    {
        var windows = new List<StoredWindow>();
        if (Model.Find(device) is { } found)
        {
            await foreach (StoredWindow window in Store.ReadWindowsAsync(
                found.Number, WindowPlace.Before(0), long.MaxValue, int.MaxValue, CancellationToken.None))
                windows.Add(window);
        }
        return windows;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    private void Open()
    {
        Store = new FaultyStore(new SqliteTelemetryStore(Path, MaxMegabytes));
        Waveforms = new SqliteWaveformStore(System.IO.Path.Combine(_folder, "waveforms.db"));
        Model = new TelemetryModel();
        Progress = new ProjectionProgress();
        Projector = new Projector(
            Journal, Store, Model, Live, new TelemetryMetrics(_services.GetRequiredService<IMeterFactory>()), Progress,
            Time, Log, Waveforms);
        Queries = new TelemetryQueries(Model, Store);
        Gaps = new GapQueries(Model, Store, Time);
        Reports = new Features.Reports.Reports(Model, Store);
        Counts = new TelemetryCounts(Model, Store, Progress);
        Csv = new TelemetryCsv(Model, Queries);
        Retention = new Retention(Store, Model, Options, Time, new CapturedLog<Retention>());
    }
}

/// <summary>A log that a test can read.</summary>
internal sealed class CapturedLog<T> : ILogger<T>
{
    public List<(LogLevel Level, string Text)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (Lines)
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
