using System;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>What a record of a segment file holds.</summary>
    internal enum RecordKind : byte
    {
        None = 0,

        /// <summary>The queue's accounting; the first record of every segment.</summary>
        Ledger = 1,

        /// <summary>One entry: its time in 8 bytes, and the caller's bytes.</summary>
        Entry = 2,
    }

    /// <summary>
    /// The records of segment files: {magic, kind, payload's length, number, done-through, checksum} and a payload. A
    /// record that was torn is told by its checksum; it can only be a file's last, for nothing is appended behind it.
    /// </summary>
    internal sealed class SegmentRecords
    {
        /// <summary>Bytes before the payload.</summary>
        public const int HeaderBytes = 16;

        /// <summary>Bytes of a ledger's payload.</summary>
        public const int LedgerBytes = 36;

        private const byte Magic = 0xE7;

        private readonly IStorage _storage;
        private readonly Crc32 _crc;
        private readonly byte[] _record = new byte[NodeLimits.SegmentBytes];

        public SegmentRecords(IStorage storage, Crc32 crc)
        {
            _storage = storage;
            _crc = crc;
        }

        /// <summary>Where records are put together and taken apart; the payload begins at <see cref="HeaderBytes"/>.</summary>
        public byte[] Buffer => _record;

        /// <summary>Done-through of the record read last.</summary>
        public uint Done => Bytes.Get32(_record, 8);

        /// <summary>Writes a record, in a file of its own or behind those that are there.</summary>
        public StorageResult Put(string file, bool first, RecordKind kind, uint number, uint done, int payload)
        {
            _record[0] = Magic;
            _record[1] = (byte)kind;
            Bytes.Put16(_record, 2, payload);
            Bytes.Put32(_record, 4, number);
            Bytes.Put32(_record, 8, done);
            Bytes.Put32(_record, 12, Checksum(payload));
            return first
                ? _storage.Write(file, _record, 0, HeaderBytes + payload)
                : _storage.Append(file, _record, 0, HeaderBytes + payload);
        }

        /// <summary>Reads the record at <paramref name="at"/>; answers its payload's length, or -1 where none is.</summary>
        public int Read(string file, int at, int end, out RecordKind kind, out uint number)
        {
            kind = RecordKind.None;
            number = 0;
            if (at + HeaderBytes > end)
                return -1;
            if (_storage.Read(file, at, _record, 0, HeaderBytes, out int read) != StorageResult.Ok || read != HeaderBytes)
                return -1;
            int payload = Bytes.Get16(_record, 2);
            if (_record[0] != Magic || HeaderBytes + payload > _record.Length || at + HeaderBytes + payload > end)
                return -1;
            if (_storage.Read(file, at + HeaderBytes, _record, HeaderBytes, payload, out read) != StorageResult.Ok
                || read != payload || Bytes.Get32(_record, 12) != Checksum(payload))
                return -1;
            kind = (RecordKind)_record[1];
            number = Bytes.Get32(_record, 4);
            return payload;
        }

        /// <summary>Puts a ledger, and the number of the youngest entry, into the payload.</summary>
        public void PutLedger(in QueueLedger ledger, uint last)
        {
            Bytes.Put32(_record, HeaderBytes, ledger.Epoch);
            Bytes.Put32(_record, HeaderBytes + 4, ledger.Dropped);
            Bytes.Put32(_record, HeaderBytes + 8, ledger.DroppedFirst);
            Bytes.Put32(_record, HeaderBytes + 12, ledger.DroppedLast);
            Bytes.Put64(_record, HeaderBytes + 16, ledger.DroppedFromMs);
            Bytes.Put64(_record, HeaderBytes + 24, ledger.DroppedToMs);
            Bytes.Put32(_record, HeaderBytes + 32, last);
        }

        /// <summary>Takes a ledger out of the record read last; answers the number of the youngest entry.</summary>
        public uint TakeLedger(ref QueueLedger ledger)
        {
            ledger.Epoch = Bytes.Get32(_record, HeaderBytes);
            ledger.Dropped = Bytes.Get32(_record, HeaderBytes + 4);
            ledger.DroppedFirst = Bytes.Get32(_record, HeaderBytes + 8);
            ledger.DroppedLast = Bytes.Get32(_record, HeaderBytes + 12);
            ledger.DroppedFromMs = Bytes.Get64(_record, HeaderBytes + 16);
            ledger.DroppedToMs = Bytes.Get64(_record, HeaderBytes + 24);
            ledger.Done = Done;
            return Bytes.Get32(_record, HeaderBytes + 32);
        }

        /// <summary>Times of two entries of a segment, and so of all between them; 0 where one is not there.</summary>
        public void TimesOf(string file, int end, uint from, uint through, out long fromMs, out long toMs)
        {
            fromMs = 0;
            toMs = 0;
            int at = 0;
            while (true)
            {
                int payload = Read(file, at, end, out RecordKind kind, out uint number);
                if (payload < 0)
                    return;
                if (kind == RecordKind.Entry && number >= from && number <= through)
                {
                    toMs = Bytes.Get64(_record, HeaderBytes);
                    if (number == from)
                        fromMs = toMs;
                }
                at += HeaderBytes + payload;
            }
        }

        // Header and payload are checked in one sum over what lies before and behind the sum itself.
        private uint Checksum(int payload)
        {
            return _crc.Of(_record, 0, 12) ^ (_crc.Of(_record, HeaderBytes, payload) * 3);
        }
    }
}
