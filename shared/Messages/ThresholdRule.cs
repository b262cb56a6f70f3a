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

        /// <summary>From the smallest sample to the largest.</summary>
        PeakToPeak = 5,

        /// <summary>Peak over standard deviation, a number without a unit; a window in which nothing varied has none.</summary>
        Crest = 6,

        /// <summary>
        /// Kurtosis, 3 for a normal distribution, a number without a unit; a window whose kurtosis is not known has none.
        /// </summary>
        Kurtosis = 7,
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

        /// <summary>The level, in the channel's unit, or without one where the statistic has none.</summary>
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
}
