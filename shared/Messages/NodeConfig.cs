using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
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

        /// <summary>The trigger's short or long mean is outside its range, or the long one is not the longer.</summary>
        TriggerMeans = 20,

        /// <summary>The trigger's on or off level is outside its range, or off is above on.</summary>
        TriggerLevels = 21,

        /// <summary>The trigger's minimum duration or cooldown is outside its range.</summary>
        TriggerDurations = 22,

        /// <summary>The trigger looks at no axis that this node has, or needs more than it looks at.</summary>
        TriggerAxes = 23,

        /// <summary>The trigger captures outside the range, or more than this node's memory holds.</summary>
        TriggerCapture = 24,

        /// <summary>The trigger's band is empty, or reaches half of this node's sample rate.</summary>
        TriggerBand = 25,

        /// <summary>The natural frequencies are looked for on an axis that there is not.</summary>
        ModesAxis = 30,

        /// <summary>A spectrum's segment is no power of two in its range, or longer than this node's memory holds.</summary>
        ModesSegment = 31,

        /// <summary>Too few or too many segments in a spectrum.</summary>
        ModesAverages = 32,

        /// <summary>The level of a drift, or the spectra that it must last, outside the range.</summary>
        ModesDrift = 33,

        /// <summary>Too many bands, an empty one, or one that reaches half of this node's sample rate.</summary>
        ModesBands = 34,

        /// <summary>A screening profile or severity that this node does not know.</summary>
        ScreeningProfile = 40,

        /// <summary>A line or category that the screening profile does not have.</summary>
        ScreeningLine = 41,

        /// <summary>A kind of vibration or an extent of the measurement that this node does not know.</summary>
        ScreeningFactor = 42,

        /// <summary>The site's own line has too many points, none, or such as are out of order or range.</summary>
        ScreeningPoints = 43,

        /// <summary>This node measures no velocity that could be screened.</summary>
        ScreeningNoVelocity = 44,

        /// <summary>The dust sensor's times asleep or awake are outside their range.</summary>
        AirDutyCycle = 50,

        /// <summary>This node has no sensor that could sleep.</summary>
        AirNoSensor = 51,
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

        /// <summary>When a vibration is captured; counts where <see cref="HasTrigger"/>, else the node's own values hold.</summary>
        public readonly TriggerConfig Trigger;

        /// <summary>Whether <see cref="Trigger"/> was given.</summary>
        public bool HasTrigger;

        /// <summary>Which natural frequencies are looked for; counts where <see cref="HasModes"/>, as the trigger.</summary>
        public readonly ModesConfig Modes;

        /// <summary>Whether <see cref="Modes"/> was given.</summary>
        public bool HasModes;

        /// <summary>Against which line velocities are held; counts where <see cref="HasScreening"/>, else none.</summary>
        public readonly ScreeningConfig Screening;

        /// <summary>Whether <see cref="Screening"/> was given.</summary>
        public bool HasScreening;

        /// <summary>When the dust sensor sleeps; counts where <see cref="HasAir"/>, else it never does.</summary>
        public readonly AirConfig Air;

        /// <summary>Whether <see cref="Air"/> was given.</summary>
        public bool HasAir;

        private bool _tooManyThresholds;

        /// <summary>A configuration with all that any kind of node can be told.</summary>
        public NodeConfig()
            : this(new TriggerConfig(), new ModesConfig(), new ScreeningConfig(), new AirConfig())
        {
        }

        /// <summary>
        /// A configuration of a node that may lack parts, so that its application need not carry their code: of a part that
        /// is null only whether it was given is read, and its field must not be touched.
        /// </summary>
        public NodeConfig(TriggerConfig? trigger, ModesConfig? modes, ScreeningConfig? screening, AirConfig? air)
        {
            Trigger = trigger!;
            Modes = modes!;
            Screening = screening!;
            Air = air!;
        }

        /// <summary>Back to the built-in configuration.</summary>
        public void Reset()
        {
            Version = 0;
            WindowMs = 0;
            StateIntervalMs = 5 * 60 * 1000;
            ThresholdCount = 0;
            HasTrigger = false;
            if (Trigger != null)
                Trigger.Reset();
            HasModes = false;
            if (Modes != null)
                Modes.Reset();
            HasScreening = false;
            if (Screening != null)
                Screening.Reset();
            HasAir = false;
            if (Air != null)
                Air.Reset();
            _tooManyThresholds = false;
        }

        /// <summary>Copies all fields; parts that one of both lacks stay as they are.</summary>
        public void CopyFrom(NodeConfig other)
        {
            Version = other.Version;
            WindowMs = other.WindowMs;
            StateIntervalMs = other.StateIntervalMs;
            ThresholdCount = other.ThresholdCount;
            HasTrigger = other.HasTrigger;
            if (Trigger != null && other.Trigger != null)
                Trigger.CopyFrom(other.Trigger);
            HasModes = other.HasModes;
            if (Modes != null && other.Modes != null)
                Modes.CopyFrom(other.Modes);
            HasScreening = other.HasScreening;
            if (Screening != null && other.Screening != null)
                Screening.CopyFrom(other.Screening);
            HasAir = other.HasAir;
            if (Air != null && other.Air != null)
                Air.CopyFrom(other.Air);
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
            ConfigFault part = ConfigFault.None;
            if (HasTrigger)
                part = Trigger == null ? ConfigFault.TriggerAxes : Trigger.Validate();
            if (part == ConfigFault.None && HasModes)
                part = Modes == null ? ConfigFault.ModesAxis : Modes.Validate();
            if (part == ConfigFault.None && HasScreening)
                part = Screening == null ? ConfigFault.ScreeningNoVelocity : Screening.Validate();
            if (part == ConfigFault.None && HasAir)
                part = Air == null ? ConfigFault.AirNoSensor : Air.Validate();
            return part;
        }

        /// <summary>Writes a configuration that is valid as a map, with its version.</summary>
        public void Write(CborWriter writer)
        {
            int parts = (HasTrigger ? 1 : 0) + (HasModes ? 1 : 0) + (HasScreening ? 1 : 0) + (HasAir ? 1 : 0);
            writer.WriteMapStart(4 + parts);
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
            if (HasTrigger && Trigger != null)
            {
                writer.WriteInt(5);
                Trigger.Write(writer);
            }
            if (HasModes && Modes != null)
            {
                writer.WriteInt(6);
                Modes.Write(writer);
            }
            if (HasScreening && Screening != null)
            {
                writer.WriteInt(7);
                Screening.Write(writer);
            }
            if (HasAir && Air != null)
            {
                writer.WriteInt(8);
                Air.Write(writer);
            }
        }

        /// <summary>
        /// Reads the map; whether its values make sense is <see cref="Validate()"/>'s to say, so that a refusal can
        /// name the version and the fault.
        /// </summary>
        public bool TryRead(CborReader reader)
        {
            Reset();
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
                case 5:
                    HasTrigger = true;
                    return Trigger == null ? reader.TrySkip() : Trigger.TryRead(reader);
                case 6:
                    HasModes = true;
                    return Modes == null ? reader.TrySkip() : Modes.TryRead(reader);
                case 7:
                    HasScreening = true;
                    return Screening == null ? reader.TrySkip() : Screening.TryRead(reader);
                case 8:
                    HasAir = true;
                    return Air == null ? reader.TrySkip() : Air.TryRead(reader);
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
            if (rule.Statistic > Statistic.Kurtosis)
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
}
