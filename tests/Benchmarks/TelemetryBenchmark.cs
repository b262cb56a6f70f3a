using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFleet.Benchmarks;

/// <summary>
/// What storing telemetry costs: the projector over a journal in memory and a real database. Once as in daily life
/// (10,000 devices, a window of six channels a minute, a step a second), once catching up (20 windows a pack).
/// </summary>
internal static class TelemetryBenchmark
{
    private const int Devices = 10_000;
    private const int WindowMs = 60_000;
    private const int CatchUpWindows = 20;

    private static readonly (string Name, string Unit, int Exponent)[] Channels =
    [
        ("pm1", Units.MicrogramsPerCubicMetre, -2), ("pm25", Units.MicrogramsPerCubicMetre, -2),
        ("pm10", Units.MicrogramsPerCubicMetre, -2), ("temp", Units.Celsius, -2), ("rh", Units.RelativeHumidity, -2),
        ("pressure", Units.Pascal, 0),
    ];

    /// <summary>Runs and prints; <paramref name="minutes"/> of daily life are simulated.</summary>
    public static async Task RunAsync(int minutes)
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-bench-").FullName;
        try
        {
            string path = Path.Combine(folder, "telemetry.db");
            long windows;
            await using (var bench = new Service(path))
            {
                await bench.StartAsync();
                windows = await DailyAsync(bench, minutes, path);
                windows += await CatchUpAsync(bench, minutes);
            }
            long bytes = new FileInfo(path).Length;
            Console.WriteLine($"database: {bytes / 1e6:F0} MB, {(double)bytes / windows:F0} bytes a window of {Channels.Length} channels");
            await ReadAsync(path);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<long> DailyAsync(Service bench, int minutes, string path)
    {
        const int Steps = 60;
        var rounds = new List<List<IngestMessage>>();
        for (int minute = 0; minute < minutes; minute++)
        {
            for (int second = 0; second < Steps; second++)
            {
                var messages = new List<IngestMessage>();
                for (int device = second; device < Devices; device += Steps)
                    messages.Add(Pack(device, minute, 1));
                rounds.Add(messages);
            }
        }
        using var process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        long written = BytesWritten();
        long began = Stopwatch.GetTimestamp();
        foreach (List<IngestMessage> messages in rounds)
            await bench.ProjectAsync(messages);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        long windows = (long)minutes * Devices;
        Console.WriteLine(
            $"daily life: {windows / took.TotalSeconds:N0} windows/s; one step of a second ({Devices / Steps} windows) takes "
            + $"{took.TotalMilliseconds / rounds.Count:F1} ms, {cpu.TotalMilliseconds / rounds.Count:F1} ms of a core; "
            + $"{(BytesWritten() - written) / (double)rounds.Count / 1e3:F0} kB written a second");
        return windows;
    }

    private static async Task<long> CatchUpAsync(Service bench, int minutes)
    {
        const int Rounds = 5;
        long windows = 0;
        TimeSpan took = TimeSpan.Zero;
        for (int round = 0; round < Rounds; round++)
        {
            var messages = new List<IngestMessage>();
            for (int device = 0; device < 2000; device++)
                messages.Add(Pack(device, minutes + round * CatchUpWindows, CatchUpWindows));
            long began = Stopwatch.GetTimestamp();
            await bench.ProjectAsync(messages);
            took += Stopwatch.GetElapsedTime(began);
            windows += messages.Count * CatchUpWindows;
        }
        Console.WriteLine($"catching up: {windows / took.TotalSeconds:N0} windows/s, {CatchUpWindows} windows a pack");
        return windows;
    }

    private static async Task ReadAsync(string path)
    {
        await using var bench = new Service(path);
        long began = Stopwatch.GetTimestamp();
        await bench.StartAsync();
        Console.WriteLine($"opening with {Devices:N0} devices: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");
        List<IngestMessage> month = [];
        for (int minute = 0; minute < 43_200; minute += CatchUpWindows)
            month.Add(Pack(Devices, minute, CatchUpWindows));
        await bench.ProjectAsync(month);
        var queries = new TelemetryQueries(bench.Model, bench.Store);
        var range = new TimeRange(StartMs, StartMs + 30L * 86_400_000);
        for (int i = 0; i < 3; i++)
        {
            began = Stopwatch.GetTimestamp();
            BucketSeries series = (await queries.BucketsAsync(
                "node-" + Devices, "pm25", null, range, 3_600_000, null, CancellationToken.None)).Value!;
            Console.WriteLine(
                $"hourly buckets of a month of minutes ({series.Buckets.Sum(b => b.Windows):N0} windows): "
                + $"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");
        }
    }

    private static readonly long StartMs = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static IngestMessage Pack(int device, int minute, int windows)
    {
        string id = "node-" + device;
        var buffer = new byte[Limits.MaxPayload];
        var writer = new CborWriter(buffer);
        SenmlWriter.WritePackStart(writer, windows * (Channels.Length + 1));
        for (int i = 0; i < windows; i++)
        {
            SenmlWriter.WriteHead(writer, i == 0 ? id : null, new WindowHead
            {
                Epoch = 0x9E3779B9,
                Sequence = (uint)(minute + i + 1),
                StartMs = StartMs + (long)(minute + i) * WindowMs + device,
                DurationMs = WindowMs,
                Channels = Channels.Length,
            });
            for (int k = 0; k < Channels.Length; k++)
            {
                long mean = (k == 5 ? 101_325 : 1000) + (device * 31 + (minute + i) * 17 + k * 7) % 997;
                SenmlWriter.WriteChannel(
                    writer, Channels[k].Name, Channels[k].Unit, Channels[k].Exponent, mean, mean - 113, mean + 187, 41, 60, 0);
            }
        }
        if (writer.Error != ContractError.None)
            throw new InvalidOperationException($"A pack of {windows} windows does not fit: {writer.Error}.");
        return new(StartMs + (long)(minute + windows) * WindowMs, TopicKind.Telemetry, id, buffer.AsSpan(0, writer.Length).ToArray());
    }

    /// <summary>Bytes that this process has had written to the disk.</summary>
    private static long BytesWritten() => File.Exists("/proc/self/io")
        ? long.Parse(File.ReadLines("/proc/self/io").First(line => line.StartsWith("wchar:", StringComparison.Ordinal))[6..])
        : 0;

    /// <summary>A projector with all it needs.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly Journal _journal = new();
        private readonly ProjectionProgress _progress = new();
        private readonly Projector _projector;

        public Service(string path)
        {
            Store = new SqliteTelemetryStore(path);
            _projector = new Projector(
                _journal, Store, Model, new LiveFeed(), new TelemetryMetrics(_services.GetRequiredService<IMeterFactory>()),
                _progress, TimeProvider.System, NullLogger<Projector>.Instance);
        }

        public TelemetryModel Model { get; } = new();

        public ITelemetryStore Store { get; }

        public async Task StartAsync()
        {
            await _projector.StartAsync(CancellationToken.None);
            await _journal.Reading;
        }

        public Task ProjectAsync(List<IngestMessage> messages)
        {
            long number = Math.Max(_journal.Head, _progress.Cursor) + 1;
            _journal.Append(new IngestBatch(number, messages));
            return _progress.ReachedAsync(number);
        }

        public async ValueTask DisposeAsync()
        {
            await _projector.StopAsync(CancellationToken.None);
            await Store.DisposeAsync();
            await _services.DisposeAsync();
        }
    }

    /// <summary>A journal that holds one batch at a time.</summary>
    private sealed class Journal : IIngestReader
    {
        private readonly SemaphoreSlim _there = new(0);
        private readonly TaskCompletionSource _reading = new();
        private volatile IngestBatch? _batch;

        public long Head { get; private set; }

        /// <summary>Completes once the projector has opened the database and asks for its first batch.</summary>
        public Task Reading => _reading.Task;

        public void Append(IngestBatch batch)
        {
            Head = batch.Number;
            _batch = batch;
            _there.Release();
        }

        public IngestBatch? Read(long after) => null;

        public async ValueTask<IngestBatch> ReadAsync(long after, CancellationToken cancel)
        {
            _reading.TrySetResult();
            await _there.WaitAsync(cancel);
            return _batch!;
        }

        public void Prune(long through)
        {
            // The next batch takes this one's place.
        }

        public Task SettledAsync(CancellationToken cancel = default) => Task.CompletedTask;
    }
}
