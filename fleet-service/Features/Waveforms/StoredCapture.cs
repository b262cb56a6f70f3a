using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Which capture: sequence numbers are unique in an epoch of the device's event queue.</summary>
public readonly record struct CaptureKey(string Device, uint Epoch, uint Capture)
{
    /// <summary>Epoch and number, as they stand in addresses: <c>1a2b3c4d-17</c>.</summary>
    public string Text => FormattableString.Invariant($"{Epoch:x8}-{Capture}");

    /// <summary>Reads <see cref="Text"/>.</summary>
    public static bool TryParse(string device, string text, out CaptureKey key)
    {
        key = default;
        string[] parts = text.Split('-');
        if (parts.Length != 2 || parts[0].Length != 8
            || !uint.TryParse(parts[0], System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint epoch)
            || !uint.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out uint capture))
            return false;
        key = new CaptureKey(device, epoch, capture);
        return true;
    }
}

/// <summary>One chunk as it is stored; the samples stay coded as they came.</summary>
/// <param name="TimeMs">Of the capture's first sample, Unix milliseconds.</param>
/// <param name="Rank">How much that time is worth; smaller is better.</param>
public sealed record StoredChunk(
    CaptureKey Key, int Axis, int Index, int Count, long TimeMs, int Rank, string Time, uint RateMilliHz, DecimalValue Scale,
    uint Gaps, uint FirstSample, int Samples, byte[] Data, long ReceivedMs)
{
    /// <summary>A chunk whose samples do not lie where a capture's can.</summary>
    public const string Implausible = "ImplausibleWaveform";

    /// <summary>Reads and checks a chunk; the name of what is wrong, or null.</summary>
    /// <param name="resolve">Gives the time to store, its worth, and its name.</param>
    public static string? Read(
        string device, ArraySegment<byte> payload, long receivedMs,
        Func<long, TimeQuality, int, (long TimeMs, int Rank, string Name)> resolve, out StoredChunk? chunk)
    {
        chunk = null;
        var message = new WaveformChunk();
        ContractError error = message.Read(new CborReader(payload.ToArray()));
        if (error != ContractError.None)
            return error.ToString();
        // What does not decode now would be found out only when somebody wants to see it.
        error = message.Decode(new int[Limits.MaxChunkSamples], 0);
        if (error != ContractError.None)
            return error.ToString();
        if (message.Capture == 0 || message.RateMilliHz is < WaveformLimits.MinRateMilliHz or > WaveformLimits.MaxRateMilliHz
            || message.FirstSample > WaveformLimits.MaxSpan - message.SampleCount || message.Scale.Mantissa <= 0)
            return Implausible;
        long lengthMs = (message.FirstSample + (long)message.SampleCount) * 1_000_000 / message.RateMilliHz;
        (long timeMs, int rank, string name) = resolve(
            message.TimeMs, message.TimeQuality, (int)Math.Min(lengthMs, int.MaxValue));
        chunk = new StoredChunk(
            new CaptureKey(device, message.Epoch, message.Capture), message.Axis, message.Index, message.Count, timeMs, rank,
            name, message.RateMilliHz, message.Scale, message.Gaps, message.FirstSample, message.SampleCount,
            message.Data[..message.DataLength], receivedMs);
        return null;
    }
}

/// <summary>A capture as the list has it.</summary>
/// <param name="StartMs">Time of its first sample, Unix milliseconds.</param>
/// <param name="Time">Where that time comes from.</param>
/// <param name="LostSamples">Samples of each axis that the node says were lost inside.</param>
/// <param name="ChunksStored">Chunks that have come.</param>
/// <param name="ChunksExpected">Chunks that there should be; of axes of which none came nothing is known.</param>
public sealed record StoredCapture(
    CaptureKey Key, long StartMs, string Time, uint RateMilliHz, DecimalValue Scale, uint LostSamples, int ChunksStored,
    int ChunksExpected, int Samples, long ReceivedMs)
{
    /// <summary>Metres per second squared of one count.</summary>
    public double ScaleFactor => Scale.ToDouble();
}
