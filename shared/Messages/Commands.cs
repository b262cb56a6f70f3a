using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>What a node can be told to do.</summary>
    public enum CommandType : byte
    {
        /// <summary>Start again.</summary>
        Reboot = 1,

        /// <summary>Blink, so that a technician finds the board.</summary>
        Identify = 2,

        /// <summary>Capture a waveform or close a window now.</summary>
        CaptureNow = 3,

        /// <summary>Test the sensors.</summary>
        SelfTest = 4,

        /// <summary>Send the latest log lines.</summary>
        SendLog = 5,
    }

    /// <summary>An order to one node.</summary>
    public sealed class Command
    {
        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>Unique for the device; a command that arrives twice is carried out once.</summary>
        public uint Id;

        /// <summary>What to do. A number without a name here is a newer service's: refused by reply.</summary>
        public CommandType Type;

        /// <summary>When it is too late, Unix milliseconds.</summary>
        public long ExpiryMs;

        /// <summary>What the command needs to know, or empty.</summary>
        public string Argument = "";

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            bool argument = Argument.Length != 0;
            writer.WriteMapStart(argument ? 5 : 4);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteUInt(Id);
            writer.WriteInt(2);
            writer.WriteInt((int)Type);
            writer.WriteInt(3);
            writer.WriteInt(ExpiryMs);
            if (argument)
            {
                writer.WriteInt(4);
                writer.WriteText(Argument);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            Argument = "";
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2) | (1u << 3));
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadUInt32(out Id);
                case 2:
                    if (!reader.TryReadInt32(1, 255, out int type))
                        return false;
                    Type = (CommandType)type;
                    return true;
                case 3:
                    return MapReader.TryReadTime(reader, out ExpiryMs);
                case 4:
                    return reader.TryReadText(Limits.MaxText, out Argument);
                default:
                    return reader.TrySkip();
            }
        }
    }

    /// <summary>How far a command came.</summary>
    public enum ReplyStatus : byte
    {
        /// <summary>Taken; another reply follows.</summary>
        Accepted = 0,

        /// <summary>Carried out.</summary>
        Done = 1,

        /// <summary>Tried, and failed; the text says why.</summary>
        Failed = 2,

        /// <summary>Came too late.</summary>
        Expired = 3,

        /// <summary>This node does not know or cannot do it.</summary>
        Unsupported = 4,
    }

    /// <summary>A node's answer to a command.</summary>
    public sealed class CommandReply
    {
        /// <summary>The answer's data, such as log lines; only the first <see cref="DataLength"/> bytes count.</summary>
        public readonly byte[] Data = new byte[Limits.MaxReplyData];

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>The command's id.</summary>
        public uint Id;

        /// <summary>How far it came.</summary>
        public ReplyStatus Status;

        /// <summary>What the status does not say, in English; or empty.</summary>
        public string Text = "";

        /// <summary>Bytes of <see cref="Data"/>.</summary>
        public int DataLength;

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            bool text = Text.Length != 0;
            bool data = DataLength != 0;
            writer.WriteMapStart(3 + (text ? 1 : 0) + (data ? 1 : 0));
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteUInt(Id);
            writer.WriteInt(2);
            writer.WriteInt((int)Status);
            if (text)
            {
                writer.WriteInt(3);
                writer.WriteText(Text);
            }
            if (data)
            {
                writer.WriteInt(4);
                writer.WriteBytes(Data, 0, DataLength);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            Text = "";
            DataLength = 0;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2));
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadUInt32(out Id);
                case 2:
                    if (!reader.TryReadInt32(0, 255, out int status))
                        return false;
                    Status = (ReplyStatus)status;
                    return true;
                case 3:
                    return reader.TryReadText(Limits.MaxText, out Text);
                case 4:
                    if (!reader.TryReadBytes(Limits.MaxReplyData, out int offset, out DataLength))
                        return false;
                    System.Array.Copy(reader.Buffer, offset, Data, 0, DataLength);
                    return true;
                default:
                    return reader.TrySkip();
            }
        }
    }
}
