using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>Which number of a window a rule looks at.</summary>
    public enum Statistic : byte
    {
        /// <summary>Arithmetic mean.</summary>
        Mean = 0,

        /// <summary>Smallest sample.</summary>
        Min = 1,

        /// <summary>Largest sample.</summary>
        Max = 2,

        /// <summary>Standard deviation about the window's mean; of a vibration, its RMS.</summary>
        StdDev = 3,

        /// <summary>Largest distance of a sample from the window's mean.</summary>
        Peak = 4,
    }

    /// <summary>Which side of the level is the alarm.</summary>
    public enum ThresholdDirection : byte
    {
        /// <summary>Raised above the level, cleared below level minus hysteresis.</summary>
        Above = 0,

        /// <summary>Raised below the level, cleared above level plus hysteresis.</summary>
        Below = 1,
    }

    /// <summary>A rule that the node judges by itself, window by window.</summary>
    public sealed class ThresholdRule
    {
        /// <summary>Name of the rule, unique in a configuration; see <see cref="Names.IsId"/>.</summary>
        public string Id = "";

        /// <summary>The channel it looks at.</summary>
        public string Channel = "";

        /// <summary>Which number of the channel.</summary>
        public Statistic Statistic;

        /// <summary>Which side of the level is the alarm.</summary>
        public ThresholdDirection Direction;

        /// <summary>The level, in the channel's unit.</summary>
        public DecimalValue Level;

        /// <summary>How far back past the level a value must come to clear, in the channel's unit; at least 0.</summary>
        public DecimalValue Hysteresis;

        /// <summary>How long the value must stay past the level before the alarm is raised, in milliseconds.</summary>
        public int HoldMs;

        /// <summary>How much it matters.</summary>
        public Severity Severity;

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(ThresholdRule other)
        {
            Id = other.Id;
            Channel = other.Channel;
            Statistic = other.Statistic;
            Direction = other.Direction;
            Level = other.Level;
            Hysteresis = other.Hysteresis;
            HoldMs = other.HoldMs;
            Severity = other.Severity;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteMapStart(8);
            writer.WriteInt(1);
            writer.WriteText(Id);
            writer.WriteInt(2);
            writer.WriteText(Channel);
            writer.WriteInt(3);
            writer.WriteInt((int)Statistic);
            writer.WriteInt(4);
            writer.WriteInt((int)Direction);
            writer.WriteInt(5);
            Level.Write(writer);
            writer.WriteInt(6);
            Hysteresis.Write(writer);
            writer.WriteInt(7);
            writer.WriteInt(HoldMs);
            writer.WriteInt(8);
            writer.WriteInt((int)Severity);
        }

        internal bool TryRead(CborReader reader)
        {
            Id = "";
            Channel = "";
            Statistic = Statistic.Mean;
            Direction = ThresholdDirection.Above;
            Hysteresis = new DecimalValue(0, 0);
            HoldMs = 0;
            Severity = Severity.Warning;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return false;
            }
            uint mandatory = (1u << 1) | (1u << 2) | (1u << 5);
            return (seen & mandatory) == mandatory || reader.Fail(ContractError.MissingField);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            int number;
            switch (key)
            {
                case 1:
                    return reader.TryReadText(Limits.MaxText, out Id);
                case 2:
                    return reader.TryReadText(Limits.MaxText, out Channel);
                case 3:
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    Statistic = (Statistic)number;
                    return true;
                case 4:
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    Direction = (ThresholdDirection)number;
                    return true;
                case 5:
                    return DecimalValue.TryRead(reader, out Level);
                case 6:
                    return DecimalValue.TryRead(reader, out Hysteresis);
                case 7:
                    return reader.TryReadInt32(int.MinValue, int.MaxValue, out HoldMs);
                case 8:
                    if (!reader.TryReadInt32(0, 255, out number))
                        return false;
                    Severity = (Severity)number;
                    return true;
                default:
                    return reader.TrySkip();
            }
        }
    }

    /// <summary>What a node refuses in a configuration.</summary>
    public enum ConfigFault : byte
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary><see cref="NodeConfig.WindowMs"/> outside its range.</summary>
        WindowMs = 1,

        /// <summary><see cref="NodeConfig.StateIntervalMs"/> outside its range.</summary>
        StateIntervalMs = 2,

        /// <summary>More rules than <see cref="Limits.MaxThresholds"/>.</summary>
        TooManyThresholds = 3,

        /// <summary>A rule's id is not an id, or stands twice.</summary>
        ThresholdId = 4,

        /// <summary>A rule names a channel that this node does not have.</summary>
        ThresholdChannel = 5,

        /// <summary>A statistic that this node does not know.</summary>
        ThresholdStatistic = 6,

        /// <summary>A direction that this node does not know.</summary>
        ThresholdDirection = 7,

        /// <summary>A level or hysteresis that does not fit the channel's resolution, or a negative hysteresis.</summary>
        ThresholdLevel = 8,

        /// <summary>A hold time outside 0 to <see cref="Limits.MaxHoldMs"/>.</summary>
        ThresholdHold = 9,

        /// <summary>A severity that this node does not know.</summary>
        ThresholdSeverity = 10,

        /// <summary>Older than the configuration that is in force.</summary>
        StaleVersion = 11,
    }

    /// <summary>How a node is to behave; comes with the desired state and survives reboots.</summary>
    public sealed class NodeConfig
    {
        /// <summary>The rules; only the first <see cref="ThresholdCount"/> count.</summary>
        public readonly ThresholdRule[] Thresholds = NewRules();

        /// <summary>Grows with every change; 0 is the built-in configuration.</summary>
        public uint Version;

        /// <summary>Length of a window, in milliseconds; see <see cref="Limits.MinWindowMs"/>. 0: the kind's default.</summary>
        public int WindowMs;

        /// <summary>Interval of state reports, in milliseconds; see <see cref="Limits.MinStateIntervalMs"/>.</summary>
        public int StateIntervalMs = 5 * 60 * 1000;

        /// <summary>Rules in force.</summary>
        public int ThresholdCount;

        private bool _tooManyThresholds;

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(NodeConfig other)
        {
            Version = other.Version;
            WindowMs = other.WindowMs;
            StateIntervalMs = other.StateIntervalMs;
            ThresholdCount = other.ThresholdCount;
            _tooManyThresholds = other._tooManyThresholds;
            for (int i = 0; i < other.ThresholdCount; i++)
                Thresholds[i].CopyFrom(other.Thresholds[i]);
        }

        /// <summary>
        /// What every node refuses, whatever its channels. A value that cannot be meant is refused by name; it is not
        /// clamped.
        /// </summary>
        public ConfigFault Validate()
        {
            if (WindowMs != 0 && (WindowMs < Limits.MinWindowMs || WindowMs > Limits.MaxWindowMs))
                return ConfigFault.WindowMs;
            if (StateIntervalMs < Limits.MinStateIntervalMs || StateIntervalMs > Limits.MaxStateIntervalMs)
                return ConfigFault.StateIntervalMs;
            if (_tooManyThresholds)
                return ConfigFault.TooManyThresholds;
            for (int i = 0; i < ThresholdCount; i++)
            {
                ConfigFault fault = Validate(i);
                if (fault != ConfigFault.None)
                    return fault;
            }
            return ConfigFault.None;
        }

        /// <summary>Writes the configuration as a map, with its version.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(4);
            writer.WriteInt(1);
            writer.WriteUInt(Version);
            writer.WriteInt(2);
            writer.WriteInt(WindowMs);
            writer.WriteInt(3);
            writer.WriteInt(StateIntervalMs);
            writer.WriteInt(4);
            writer.WriteArrayStart(ThresholdCount);
            for (int i = 0; i < ThresholdCount; i++)
                Thresholds[i].Write(writer);
        }

        /// <summary>
        /// Reads the map; whether its values make sense is <see cref="Validate()"/>'s to say, so that a refusal can
        /// name the version and the fault.
        /// </summary>
        public bool TryRead(CborReader reader)
        {
            Version = 0;
            WindowMs = 0;
            StateIntervalMs = 5 * 60 * 1000;
            ThresholdCount = 0;
            _tooManyThresholds = false;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return false;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return false;
            }
            return (seen & (1u << 1)) != 0 || reader.Fail(ContractError.MissingField);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 1:
                    return reader.TryReadUInt32(out Version);
                case 2:
                    return reader.TryReadInt32(int.MinValue, int.MaxValue, out WindowMs);
                case 3:
                    return reader.TryReadInt32(int.MinValue, int.MaxValue, out StateIntervalMs);
                case 4:
                    return TryReadThresholds(reader);
                default:
                    return reader.TrySkip();
            }
        }

        private bool TryReadThresholds(CborReader reader)
        {
            if (!reader.TryReadArrayStart(Limits.MaxPayload, out int count))
                return false;
            for (int i = 0; i < count; i++)
            {
                bool read = i < Limits.MaxThresholds ? Thresholds[i].TryRead(reader) : reader.TrySkip();
                if (!read)
                    return false;
            }
            _tooManyThresholds = count > Limits.MaxThresholds;
            ThresholdCount = _tooManyThresholds ? Limits.MaxThresholds : count;
            return true;
        }

        private ConfigFault Validate(int index)
        {
            ThresholdRule rule = Thresholds[index];
            if (!Names.IsId(rule.Id))
                return ConfigFault.ThresholdId;
            for (int i = 0; i < index; i++)
            {
                if (Thresholds[i].Id == rule.Id)
                    return ConfigFault.ThresholdId;
            }
            if (!Names.IsChannel(rule.Channel))
                return ConfigFault.ThresholdChannel;
            if (rule.Statistic > Statistic.Peak)
                return ConfigFault.ThresholdStatistic;
            if (rule.Direction > ThresholdDirection.Below)
                return ConfigFault.ThresholdDirection;
            if (rule.Hysteresis.Mantissa < 0)
                return ConfigFault.ThresholdLevel;
            if (rule.HoldMs < 0 || rule.HoldMs > Limits.MaxHoldMs)
                return ConfigFault.ThresholdHold;
            if (rule.Severity > Severity.Critical)
                return ConfigFault.ThresholdSeverity;
            return ConfigFault.None;
        }

        private static ThresholdRule[] NewRules()
        {
            ThresholdRule[] rules = new ThresholdRule[Limits.MaxThresholds];
            for (int i = 0; i < rules.Length; i++)
                rules[i] = new ThresholdRule();
            return rules;
        }
    }

    /// <summary>What the service wants of a node; sent again on every subscribe.</summary>
    public sealed class DesiredState
    {
        /// <summary>The configuration, where <see cref="HasConfig"/>.</summary>
        public readonly NodeConfig Config = new NodeConfig();

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>The service's clock when it sent this, Unix milliseconds; 0: not told.</summary>
        public long TimeMs;

        /// <summary>Whether a configuration came along.</summary>
        public bool HasConfig;

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(HasConfig ? 3 : 2);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteInt(TimeMs);
            if (HasConfig)
            {
                writer.WriteInt(2);
                Config.Write(writer);
            }
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            TimeMs = 0;
            HasConfig = false;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            return MapReader.Finish(reader, seen, 0);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return MapReader.TryReadTime(reader, out TimeMs);
                case 2:
                    HasConfig = true;
                    return Config.TryRead(reader);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
