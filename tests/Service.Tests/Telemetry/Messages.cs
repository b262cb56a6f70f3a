using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>A channel as a node sends it: integers at a power of ten.</summary>
internal sealed record SentChannel(
    string Name, string Unit, int Exponent, long Mean, long Min, long Max, long Sd, int Count, int Quality = 0)
{
    public bool Missing => Count == 0;

    public double At(long mantissa) => SafeMath.Scale(mantissa, Exponent);
}

/// <summary>A window as a node sends it.</summary>
internal sealed record SentWindow(
    uint Epoch, uint Sequence, long StartMs, int DurationMs, TimeQuality Quality, params SentChannel[] Channels);

/// <summary>Makes the bytes that nodes send.</summary>
internal static class Messages
{
    public static byte[] Pack(string device, params IReadOnlyList<SentWindow> windows)
    {
        var buffer = new byte[64 * 1024];
        var writer = new CborWriter(buffer);
        SenmlWriter.WritePackStart(writer, windows.Sum(window => 1 + window.Channels.Length));
        bool first = true;
        foreach (SentWindow window in windows)
        {
            SenmlWriter.WriteHead(writer, first ? device : null, new WindowHead
            {
                Epoch = window.Epoch,
                Sequence = window.Sequence,
                StartMs = window.StartMs,
                DurationMs = window.DurationMs,
                TimeQuality = window.Quality,
                Channels = window.Channels.Length,
            });
            first = false;
            foreach (SentChannel channel in window.Channels)
            {
                if (channel.Missing)
                    SenmlWriter.WriteMissing(writer, channel.Name, channel.Unit, channel.Quality);
                else
                    SenmlWriter.WriteChannel(
                        writer, channel.Name, channel.Unit, channel.Exponent, channel.Mean, channel.Min, channel.Max,
                        channel.Sd, channel.Count, channel.Quality);
            }
        }
        return Written(writer, buffer);
    }

    /// <summary>Whatever the callback writes.</summary>
    public static byte[] Bytes(Action<CborWriter> write)
    {
        var buffer = new byte[64 * 1024];
        var writer = new CborWriter(buffer);
        write(writer);
        return Written(writer, buffer);
    }

    public static byte[] Event(NodeEvent message) => Bytes(message.Write);

    public static byte[] State(ReportedState message) => Bytes(message.Write);

    public static SentChannel Pm25(long mean, int count = 60, long spread = 10, int quality = 0) =>
        new("pm25", Units.MicrogramsPerCubicMetre, -2, mean, mean - spread, mean + spread, spread / 2, count, quality);

    public static IngestMessage Telemetry(string device, long receivedMs, params IReadOnlyList<SentWindow> windows) =>
        Of(device, TopicKind.Telemetry, receivedMs, Pack(device, windows));

    /// <summary>A message as the journal gives it.</summary>
    public static IngestMessage Of(string device, TopicKind kind, long receivedMs, byte[] payload) =>
        new(receivedMs, kind, device, payload);

    private static byte[] Written(CborWriter writer, byte[] buffer)
    {
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
