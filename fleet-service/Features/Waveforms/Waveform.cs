using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Samples of one axis without a hole.</summary>
/// <param name="First">Place of the first one in the capture.</param>
public sealed record WaveformPiece(uint First, int[] Counts);

/// <summary>One axis of a capture.</summary>
/// <param name="Axis">0 along, 1 across, 2 vertical.</param>
/// <param name="MissingChunks">Places of chunks that have not come.</param>
/// <param name="Pieces">What is there, in order of time; between two of them samples are missing.</param>
public sealed record WaveformAxis(int Axis, IReadOnlyList<int> MissingChunks, IReadOnlyList<WaveformPiece> Pieces)
{
    /// <summary>The channel's name.</summary>
    public string Channel => Axis == 0 ? Channels.AccelX : Axis == 1 ? Channels.AccelY : Channels.AccelZ;
}

/// <summary>A capture put together from whatever chunks have come, in whatever order.</summary>
public sealed record Waveform(StoredCapture Capture, IReadOnlyList<WaveformAxis> Axes)
{
    /// <summary>Whether every chunk of every axis that is known is there.</summary>
    public bool IsWhole => Axes.Count != 0 && Axes.All(axis => axis.MissingChunks.Count == 0);

    /// <summary>Samples of an axis from the first to the last, missing ones included.</summary>
    public int Span => Capture.Samples;

    /// <summary>Time of a sample, in microseconds since 1970.</summary>
    public long MicrosecondsOf(uint sample) =>
        (Capture.StartMs * 1000) + (long)Math.Round(sample * 1e9 / Capture.RateMilliHz);

    /// <summary>Puts chunks together. Where two have the same place in time, the later begins where the earlier ends.</summary>
    public static Waveform Of(StoredCapture capture, IReadOnlyList<StoredChunk> chunks) =>
        new(capture, [.. chunks.GroupBy(chunk => chunk.Axis).OrderBy(axis => axis.Key).Select(Axis)]);

    private static WaveformAxis Axis(IGrouping<int, StoredChunk> chunks)
    {
        var there = chunks.Select(chunk => chunk.Index).ToHashSet();
        int count = chunks.Max(chunk => chunk.Count);
        List<WaveformPiece> pieces = [];
        List<int> piece = [];
        uint first = 0;
        foreach (StoredChunk chunk in chunks.OrderBy(chunk => chunk.FirstSample).ThenBy(chunk => chunk.Index))
        {
            uint end = first + (uint)piece.Count;
            if (piece.Count != 0 && chunk.FirstSample > end)
            {
                pieces.Add(new WaveformPiece(first, [.. piece]));
                piece = [];
            }
            if (piece.Count == 0)
                end = first = chunk.FirstSample;
            int[] samples = Decode(chunk);
            int skip = (int)Math.Min(end - chunk.FirstSample, (uint)samples.Length);
            piece.AddRange(samples[skip..]);
        }
        pieces.Add(new WaveformPiece(first, [.. piece]));
        return new WaveformAxis(chunks.Key, [.. Enumerable.Range(0, count).Where(index => !there.Contains(index))], pieces);
    }

    private static int[] Decode(StoredChunk chunk)
    {
        var message = new WaveformChunk { SampleCount = chunk.Samples, DataLength = chunk.Data.Length };
        chunk.Data.CopyTo(message.Data, 0);
        var samples = new int[chunk.Samples];
        ContractError error = message.Decode(samples, 0);
        return error == ContractError.None
            ? samples
            : throw new InvalidDataException($"A stored chunk of capture {chunk.Key.Text} does not decode: {error}.");
    }
}
