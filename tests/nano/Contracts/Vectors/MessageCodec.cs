using System;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>The messages by the name of their vector file.</summary>
    public static class MessageCodec
    {
        /// <summary>Every kind of message.</summary>
        public static string[] Kinds() => new[]
        {
            "block-answer", "block-request", "claim-answer", "claim-request", "command", "command-reply",
            "desired-state", "node-event", "reported-state", "telemetry-pack", "waveform-chunk",
        };

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
            _ => throw new ArgumentException("no message: " + kind),
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
            _ => throw new ArgumentException("no message"),
        };

        /// <summary>The message's bytes by our writer.</summary>
        public static byte[] Write(object message)
        {
            byte[] buffer = new byte[Limits.MaxPayload];
            CborWriter writer = new CborWriter(buffer);
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
                case Pack m: m.Write(writer); break;
                case WaveformChunk m: m.Write(writer); break;
                default: throw new ArgumentException("no message that we write");
            }
            if (writer.Error != ContractError.None)
                throw new InvalidOperationException("the message cannot be written");
            byte[] written = new byte[writer.Length];
            Array.Copy(buffer, written, writer.Length);
            return written;
        }
    }
}
