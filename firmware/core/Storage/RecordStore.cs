using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>
    /// One small record that survives power cuts: two files written in turn, each with a sequence number and a
    /// checksum, since the flash's files cannot be replaced atomically. The younger valid one counts.
    /// </summary>
    public sealed class RecordStore
    {
        private const int HeaderBytes = 12;

        private readonly IStorage _storage;
        private readonly Crc32 _crc;
        private readonly string _nameA;
        private readonly string _nameB;
        private readonly byte[] _buffer;
        private uint _sequence;
        private bool _nextIsB;

        /// <summary>A record of at most <paramref name="capacity"/> bytes.</summary>
        public RecordStore(IStorage storage, Crc32 crc, string name, int capacity)
        {
            _storage = storage;
            _crc = crc;
            _nameA = name + ".a";
            _nameB = name + ".b";
            _buffer = new byte[capacity + HeaderBytes];
        }

        /// <summary>Where <see cref="Load"/> puts the record, and <see cref="Save"/> takes it from.</summary>
        public byte[] Buffer => _buffer;

        /// <summary>First byte of the record in <see cref="Buffer"/>.</summary>
        public int Offset => HeaderBytes;

        /// <summary>Loads the youngest valid record; answers its length, or -1 where there is none.</summary>
        public int Load()
        {
            int lengthA = LoadFile(_nameA, out uint sequenceA);
            int lengthB = LoadFile(_nameB, out uint sequenceB);
            if (lengthA < 0 && lengthB < 0)
            {
                _sequence = 0;
                _nextIsB = false;
                return -1;
            }
            bool useA = lengthB < 0 || (lengthA >= 0 && (int)(sequenceA - sequenceB) > 0);
            _sequence = useA ? sequenceA : sequenceB;
            _nextIsB = useA;
            return useA ? LoadFile(_nameA, out sequenceA) : lengthB;
        }

        /// <summary>Saves <paramref name="length"/> bytes of <see cref="Buffer"/>, from <see cref="Offset"/> on.</summary>
        public StorageResult Save(int length)
        {
            Bytes.Put32(_buffer, 4, _sequence + 1);
            Bytes.Put32(_buffer, 8, (uint)length);
            Bytes.Put32(_buffer, 0, _crc.Of(_buffer, 4, HeaderBytes - 4 + length));
            StorageResult result = _storage.Write(_nextIsB ? _nameB : _nameA, _buffer, 0, HeaderBytes + length);
            if (result == StorageResult.Ok)
            {
                _sequence++;
                _nextIsB = !_nextIsB;
            }
            return result;
        }

        private int LoadFile(string name, out uint sequence)
        {
            sequence = 0;
            int size = _storage.Length(name);
            if (size < HeaderBytes || size > _buffer.Length)
                return -1;
            if (_storage.Read(name, 0, _buffer, 0, size, out int read) != StorageResult.Ok || read != size)
                return -1;
            if (Bytes.Get32(_buffer, 8) != (uint)(size - HeaderBytes)
                || Bytes.Get32(_buffer, 0) != _crc.Of(_buffer, 4, size - 4))
                return -1;
            sequence = Bytes.Get32(_buffer, 4);
            return size - HeaderBytes;
        }
    }
}
