using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;

namespace EdgeFleet.Contracts.Tests.Vectors;

/// <summary>A telemetry pack as one object: what is read of it, and how ours is written.</summary>
internal sealed class Pack
{
    /// <summary>The resolved records.</summary>
    public List<SenmlRecord> Records = [];

    /// <summary>Writes the pack with our writer; null where only others write it.</summary>
    public Action<CborWriter>? Writing;

    /// <summary>Reads the pack; on an error the records before it are there.</summary>
    public ContractError Read(CborReader cbor)
    {
        Records = [];
        SenmlReader reader = new(cbor);
        SenmlRecord record = new();
        for (bool more = reader.TryBegin(); more && reader.TryReadRecord(record); record = new())
            Records.Add(record);
        if (reader.Error == ContractError.None)
            Assert.Equal(0, reader.Left);
        return reader.Error;
    }
}

/// <summary>The messages by the name of their vector file.</summary>
internal static class MessageCodec
{
    /// <summary>Every kind of message.</summary>
    public static readonly string[] Kinds =
    [
        "block-answer", "block-request", "claim-answer", "claim-request", "command", "command-reply", "desired-state",
        "node-event", "reported-state", "telemetry-pack", "waveform-chunk",
    ];

    /// <summary>An empty message of the kind.</summary>
    public static object New(string kind) => kind switch
    {
        "block-answer" => new BlockAnswer(),
        "block-request" => new BlockRequest(),
        "claim-answer" => new ClaimAnswer(),
        "claim-request" => new ClaimRequest(),
        "command" => new Command(),
        "command-reply" => new CommandReply(),
        "desired-state" => new DesiredState(),
        "node-event" => new NodeEvent(),
        "reported-state" => new ReportedState(),
        "telemetry-pack" => new Pack(),
        "waveform-chunk" => new WaveformChunk(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no message"),
    };

    /// <summary>Reads into the message.</summary>
    public static ContractError Read(object message, CborReader reader) => message switch
    {
        BlockAnswer m => m.Read(reader),
        BlockRequest m => m.Read(reader),
        ClaimAnswer m => m.Read(reader),
        ClaimRequest m => m.Read(reader),
        Command m => m.Read(reader),
        CommandReply m => m.Read(reader),
        DesiredState m => m.Read(reader),
        NodeEvent m => m.Read(reader),
        ReportedState m => m.Read(reader),
        Pack m => m.Read(reader),
        WaveformChunk m => m.Read(reader),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "no message"),
    };

    /// <summary>The message's bytes by our writer.</summary>
    public static byte[] Write(object message)
    {
        byte[] buffer = new byte[Limits.MaxPayload];
        CborWriter writer = new(buffer);
        switch (message)
        {
            case BlockAnswer m: m.Write(writer); break;
            case BlockRequest m: m.Write(writer); break;
            case ClaimAnswer m: m.Write(writer); break;
            case ClaimRequest m: m.Write(writer); break;
            case Command m: m.Write(writer); break;
            case CommandReply m: m.Write(writer); break;
            case DesiredState m: m.Write(writer); break;
            case NodeEvent m: m.Write(writer); break;
            case ReportedState m: m.Write(writer); break;
            case Pack { Writing: { } write }: write(writer); break;
            case WaveformChunk m: m.Write(writer); break;
            default: throw new ArgumentOutOfRangeException(nameof(message), message, "no message that we write");
        }
        Assert.Equal(ContractError.None, writer.Error);
        return buffer[..writer.Length];
    }
}
