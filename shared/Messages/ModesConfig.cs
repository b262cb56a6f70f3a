using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// Which natural frequencies of a structure are looked for, and when one that moves is an alarm. Part of
    /// <see cref="NodeConfig"/>; where it is absent the node's own values hold.
    /// </summary>
    public sealed class ModesConfig
    {
        /// <summary>Most bands, and natural frequencies, of a node.</summary>
        public const int MaxBands = 4;

        /// <summary>Shortest segment of a spectrum, in samples: 0.5 Hz apart at 125 Hz.</summary>
        public const int MinSegment = 256;

        /// <summary>Longest segment, in samples: 0.03 Hz apart at 125 Hz.</summary>
        public const int MaxSegment = 4096;

        /// <summary>Lower edges, in millihertz: from 10; only the first <see cref="BandCount"/> count.</summary>
        public readonly int[] LowMilliHz = new int[MaxBands];

        /// <summary>Upper edges, in millihertz: above the lower ones and below half of the node's sample rate.</summary>
        public readonly int[] HighMilliHz = new int[MaxBands];

        /// <summary>
        /// Bands, each with one natural frequency, the strongest in it. None: the node looks for the strongest four
        /// wherever they are, and follows each from then on.
        /// </summary>
        public int BandCount;

        /// <summary>The axis that is looked at: 0 x, 1 y, 2 z.</summary>
        public int Axis;

        /// <summary>Samples of a segment: a power of two from <see cref="MinSegment"/> to <see cref="MaxSegment"/>.</summary>
        public int Segment;

        /// <summary>Segments, each half over the one before, of one spectrum: 4 to 256; 0: nothing is looked for.</summary>
        public int Averages;

        /// <summary>
        /// How far a frequency may be off its usual value, in millionths: 1,000 to 500,000; 0: however far.
        /// </summary>
        public int DriftPpm;

        /// <summary>Spectra in a row that must say so before it counts, either way: 1 to 100.</summary>
        public int Hold;

        private bool _tooManyBands;

        /// <summary>The built-in values.</summary>
        public ModesConfig()
        {
            Reset();
        }

        /// <summary>
        /// Back to the built-in values: the vertical axis, segments of 2,048 and 32 of them, which at 125 Hz are 0.06 Hz
        /// and four and a half minutes; wherever the frequencies are; off by 5 %, for temperature alone moves those of
        /// a bridge by some per cent (Peeters and De Roeck, Earthquake Eng. Struct. Dyn. 30, 2001), in three spectra.
        /// </summary>
        public void Reset()
        {
            BandCount = 0;
            Axis = 2;
            Segment = 2048;
            Averages = 32;
            DriftPpm = 50 * 1000;
            Hold = 3;
            _tooManyBands = false;
        }

        /// <summary>Copies all fields.</summary>
        public void CopyFrom(ModesConfig other)
        {
            BandCount = other.BandCount;
            Axis = other.Axis;
            Segment = other.Segment;
            Averages = other.Averages;
            DriftPpm = other.DriftPpm;
            Hold = other.Hold;
            _tooManyBands = other._tooManyBands;
            for (int i = 0; i < MaxBands; i++)
            {
                LowMilliHz[i] = other.LowMilliHz[i];
                HighMilliHz[i] = other.HighMilliHz[i];
            }
        }

        /// <summary>Whether both look for the same frequencies, so that what is usual for one is for the other.</summary>
        public bool LooksAlike(ModesConfig other)
        {
            if (Axis != other.Axis || BandCount != other.BandCount)
                return false;
            for (int i = 0; i < BandCount; i++)
            {
                if (LowMilliHz[i] != other.LowMilliHz[i] || HighMilliHz[i] != other.HighMilliHz[i])
                    return false;
            }
            return true;
        }

        /// <summary>What every node refuses, whatever its axes, its rate and its memory.</summary>
        public ConfigFault Validate()
        {
            if (Axis < 0 || Axis > 2)
                return ConfigFault.ModesAxis;
            if (Segment < MinSegment || Segment > MaxSegment || (Segment & (Segment - 1)) != 0)
                return ConfigFault.ModesSegment;
            if (Averages != 0 && (Averages < 4 || Averages > 256))
                return ConfigFault.ModesAverages;
            if ((DriftPpm != 0 && DriftPpm < 1000) || DriftPpm > 500 * 1000 || DriftPpm < 0 || Hold < 1 || Hold > 100)
                return ConfigFault.ModesDrift;
            if (_tooManyBands || BandCount < 0 || BandCount > MaxBands)
                return ConfigFault.ModesBands;
            for (int i = 0; i < BandCount; i++)
            {
                if (LowMilliHz[i] < 10 || HighMilliHz[i] <= LowMilliHz[i])
                    return ConfigFault.ModesBands;
            }
            return ConfigFault.None;
        }

        /// <summary>Writes it as a map.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(6);
            Put(writer, 1, Axis);
            Put(writer, 2, Segment);
            Put(writer, 3, Averages);
            Put(writer, 4, DriftPpm);
            Put(writer, 5, Hold);
            writer.WriteInt(6);
            writer.WriteArrayStart(BandCount);
            for (int i = 0; i < BandCount; i++)
            {
                writer.WriteArrayStart(2);
                writer.WriteInt(LowMilliHz[i]);
                writer.WriteInt(HighMilliHz[i]);
            }
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

        private static bool TryReadNumber(CborReader reader, out int value)
        {
            return reader.TryReadInt32(int.MinValue, int.MaxValue, out value);
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 1:
                    return TryReadNumber(reader, out Axis);
                case 2:
                    return TryReadNumber(reader, out Segment);
                case 3:
                    return TryReadNumber(reader, out Averages);
                case 4:
                    return TryReadNumber(reader, out DriftPpm);
                case 5:
                    return TryReadNumber(reader, out Hold);
                case 6:
                    return TryReadBands(reader);
                default:
                    return reader.TrySkip();
            }
        }

        private bool TryReadBands(CborReader reader)
        {
            if (!reader.TryReadArrayStart(Limits.MaxPayload, out int count))
                return false;
            for (int i = 0; i < count; i++)
            {
                bool read = i < MaxBands ? TryReadBand(reader, i) : reader.TrySkip();
                if (!read)
                    return false;
            }
            _tooManyBands = count > MaxBands;
            BandCount = _tooManyBands ? MaxBands : count;
            return true;
        }

        private bool TryReadBand(CborReader reader, int band)
        {
            if (!reader.TryReadArrayStart(Limits.MaxPayload, out int edges))
                return false;
            if (edges != 2)
                return reader.Fail(ContractError.OutOfRange);
            return TryReadNumber(reader, out LowMilliHz[band]) && TryReadNumber(reader, out HighMilliHz[band]);
        }
    }
}
