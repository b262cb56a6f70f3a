using EdgeFleet.Contracts;
using EdgeFleet.Service.Hosting;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>A capture in a list.</summary>
/// <param name="Id">Epoch and number of the trigger's event; unique for the device.</param>
/// <param name="Event">Sequence number of the event that it belongs to, in the same epoch.</param>
/// <param name="Start">Time of the first sample.</param>
/// <param name="Time">Where that time comes from.</param>
/// <param name="Rate">Samples a second.</param>
/// <param name="Seconds">Length.</param>
/// <param name="Samples">Samples of an axis from the first to the last, missing ones included.</param>
/// <param name="LostSamples">Samples of each axis that the sensor lost inside.</param>
/// <param name="ChunksStored">Chunks that have come.</param>
/// <param name="ChunksExpected">Chunks that there should be.</param>
public sealed record CaptureAnswer(
    string Id, string Device, uint Event, DateTimeOffset Start, string Time, double Rate, double Seconds, int Samples,
    uint LostSamples, int ChunksStored, int ChunksExpected)
{
    /// <summary>Whether every chunk has come.</summary>
    public bool Whole => ChunksStored == ChunksExpected;
}

/// <summary>Samples without a hole.</summary>
/// <param name="First">Place of the first one in the capture.</param>
public sealed record PieceAnswer(uint First, int[] Counts);

/// <summary>One axis of a capture.</summary>
/// <param name="MissingChunks">Places of chunks that have not come.</param>
public sealed record AxisAnswer(string Channel, string Seed, IReadOnlyList<int> MissingChunks, IReadOnlyList<PieceAnswer> Pieces);

/// <summary>A capture with its samples.</summary>
/// <param name="Scale">Metres per second squared of one count.</param>
public sealed record WaveformAnswer(CaptureAnswer Capture, string Unit, double Scale, IReadOnlyList<AxisAnswer> Axes);

/// <summary>Captured vibrations, for REST and pages.</summary>
public sealed class Captures(IWaveformStore store)
{
    /// <summary>Captures of a device that begin in a range, the newest first.</summary>
    public IReadOnlyList<CaptureAnswer> List(string device, long fromMs, long beforeMs, int limit) =>
        [.. store.List(device, fromMs, beforeMs, limit).Select(Answer)];

    /// <summary>One capture with its samples, or why there is none.</summary>
    public Result<Waveform> Find(string device, string id)
    {
        if (!CaptureKey.TryParse(device, id, out CaptureKey key) || store.Find(key) is not { } capture)
            return Fault.NotFound("capture", id);
        return Waveform.Of(capture, store.Chunks(key));
    }

    /// <summary>As REST gives it.</summary>
    public static WaveformAnswer Answer(Waveform waveform) => new(
        Answer(waveform.Capture), Units.MetresPerSecondSquared, waveform.Capture.ScaleFactor,
        [.. waveform.Axes.Select(axis => new AxisAnswer(
            axis.Channel, MiniSeed.ChannelCode(axis.Axis, waveform.Capture.RateMilliHz), axis.MissingChunks,
            [.. axis.Pieces.Select(piece => new PieceAnswer(piece.First, piece.Counts))]))]);

    internal static CaptureAnswer Answer(StoredCapture capture) => new(
        capture.Key.Text, capture.Key.Device, capture.Key.Capture, DateTimeOffset.FromUnixTimeMilliseconds(capture.StartMs),
        capture.Time, capture.RateMilliHz / 1000.0, capture.Samples * 1000.0 / capture.RateMilliHz, capture.Samples,
        capture.LostSamples, capture.ChunksStored, capture.ChunksExpected);
}
