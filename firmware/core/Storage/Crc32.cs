namespace EdgeFleet.Firmware.Storage
{
    /// <summary>CRC-32 (ISO-HDLC, as in Ethernet and zip), four bits a step: a table of 16 entries instead of 256.</summary>
    public sealed class Crc32
    {
        private readonly uint[] _table = new uint[16];

        /// <summary>Makes the table.</summary>
        public Crc32()
        {
            for (uint i = 0; i < 16; i++)
            {
                uint value = i;
                for (int bit = 0; bit < 4; bit++)
                    value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
                _table[i] = value;
            }
        }

        /// <summary>The checksum of a range.</summary>
        public uint Of(byte[] bytes, int offset, int count)
        {
            uint[] table = _table;
            uint crc = 0xFFFFFFFF;
            for (int i = offset; i < offset + count; i++)
            {
                crc ^= bytes[i];
                crc = (crc >> 4) ^ table[crc & 15];
                crc = (crc >> 4) ^ table[crc & 15];
            }
            return ~crc;
        }
    }
}
