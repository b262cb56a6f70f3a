using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.Waveforms;

/// <summary>From chunks in any order, any number of times, to one waveform.</summary>
public sealed class ReassemblyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Chunks_may_come_in_any_order_and_more_than_once(int seed)
    {
        await using Bench bench = await Bench.RunningAsync();
        Chunks sent = new() { Gap = (700, 40), Seed = seed };
        Random random = new(seed);
        List<WaveformChunk> twice = [.. sent.All(), .. sent.All().Take(5)];
        foreach (WaveformChunk chunk in twice.OrderBy(_ => random.Next()))
            await bench.ProjectAsync(Chunks.Message(chunk));
        StoredCapture capture = Assert.Single(bench.Waveforms.List(Chunks.Device, 0, long.MaxValue, 10));
        Assert.Equal(sent.StartMs, capture.StartMs);
        Assert.Equal(12, capture.ChunksStored);
        Assert.Equal(12, capture.ChunksExpected);
        Assert.Equal(40u, capture.LostSamples);
        Assert.Equal(1540, capture.Samples);
        Waveform waveform = Waveform.Of(capture, bench.Waveforms.Chunks(capture.Key));
        Assert.True(waveform.IsWhole);
        Assert.Equal(["ax", "ay", "az"], waveform.Axes.Select(a => a.Channel));
        foreach (WaveformAxis axis in waveform.Axes)
        {
            Assert.Equal([0u, 740u], axis.Pieces.Select(p => p.First));
            Assert.Equal(
                Enumerable.Range(0, 1500).Select(i => sent.Count(axis.Axis, i)), axis.Pieces.SelectMany(p => p.Counts));
        }
        Assert.Equal(0, bench.Model.Find(Chunks.Device)!.Rejected);
    }

    [Fact]
    public async Task A_chunk_that_is_missing_is_named_and_the_others_stay_in_their_places()
    {
        await using Bench bench = await Bench.RunningAsync();
        Chunks sent = new();
        await bench.ProjectAsync([.. sent.All().Where(c => c is not { Axis: 1, Index: 1 }).Select(c => Chunks.Message(c))]);
        StoredCapture capture = Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10));
        Assert.Equal((8, 9), (capture.ChunksStored, capture.ChunksExpected));
        Waveform waveform = Waveform.Of(capture, bench.Waveforms.Chunks(capture.Key));
        Assert.False(waveform.IsWhole);
        Assert.Equal([1], waveform.Axes[1].MissingChunks);
        Assert.Equal([0u, 1250u], waveform.Axes[1].Pieces.Select(p => p.First));
        Assert.Equal(sent.Count(1, 1250), waveform.Axes[1].Pieces[1].Counts[0]);
        await bench.ProjectAsync(Chunks.Message(sent.All().Single(c => c is { Axis: 1, Index: 1 })));
        capture = bench.Waveforms.Find(capture.Key)!;
        waveform = Waveform.Of(capture, bench.Waveforms.Chunks(capture.Key));
        Assert.True(waveform.IsWhole);
        Assert.Single(waveform.Axes[1].Pieces);
    }

    /// <summary>The chunks are stored before the step is; a crash between the two must neither lose nor double them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_step_that_breaks_off_changes_nothing(int how)
    {
        await using Bench bench = await Bench.RunningAsync();
        Chunks sent = new();
        bench.Store.NextCommit = how == 1 ? Break.Before : Break.After;
        Task projected = bench.ProjectAsync([.. sent.All().Select(c => Chunks.Message(c))]);
        await bench.Time.TimerSetAsync();
        bench.Time.Advance(TimeSpan.FromMilliseconds(TelemetryLimits.FirstRetryMs));
        await projected;
        StoredCapture capture = Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10));
        Assert.Equal((9, 9), (capture.ChunksStored, capture.ChunksExpected));
        await bench.RestartAsync();
        Assert.Equal(9, Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10)).ChunksStored);
    }

    /// <summary>A node that had no clock when the first chunks were sent may have one for the rest.</summary>
    [Fact]
    public async Task The_best_time_that_any_chunk_has_counts()
    {
        await using Bench bench = await Bench.RunningAsync();
        List<WaveformChunk> chunks = new Chunks { StartMs = -60_000, Quality = TimeQuality.Relative }.All();
        await bench.ProjectAsync(Chunks.Message(chunks[0], Bench.At(10)), Chunks.Message(chunks[1], Bench.At(11)));
        StoredCapture capture = Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10));
        Assert.Equal((Bench.At(9), "Relative"), (capture.StartMs, capture.Time));
        List<WaveformChunk> dated = new Chunks { StartMs = Bench.At(8) }.All();
        await bench.ProjectAsync(Chunks.Message(dated[2]), Chunks.Message(chunks[3], Bench.At(20)));
        capture = Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10));
        Assert.Equal((Bench.At(8), "Synchronised"), (capture.StartMs, capture.Time));
    }

    public static TheoryData<string, Action<WaveformChunk>> Bad() => new()
    {
        { StoredChunk.Implausible, c => c.Capture = 0 },
        { StoredChunk.Implausible, c => c.RateMilliHz = 0 },
        { StoredChunk.Implausible, c => c.RateMilliHz = uint.MaxValue },
        { StoredChunk.Implausible, c => c.FirstSample = uint.MaxValue },
        { StoredChunk.Implausible, c => c.Scale = new DecimalValue(0, 0) },
        { nameof(ContractError.Truncated), c => c.DataLength -= 1 },
        { nameof(ContractError.TrailingBytes), c => c.SampleCount -= 1 },
        { nameof(ContractError.OutOfRange), c => c.Index = 63 },
    };

    /// <summary>What could not be shown later is refused now, by name; it cannot stop what comes behind it.</summary>
    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_chunk_that_makes_no_sense_is_refused(string error, Action<WaveformChunk> spoil)
    {
        await using Bench bench = await Bench.RunningAsync();
        List<WaveformChunk> chunks = new Chunks().All();
        spoil(chunks[0]);
        await bench.ProjectAsync(Chunks.Message(chunks[0]), Chunks.Message(chunks[1]));
        Assert.Equal(1, Assert.Single(bench.Waveforms.List(null, 0, long.MaxValue, 10)).ChunksStored);
        List<RejectedPayload> rejected = [];
        await foreach (RejectedPayload payload in bench.Store.ReadRejectedAsync(null, 10, TestContext.Current.CancellationToken))
            rejected.Add(payload);
        Assert.Equal((error, TopicKind.Waveform), (Assert.Single(rejected).Error, rejected[0].Kind));
    }

    [Fact]
    public void Old_captures_go_and_a_device_keeps_so_many()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-waveforms-").FullName;
        using (SqliteWaveformStore store = new(Path.Combine(folder, "waveforms.db")))
        {
            List<StoredChunk> chunks = [];
            for (uint i = 1; i <= WaveformLimits.MaxCapturesPerDevice + 7; i++)
            {
                chunks.Add(new StoredChunk(
                    new CaptureKey("bridge-1", 1, i), 2, 0, 1, Bench.At(i), 0, "Synchronised", 125_000,
                    new DecimalValue(1, -6), 0, 0, 1, [0], Bench.At(i)));
            }
            Assert.All(store.Add(chunks), Assert.True);
            Assert.All(store.Add(chunks[7..]), Assert.False);
            IReadOnlyList<StoredCapture> kept = store.List("bridge-1", 0, long.MaxValue, int.MaxValue);
            Assert.Equal(WaveformLimits.MaxCapturesPerDevice, kept.Count);
            Assert.Equal(8u, kept[^1].Key.Capture);
            Assert.Empty(store.Chunks(new CaptureKey("bridge-1", 1, 7)));
            using WaveformRetention retention = new(
                store, new WaveformOptions { Days = 1 }, new ManualTime(Bench.Start.AddDays(1).AddMinutes(100)),
                new CapturedLog<WaveformRetention>());
            Assert.Equal(92, retention.Pass(CancellationToken.None));
            Assert.Equal(100u, store.List("bridge-1", 0, long.MaxValue, int.MaxValue)[^1].Key.Capture);
        }
        Directory.Delete(folder, true);
    }
}
