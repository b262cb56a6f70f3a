namespace EdgeFleet.Firmware.Drivers.Pms5003
{
    /// <summary>
    /// Cuts frames out of what a PMS5003-family sensor sends: <c>42 4D</c>, a length of 28, thirteen words and the sum of
    /// all bytes before it (Plantower PMS5003 series data manual V2.3, appendix I). Finds its way back after noise, and
    /// steps over the 8-byte answers to commands.
    /// </summary>
    public sealed class PmsFrameReader
    {
        /// <summary>Length of a data frame, in bytes.</summary>
        public const int FrameLength = 32;

        /// <summary>Length of an answer to a command, in bytes.</summary>
        public const int AnswerLength = 8;

        private const byte Start1 = 0x42;
        private const byte Start2 = 0x4D;

        private readonly byte[] _bytes = new byte[FrameLength];
        private int _count;

        /// <summary>Frames with a good length and checksum, since the boot.</summary>
        public uint Frames { get; private set; }

        /// <summary>Frames with a bad checksum, since the boot.</summary>
        public uint ChecksumErrors { get; private set; }

        /// <summary>Bytes that belonged to no frame, since the boot.</summary>
        public uint SkippedBytes { get; private set; }

        /// <summary>
        /// Takes one byte; true when it completed a data frame, whose words <see cref="Word"/> then gives until the
        /// next byte.
        /// </summary>
        public bool Accept(byte value)
        {
            if (_count == FrameLength)
                _count = 0;
            _bytes[_count++] = value;
            while (_count > 0)
            {
                int wanted = Wanted();
                if (wanted < 0)
                {
                    Skip();
                    continue;
                }
                if (_count < wanted)
                    return false;
                if (!ChecksumFits(wanted))
                {
                    ChecksumErrors++;
                    Skip();
                    continue;
                }
                if (wanted == FrameLength)
                {
                    Frames++;
                    return true;
                }
                _count = 0;
            }
            return false;
        }

        /// <summary>Data word 1 to 13 of the frame that has just been completed.</summary>
        public int Word(int number)
        {
            int at = 2 + 2 * number;
            return (_bytes[at] << 8) | _bytes[at + 1];
        }

        /// <summary>Length of the frame that the bytes so far begin, or -1 where they begin none.</summary>
        private int Wanted()
        {
            if (_bytes[0] != Start1 || (_count > 1 && _bytes[1] != Start2))
                return -1;
            if (_count < 4)
                return _count == 3 && _bytes[2] != 0 ? -1 : FrameLength;
            if (_bytes[2] != 0)
                return -1;
            if (_bytes[3] == FrameLength - 4)
                return FrameLength;
            return _bytes[3] == AnswerLength - 4 ? AnswerLength : -1;
        }

        private bool ChecksumFits(int length)
        {
            int sum = 0;
            for (int i = 0; i < length - 2; i++)
                sum += _bytes[i];
            return (sum & 0xFFFF) == ((_bytes[length - 2] << 8) | _bytes[length - 1]);
        }

        /// <summary>Drops bytes up to the next one that may begin a frame.</summary>
        private void Skip()
        {
            int from = 1;
            while (from < _count && _bytes[from] != Start1)
                from++;
            for (int i = from; i < _count; i++)
                _bytes[i - from] = _bytes[i];
            _count -= from;
            SkippedBytes += (uint)from;
        }
    }
}
