using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>What happened.</summary>
    public enum EventType : byte
    {
        /// <summary>A threshold rule's alarm was raised.</summary>
        ThresholdRaised = 1,

        /// <summary>A threshold rule's alarm was cleared.</summary>
        ThresholdCleared = 2,

        /// <summary>A vibration trigger fired.</summary>
        Trigger = 3,

        /// <summary>A sensor or the board failed; <see cref="NodeEvent.Text"/> says what.</summary>
        Fault = 4,

        /// <summary>A fault is over.</summary>
        FaultCleared = 5,

        /// <summary>The node started.</summary>
        Boot = 6,

        /// <summary>
        /// The peak of a velocity passed the screening line in force; <see cref="NodeEvent.Value"/> and
        /// <see cref="NodeEvent.Level"/> say by how much, <see cref="NodeEvent.Text"/> which line and at what frequency.
        /// </summary>
        Screening = 7,

        /// <summary>
        /// An update changed its state; <see cref="NodeEvent.Text"/> has the state, the reason and the version, each
        /// without a space, the version where it is known.
        /// </summary>
        Update = 8,
    }

    /// <summary>Something that happened on a node, with its place in the node's sequence of events.</summary>
    public sealed class NodeEvent
    {
        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>The event queue's generation.</summary>
        public uint Epoch;

        /// <summary>Place in the sequence of events of this epoch, from 1; 0 while it waits on the node.</summary>
        public uint Sequence;

        /// <summary>What happened.</summary>
        public EventType Type;

        /// <summary>When: Unix milliseconds, or negative and relative to the sending; see <see cref="TimeQuality"/>.</summary>
        public long TimeMs;

        /// <summary>What <see cref="TimeMs"/> counts from.</summary>
        public TimeQuality TimeQuality;

        /// <summary>How much it matters.</summary>
        public Severity Severity;

        /// <summary>The threshold rule, or empty.</summary>
        public string Rule = "";

        /// <summary>Version of the configuration that the rule came with; sent with a rule only.</summary>
        public uint ConfigVersion;

        /// <summary>The channel, or empty.</summary>
        public string Channel = "";

        /// <summary>
        /// The value that decided, in the channel's unit, or of a trigger the largest STA/LTA ratio, which has none; sent
        /// with a channel only.
        /// </summary>
        public DecimalValue Value;

        /// <summary>The level it was held against, in the channel's unit; sent with a channel only.</summary>
        public DecimalValue Level;

        /// <summary>What no field says, in English; or empty.</summary>
        public string Text = "";

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            bool rule = Rule.Length != 0;
            bool channel = Channel.Length != 0;
            bool text = Text.Length != 0;
            writer.WriteMapStart(7 + (rule ? 2 : 0) + (channel ? 3 : 0) + (text ? 1 : 0));
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteUInt(Epoch);
            writer.WriteInt(2);
            writer.WriteUInt(Sequence);
            writer.WriteInt(3);
            writer.WriteInt((int)Type);
            writer.WriteInt(4);
            writer.WriteInt(TimeMs);
            writer.WriteInt(5);
            writer.WriteInt((int)TimeQuality);
            writer.WriteInt(6);
            writer.WriteInt((int)Severity);
            if (rule)
            {
                writer.WriteInt(7);
                writer.WriteText(Rule);
                writer.WriteInt(8);
                writer.WriteUInt(ConfigVersion);
            }
            if (channel)
            {
                writer.WriteInt(9);
                writer.WriteText(Channel);
                writer.WriteInt(10);
                Value.Write(writer);
                writer.WriteInt(11);
                Level.Write(writer);
            }
            if (text)
            {
                writer.WriteInt(12);
                writer.WriteText(Text);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            TimeQuality = TimeQuality.Synchronised;
            Severity = Severity.Info;
            Rule = "";
            ConfigVersion = 0;
            Channel = "";
            Value = new DecimalValue(0, 0);
            Level = new DecimalValue(0, 0);
            Text = "";
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, (1u << 1) | (1u << 2) | (1u << 3) | (1u << 4));
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            int number;
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadUInt32(out Epoch);
                case 2:
                    return reader.TryReadUInt32(out Sequence);
                case 3:
                    // A newer node may have more types than we have names.
                    if (!reader.TryReadInt32(1, 255, out number))
                        return false;
                    Type = (EventType)number;
                    return true;
                case 4:
                    return MapReader.TryReadTime(reader, out TimeMs);
                case 5:
                    if (!reader.TryReadInt32(0, (int)TimeQuality.AtLeast, out number))
                        return false;
                    TimeQuality = (TimeQuality)number;
                    return true;
                case 6:
                    if (!reader.TryReadInt32(0, (int)Severity.Critical, out number))
                        return false;
                    Severity = (Severity)number;
                    return true;
                case 7:
                    return MapReader.TryReadId(reader, out Rule);
                case 8:
                    return reader.TryReadUInt32(out ConfigVersion);
                case 9:
                    return MapReader.TryReadChannel(reader, out Channel);
                case 10:
                    return DecimalValue.TryRead(reader, out Value);
                case 11:
                    return DecimalValue.TryRead(reader, out Level);
                case 12:
                    return reader.TryReadText(Limits.MaxText, out Text);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
