using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// When the dust sensor of an Air Box sleeps, which its laser and its fan live longer by. Part of
    /// <see cref="NodeConfig"/>; where it is absent the sensor is always awake.
    /// </summary>
    public sealed class AirConfig
    {
        /// <summary>Seconds asleep, 0 to <see cref="Limits.MaxDutyS"/>; 0: always awake.</summary>
        public int AsleepS;

        /// <summary>
        /// Seconds awake after the sensor has warmed up, <see cref="Limits.MinAwakeS"/> to
        /// <see cref="Limits.MaxDutyS"/>; means nothing where it never sleeps.
        /// </summary>
        public int AwakeS = DefaultAwakeS;

        private const int DefaultAwakeS = 60;

        /// <summary>Back to always awake.</summary>
        public void Reset()
        {
            AsleepS = 0;
            AwakeS = DefaultAwakeS;
        }

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(AirConfig other)
        {
            AsleepS = other.AsleepS;
            AwakeS = other.AwakeS;
        }

        /// <summary>What every node refuses, whatever its sensors.</summary>
        public ConfigFault Validate()
        {
            bool valid = AsleepS >= 0 && AsleepS <= Limits.MaxDutyS
                && AwakeS >= Limits.MinAwakeS && AwakeS <= Limits.MaxDutyS;
            return valid ? ConfigFault.None : ConfigFault.AirDutyCycle;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteMapStart(2);
            writer.WriteInt(1);
            writer.WriteInt(AsleepS);
            writer.WriteInt(2);
            writer.WriteInt(AwakeS);
        }

        internal bool TryRead(CborReader reader)
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
                    return reader.TryReadInt32(int.MinValue, int.MaxValue, out AsleepS);
                case 2:
                    return reader.TryReadInt32(int.MinValue, int.MaxValue, out AwakeS);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
