using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.Waveforms;

/// <summary>A capture as a node sends it, and its chunks in a test's hand.</summary>
internal sealed class Chunks
{
    public const string Device = "bridge-7k3m9q2x";
    public const uint Epoch = 0x1A2B3C4D;

    public uint Capture { get; init; } = 17;

    public long StartMs { get; init; } = Bench.At(0) + 123;

    public TimeQuality Quality { get; init; } = TimeQuality.Synchronised;

    public uint RateMilliHz { get; init; } = 125_000;

    public int Samples { get; init; } = 1500;

    /// <summary>Samples that the sensor lost, before this one of those that it gave.</summary>
    public (int At, int Lost)? Gap { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>What the sensor gave: swings over all of the 20 bits.</summary>
    public int Count(int axis, int sample) =>
        (int)(Math.Sin((sample + (Seed * 37) + (axis * 11)) * 0.05) * 500_000) + (sample * 7919 % 61) - 30;

    /// <summary>All chunks: three axes, 625 samples a chunk, cut at the gap.</summary>
    public List<WaveformChunk> All()
    {
        List<(int At, int Count)> cuts = [];
        int gapAt = Gap?.At ?? Samples;
        for (int at = 0; at < Samples;)
        {
            int end = at < gapAt ? gapAt : Samples;
            int count = Math.Min(625, end - at);
            cuts.Add((at, count));
            at += count;
        }
        List<WaveformChunk> chunks = [];
        for (int axis = 0; axis < 3; axis++)
        {
            for (int i = 0; i < cuts.Count; i++)
            {
                (int at, int count) = cuts[i];
                WaveformChunk chunk = new()
                {
                    Epoch = Epoch,
                    Capture = Capture,
                    Axis = axis,
                    Index = i,
                    Count = cuts.Count,
                    TimeMs = StartMs,
                    TimeQuality = Quality,
                    RateMilliHz = RateMilliHz,
                    Scale = new DecimalValue(38_246, -9),
                    Gaps = (uint)(Gap?.Lost ?? 0),
                    FirstSample = (uint)(at + (at >= gapAt ? Gap?.Lost ?? 0 : 0)),
                };
                int[] samples = [.. Enumerable.Range(at, count).Select(s => Count(axis, s))];
                Assert.Equal(count, chunk.Encode(samples, 0, count));
                chunks.Add(chunk);
            }
        }
        return chunks;
    }

    public static IngestMessage Message(WaveformChunk chunk, long receivedMs = 0, string device = Device) => Messages.Of(
        device, TopicKind.Waveform, receivedMs == 0 ? Bench.At(10) : receivedMs, Messages.Bytes(chunk.Write));
}
