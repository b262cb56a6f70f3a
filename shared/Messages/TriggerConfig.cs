using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// When a vibration counts as an event, and how much of it is kept: a recursive STA/LTA on each axis behind a
    /// band-pass. Part of <see cref="NodeConfig"/>; where it is absent the node's own values hold.
    /// </summary>
    public sealed class TriggerConfig
    {
        /// <summary>Length of the short mean, in milliseconds: 20 to 60,000.</summary>
        public int StaMs;

        /// <summary>Length of the long mean, in milliseconds: beyond the short one, to 600,000.</summary>
        public int LtaMs;

        /// <summary>Ratio above which an axis becomes active, times a thousand: 1,001 to 1,000,000.</summary>
        public int OnMilli;

        /// <summary>Ratio below which it is active no more, times a thousand: 100 to the on level.</summary>
        public int OffMilli;

        /// <summary>How long enough axes must be active before it counts, in milliseconds: 0 to 60,000.</summary>
        public int MinDurationMs;

        /// <summary>How long after an event no other counts, in milliseconds: 0 to 3,600,000.</summary>
        public int CooldownMs;

        /// <summary>How many axes must be active at once: 1 to the number of axes that are looked at; 0: the trigger is off.</summary>
        public int Needed;

        /// <summary>Axes that are looked at: bit 0 x, bit 1 y, bit 2 z. Those the node does not have are left out.</summary>
        public int AxisMask;

        /// <summary>Captured before the event's begin, in milliseconds: 0 to 60,000.</summary>
        public int PreMs;

        /// <summary>Captured from the event's begin on, in milliseconds: 100 to 300,000.</summary>
        public int PostMs;

        /// <summary>Lower corner of the band-pass, in millihertz: from 10.</summary>
        public int LowMilliHz;

        /// <summary>Upper corner, in millihertz: above the lower one and below half of the node's sample rate.</summary>
        public int HighMilliHz;

        /// <summary>The built-in values.</summary>
        public TriggerConfig()
        {
            Reset();
        }

        /// <summary>
        /// Back to the built-in values: 0.5 s against 30 s, on at 4 and off at 1.5, as is common for traffic and local
        /// earthquakes, between 1 and 25 Hz, where bridges have their lowest modes; any one axis; 4 s before and 8 s after.
        /// </summary>
        public void Reset()
        {
            StaMs = 500;
            LtaMs = 30 * 1000;
            OnMilli = 4000;
            OffMilli = 1500;
            MinDurationMs = 100;
            CooldownMs = 30 * 1000;
            Needed = 1;
            AxisMask = 7;
            PreMs = 4000;
            PostMs = 8000;
            LowMilliHz = 1000;
            HighMilliHz = 25 * 1000;
        }

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(TriggerConfig other)
        {
            StaMs = other.StaMs;
            LtaMs = other.LtaMs;
            OnMilli = other.OnMilli;
            OffMilli = other.OffMilli;
            MinDurationMs = other.MinDurationMs;
            CooldownMs = other.CooldownMs;
            Needed = other.Needed;
            AxisMask = other.AxisMask;
            PreMs = other.PreMs;
            PostMs = other.PostMs;
            LowMilliHz = other.LowMilliHz;
            HighMilliHz = other.HighMilliHz;
        }

        /// <summary>What every node refuses, whatever its axes, its rate and its memory.</summary>
        public ConfigFault Validate()
        {
            if (StaMs < 20 || StaMs > 60 * 1000 || LtaMs <= StaMs || LtaMs > 600 * 1000)
                return ConfigFault.TriggerMeans;
            if (OnMilli <= 1000 || OnMilli > 1000 * 1000 || OffMilli < 100 || OffMilli > OnMilli)
                return ConfigFault.TriggerLevels;
            if (MinDurationMs < 0 || MinDurationMs > 60 * 1000 || CooldownMs < 0 || CooldownMs > 3600 * 1000)
                return ConfigFault.TriggerDurations;
            int axes = (AxisMask & 1) + ((AxisMask >> 1) & 1) + ((AxisMask >> 2) & 1);
            if (AxisMask < 1 || AxisMask > 7 || Needed < 0 || Needed > axes)
                return ConfigFault.TriggerAxes;
            if (PreMs < 0 || PreMs > 60 * 1000 || PostMs < 100 || PostMs > 300 * 1000)
                return ConfigFault.TriggerCapture;
            if (LowMilliHz < 10 || HighMilliHz <= LowMilliHz)
                return ConfigFault.TriggerBand;
            return ConfigFault.None;
        }

        /// <summary>Writes it as a map.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(12);
            Put(writer, 1, StaMs);
            Put(writer, 2, LtaMs);
            Put(writer, 3, OnMilli);
            Put(writer, 4, OffMilli);
            Put(writer, 5, MinDurationMs);
            Put(writer, 6, CooldownMs);
            Put(writer, 7, Needed);
            Put(writer, 8, AxisMask);
            Put(writer, 9, PreMs);
            Put(writer, 10, PostMs);
            Put(writer, 11, LowMilliHz);
            Put(writer, 12, HighMilliHz);
        }

        /// <summary>
        /// Reads the map; a key that is missing has its built-in value, and whether all make sense is
        /// <see cref="Validate"/>'s to say.
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
            return true;
        }

        private static void Put(CborWriter writer, int key, int value)
        {
            writer.WriteInt(key);
            writer.WriteInt(value);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 1:
                    return TryReadNumber(reader, out StaMs);
                case 2:
                    return TryReadNumber(reader, out LtaMs);
                case 3:
                    return TryReadNumber(reader, out OnMilli);
                case 4:
                    return TryReadNumber(reader, out OffMilli);
                case 5:
                    return TryReadNumber(reader, out MinDurationMs);
                case 6:
                    return TryReadNumber(reader, out CooldownMs);
                case 7:
                    return TryReadNumber(reader, out Needed);
                case 8:
                    return TryReadNumber(reader, out AxisMask);
                case 9:
                    return TryReadNumber(reader, out PreMs);
                case 10:
                    return TryReadNumber(reader, out PostMs);
                case 11:
                    return TryReadNumber(reader, out LowMilliHz);
                case 12:
                    return TryReadNumber(reader, out HighMilliHz);
                default:
                    return reader.TrySkip();
            }
        }

        private static bool TryReadNumber(CborReader reader, out int value)
        {
            return reader.TryReadInt32(int.MinValue, int.MaxValue, out value);
        }
    }
}
