using EdgeFleet.Contracts.Cbor;

namespace EdgeFleet.Contracts.Messages
{
    /// <summary>What a node says of its board and of what holds it back. Part of <see cref="ReportedState"/>.</summary>
    public sealed class BoardStatus
    {
        /// <summary>Bit of <see cref="Interlocks"/>: a vibration event is going on.</summary>
        public const int InterlockEvent = 1;

        /// <summary>Bit of <see cref="Interlocks"/>: a capture waits for the service.</summary>
        public const int InterlockCapture = 2;

        /// <summary>Bit of <see cref="Interlocks"/>: an alarm of a rule is raised, such as in a pollution episode.</summary>
        public const int InterlockEpisode = 4;

        /// <summary>Class that bundles name, such as <c>esp32-s3</c> or <c>sim</c>; empty: not told.</summary>
        public string HardwareClass = "";

        /// <summary>Version of the runtime under the application; empty: not known.</summary>
        public string RuntimeVersion = "";

        /// <summary>What no update may interrupt now: a set of bits.</summary>
        public int Interlocks;

        /// <summary>Chunks of captured vibrations that were put on flash, since their queue was new.</summary>
        public uint ChunksProduced;

        /// <summary>Chunks of captured vibrations that were dropped because there was no room, since their queue was new.</summary>
        public uint ChunksDropped;

        /// <summary>Back to nothing told.</summary>
        public void Clear()
        {
            HardwareClass = "";
            RuntimeVersion = "";
            Interlocks = 0;
            ChunksProduced = 0;
            ChunksDropped = 0;
        }

        internal void Write(CborWriter writer)
        {
            bool hardwareClass = HardwareClass.Length != 0;
            writer.WriteMapStart(hardwareClass ? 5 : 4);
            if (hardwareClass)
            {
                writer.WriteInt(1);
                writer.WriteText(HardwareClass);
            }
            writer.WriteInt(2);
            writer.WriteText(RuntimeVersion);
            writer.WriteInt(3);
            writer.WriteInt(Interlocks);
            writer.WriteInt(4);
            writer.WriteUInt(ChunksProduced);
            writer.WriteInt(5);
            writer.WriteUInt(ChunksDropped);
        }

        internal bool TryRead(CborReader reader)
        {
            Clear();
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

        private bool TryReadValue(CborReader reader, int key)
        {
            switch (key)
            {
                case 1:
                    return MapReader.TryReadId(reader, out HardwareClass);
                case 2:
                    return reader.TryReadText(Limits.MaxVersionText, out RuntimeVersion);
                case 3:
                    return reader.TryReadInt32(0, int.MaxValue, out Interlocks);
                case 4:
                    return reader.TryReadUInt32(out ChunksProduced);
                case 5:
                    return reader.TryReadUInt32(out ChunksDropped);
                default:
                    return reader.TrySkip();
            }
        }
    }
}
