using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// What the peaks of a bridge's velocity are held against. All but <see cref="Site"/> are standards for buildings: what
    /// passes a line here is worth a look, no verdict on a structure.
    /// </summary>
    public enum ScreeningProfile : byte
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>DIN 4150-3:2016 table 1, short-term vibration at the foundation; lines 1 to 3, all axes.</summary>
        Din4150Foundation = 1,

        /// <summary>DIN 4150-3:2016 table 1, short-term, horizontal in the plane of the top floor; lines 1 to 3.</summary>
        Din4150TopFloor = 2,

        /// <summary>DIN 4150-3:2016 table 4, long-term, horizontal in the plane of the top floor; lines 1 to 3.</summary>
        Din4150LongTerm = 3,

        /// <summary>SBR Trillingsrichtlijn A:2017, damage to buildings, with its safety factors; categories 1 and 2.</summary>
        SbrA = 4,

        /// <summary>BS 7385-2:1993 table 1, cosmetic damage by transient vibration; lines 1 and 2.</summary>
        Bs7385 = 5,

        /// <summary>The line that the configuration draws.</summary>
        Site = 6,
    }

    /// <summary>The kind of vibration, of which SBR-A makes a safety factor.</summary>
    public enum VibrationKind : byte
    {
        /// <summary>Single and short: factor 1.0.</summary>
        Short = 0,

        /// <summary>Short, and again and again, as of piling or traffic: 1.5.</summary>
        Repeated = 1,

        /// <summary>Lasting, as of machines: 2.5.</summary>
        Continuous = 2,
    }

    /// <summary>How much was measured, of which SBR-A makes a safety factor.</summary>
    public enum MeasurementExtent : byte
    {
        /// <summary>At many points: factor 1.0.</summary>
        Extended = 0,

        /// <summary>At few: 1.4.</summary>
        Limited = 1,

        /// <summary>At one: 1.6.</summary>
        Indicative = 2,
    }

    /// <summary>
    /// Against which line a bridge node holds its peak particle velocities, at the frequency of the peak. Part of
    /// <see cref="NodeConfig"/>; where it is absent there is no screening.
    /// </summary>
    public sealed class ScreeningConfig
    {
        /// <summary>Which standard, or the site's own line.</summary>
        public ScreeningProfile Profile;

        /// <summary>
        /// Line (DIN 4150-3, BS 7385-2) or category (SBR-A) from 1, the least sensitive; means nothing for a site's own.
        /// </summary>
        public int Line;

        /// <summary>SBR-A: the kind of vibration.</summary>
        public VibrationKind Kind;

        /// <summary>SBR-A: how much was measured.</summary>
        public MeasurementExtent Extent;

        /// <summary>SBR-A: whether the structure is sensitive to vibration, in a bad state or a monument: factor 1.7.</summary>
        public bool Sensitive;

        /// <summary>How much an event matters.</summary>
        public Severity Severity;

        /// <summary>Points of the site's line; between them it is straight, beyond them level.</summary>
        public int PointCount;

        /// <summary>Frequencies of the site's line, ascending, in millihertz: up to 1,000,000.</summary>
        public readonly int[] MilliHz = new int[Limits.MaxScreeningPoints];

        /// <summary>Velocities of the site's line, in micrometres a second: 1 to 1,000,000.</summary>
        public readonly int[] MicroMetresPerS = new int[Limits.MaxScreeningPoints];

        private bool _tooManyPoints;

        /// <summary>No screening.</summary>
        public ScreeningConfig()
        {
            Reset();
        }

        /// <summary>Back to no screening.</summary>
        public void Reset()
        {
            Profile = ScreeningProfile.None;
            Line = 1;
            Kind = VibrationKind.Repeated;
            Extent = MeasurementExtent.Indicative;
            Sensitive = false;
            Severity = Severity.Warning;
            PointCount = 0;
            _tooManyPoints = false;
            for (int i = 0; i < MilliHz.Length; i++)
            {
                MilliHz[i] = 0;
                MicroMetresPerS[i] = 0;
            }
        }

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(ScreeningConfig other)
        {
            Profile = other.Profile;
            Line = other.Line;
            Kind = other.Kind;
            Extent = other.Extent;
            Sensitive = other.Sensitive;
            Severity = other.Severity;
            PointCount = other.PointCount;
            _tooManyPoints = other._tooManyPoints;
            for (int i = 0; i < other.PointCount; i++)
            {
                MilliHz[i] = other.MilliHz[i];
                MicroMetresPerS[i] = other.MicroMetresPerS[i];
            }
        }

        /// <summary>What every node refuses.</summary>
        public ConfigFault Validate()
        {
            if (Profile > ScreeningProfile.Site || Severity > Severity.Critical)
                return ConfigFault.ScreeningProfile;
            int lines = Profile == ScreeningProfile.SbrA || Profile == ScreeningProfile.Bs7385 ? 2 : 3;
            if (Line < 1 || Line > lines)
                return ConfigFault.ScreeningLine;
            if (Kind > VibrationKind.Continuous || Extent > MeasurementExtent.Indicative)
                return ConfigFault.ScreeningFactor;
            if (_tooManyPoints || (Profile == ScreeningProfile.Site) != (PointCount > 0))
                return ConfigFault.ScreeningPoints;
            for (int i = 0; i < PointCount; i++)
            {
                if (MilliHz[i] < 0 || MilliHz[i] > 1000 * 1000 || (i > 0 && MilliHz[i] <= MilliHz[i - 1])
                    || MicroMetresPerS[i] < 1 || MicroMetresPerS[i] > 1000 * 1000)
                    return ConfigFault.ScreeningPoints;
            }
            return ConfigFault.None;
        }

        internal void Write(CborWriter writer)
        {
            writer.WriteMapStart(7);
            Put(writer, 1, (int)Profile);
            Put(writer, 2, Line);
            Put(writer, 3, (int)Kind);
            Put(writer, 4, (int)Extent);
            writer.WriteInt(5);
            writer.WriteBool(Sensitive);
            Put(writer, 6, (int)Severity);
            writer.WriteInt(7);
            writer.WriteArrayStart(PointCount * 2);
            for (int i = 0; i < PointCount; i++)
            {
                writer.WriteInt(MilliHz[i]);
                writer.WriteInt(MicroMetresPerS[i]);
            }
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

        private static void Put(CborWriter writer, int key, int value)
        {
            writer.WriteInt(key);
            writer.WriteInt(value);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            if (key == 2)
                return reader.TryReadInt32(int.MinValue, int.MaxValue, out Line);
            if (key == 5)
                return reader.TryReadBool(out Sensitive);
            if (key == 7)
                return TryReadPoints(reader);
            if (key < 1 || key > 7)
                return reader.TrySkip();
            if (!reader.TryReadInt32(0, 255, out int number))
                return false;
            switch (key)
            {
                case 1:
                    Profile = (ScreeningProfile)number;
                    return true;
                case 3:
                    Kind = (VibrationKind)number;
                    return true;
                case 4:
                    Extent = (MeasurementExtent)number;
                    return true;
                default:
                    Severity = (Severity)number;
                    return true;
            }
        }

        private bool TryReadPoints(CborReader reader)
        {
            if (!reader.TryReadArrayStart(Limits.MaxPayload, out int count))
                return false;
            _tooManyPoints = count > 2 * Limits.MaxScreeningPoints || count % 2 != 0;
            PointCount = _tooManyPoints ? 0 : count / 2;
            for (int i = 0; i < count; i++)
            {
                if (!reader.TryReadInt32(int.MinValue, int.MaxValue, out int number))
                    return false;
                if (_tooManyPoints)
                    continue;
                if (i % 2 == 0)
                    MilliHz[i / 2] = number;
                else
                    MicroMetresPerS[i / 2] = number;
            }
            return true;
        }
    }
}
