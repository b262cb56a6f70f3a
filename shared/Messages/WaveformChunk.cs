using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>
    /// One piece of one axis of a captured vibration. Samples are the sensor's counts, coded as differences from the
    /// sample before (the first from zero), each difference zigzag-coded as a base-128 number, least significant
    /// group first.
    /// </summary>
    public sealed class WaveformChunk
    {
        /// <summary>Delta-coded samples; only the first <see cref="DataLength"/> bytes count.</summary>
        public readonly byte[] Data = new byte[Limits.MaxChunkBytes];

        /// <summary>The sender's protocol version.</summary>
        public int Version = Protocol.Version;

        /// <summary>The event queue's generation.</summary>
        public uint Epoch;

        /// <summary>The captured event: sequence number of its trigger.</summary>
        public uint Capture;

        /// <summary>0 along, 1 across, 2 vertical.</summary>
        public int Axis;

        /// <summary>Place of this chunk, from 0.</summary>
        public int Index;

        /// <summary>Chunks of this axis.</summary>
        public int Count;

        /// <summary>Time of the capture's first sample; see <see cref="NodeEvent.TimeMs"/>.</summary>
        public long TimeMs;

        /// <summary>What <see cref="TimeMs"/> counts from.</summary>
        public TimeQuality TimeQuality;

        /// <summary>Samples a second, times a thousand.</summary>
        public uint RateMilliHz;

        /// <summary>Metres per second squared of one count.</summary>
        public DecimalValue Scale;

        /// <summary>Samples lost inside the capture.</summary>
        public uint Gaps;

        /// <summary>Samples of the capture before this chunk.</summary>
        public uint FirstSample;

        /// <summary>Samples in this chunk.</summary>
        public int SampleCount;

        /// <summary>Bytes of <see cref="Data"/>.</summary>
        public int DataLength;

        /// <summary>
        /// Codes samples into <see cref="Data"/> until all are in or the chunk is full; answers how many went in.
        /// </summary>
        public int Encode(int[] samples, int offset, int count)
        {
            if (count > Limits.MaxChunkSamples)
                count = Limits.MaxChunkSamples;
            int length = 0;
            int previous = 0;
            int coded = 0;
            // Five bytes are the longest code of a 32-bit difference.
            while (coded < count && length + 5 <= Limits.MaxChunkBytes)
            {
                int sample = samples[offset + coded];
                // The difference may wrap around; the reader wraps it back.
                int difference = sample - previous;
                uint zigzag = (uint)(difference << 1) ^ (uint)(difference >> 31);
                while (zigzag >= 0x80)
                {
                    Data[length++] = (byte)(zigzag | 0x80);
                    zigzag >>= 7;
                }
                Data[length++] = (byte)zigzag;
                previous = sample;
                coded++;
            }
            SampleCount = coded;
            DataLength = length;
            return coded;
        }

        /// <summary>Decodes <see cref="SampleCount"/> samples; names what is wrong with the bytes.</summary>
        public ContractError Decode(int[] samples, int offset)
        {
            int position = 0;
            int previous = 0;
            for (int i = 0; i < SampleCount; i++)
            {
                uint zigzag = 0;
                int shift = 0;
                byte group;
                do
                {
                    if (position >= DataLength)
                        return ContractError.Truncated;
                    group = Data[position++];
                    if (shift == 28 && group > 0x0F)
                        return ContractError.OutOfRange;
                    if (shift > 0 && group == 0)
                        return ContractError.NotShortest;
                    zigzag |= (uint)(group & 0x7F) << shift;
                    shift += 7;
                }
                while (group >= 0x80);
                previous += (int)(zigzag >> 1) ^ -(int)(zigzag & 1);
                samples[offset + i] = previous;
            }
            return position == DataLength ? ContractError.None : ContractError.TrailingBytes;
        }

        /// <summary>Writes the message.</summary>
        public void Write(CborWriter writer)
        {
            writer.WriteMapStart(14);
            writer.WriteInt(0);
            writer.WriteInt(Version);
            writer.WriteInt(1);
            writer.WriteUInt(Epoch);
            writer.WriteInt(2);
            writer.WriteUInt(Capture);
            writer.WriteInt(3);
            writer.WriteInt(Axis);
            writer.WriteInt(4);
            writer.WriteInt(Index);
            writer.WriteInt(5);
            writer.WriteInt(Count);
            writer.WriteInt(6);
            writer.WriteInt(TimeMs);
            writer.WriteInt(7);
            writer.WriteInt((int)TimeQuality);
            writer.WriteInt(8);
            writer.WriteUInt(RateMilliHz);
            writer.WriteInt(9);
            Scale.Write(writer);
            writer.WriteInt(10);
            writer.WriteUInt(Gaps);
            writer.WriteInt(11);
            writer.WriteUInt(FirstSample);
            writer.WriteInt(12);
            writer.WriteInt(SampleCount);
            writer.WriteInt(13);
            writer.WriteBytes(Data, 0, DataLength);
        }

        /// <summary>Reads the message; on an error the fields are unspecified.</summary>
        public ContractError Read(CborReader reader)
        {
            Version = Protocol.OldestVersion;
            TimeQuality = TimeQuality.Synchronised;
            Gaps = 0;
            uint seen = 0;
            if (!reader.TryReadMapStart(MapReader.MaxPairs, out int pairs))
                return reader.Error;
            for (int i = 0; i < pairs; i++)
            {
                if (!reader.TryReadKey(ref seen, out int key) || !TryReadValue(reader, key))
                    return reader.Error;
            }
            const uint Optional = (1u << 0) | (1u << 7) | (1u << 10);
            if (MapReader.Finish(reader, seen, ((1u << 14) - 1) & ~Optional) == ContractError.None && Index >= Count)
                reader.Fail(ContractError.OutOfRange);
            return reader.Error;
        }

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 0:
                    return MapReader.TryReadVersion(reader, out Version);
                case 1:
                    return reader.TryReadUInt32(out Epoch);
                case 2:
                    return reader.TryReadUInt32(out Capture);
                case 3:
                    return reader.TryReadInt32(0, 2, out Axis);
                case 4:
                    return reader.TryReadInt32(0, Limits.MaxChunks - 1, out Index);
                case 5:
                    return reader.TryReadInt32(1, Limits.MaxChunks, out Count);
                case 6:
                    return MapReader.TryReadTime(reader, out TimeMs);
                case 7:
                    if (!reader.TryReadInt32(0, (int)TimeQuality.AtLeast, out int quality))
                        return false;
                    TimeQuality = (TimeQuality)quality;
                    return true;
                case 8:
                    return reader.TryReadUInt32(out RateMilliHz);
                case 9:
                    return DecimalValue.TryRead(reader, out Scale);
                case 10:
                    return reader.TryReadUInt32(out Gaps);
                case 11:
                    return reader.TryReadUInt32(out FirstSample);
                case 12:
                    return reader.TryReadInt32(1, Limits.MaxChunkSamples, out SampleCount);
                case 13:
                    if (!reader.TryReadBytes(Limits.MaxChunkBytes, out int offset, out DataLength))
                        return false;
                    System.Array.Copy(reader.Buffer, offset, Data, 0, DataLength);
                    return true;
                default:
                    return reader.TrySkip();
            }
        }
    }
}
