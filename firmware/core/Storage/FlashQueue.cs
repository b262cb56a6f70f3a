using System;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>What a queue has done so far in its epoch.</summary>
    public struct QueueLedger
    {
        /// <summary>Made when the flash was formatted; numbers count anew from there.</summary>
        public uint Epoch;

        /// <summary>All entries up to this number are done with: acknowledged or dropped.</summary>
        public uint Done;

        /// <summary>Entries dropped.</summary>
        public uint Dropped;

        /// <summary>Number of the first entry dropped.</summary>
        public uint DroppedFirst;

        /// <summary>Number of the last entry dropped.</summary>
        public uint DroppedLast;

        /// <summary>Time of the first entry dropped, in the caller's terms; 0: not known.</summary>
        public long DroppedFromMs;

        /// <summary>Time of the last entry dropped, in the caller's terms; 0: not known.</summary>
        public long DroppedToMs;
    }

    /// <summary>
    /// A bounded first-in first-out queue of entries on flash. Entries are numbered from 1 without holes; at any time,
    /// and after a power cut at any moment, added = done + waiting, and done = acknowledged + dropped.
    /// </summary>
    /// <remarks>
    /// <para>Segment files of one flash sector each hold records of {kind, length, number, done-through, checksum} and
    /// an entry. A segment begins with a ledger record, so that the youngest segment alone tells the whole accounting;
    /// entries are only appended, and every record carries how far the queue is done, so an acknowledgement costs no
    /// write of its own. Before segments are deleted, acknowledged or dropped, a ledger record is appended: whatever
    /// the cut leaves, the ledger on flash covers the hole. A torn record ends its segment; the next goes to a new one.
    /// </para>
    /// <para>What a cut may cost is knowledge, never data: acknowledgements since the last record are forgotten, and
    /// those entries are sent again under their old numbers.</para>
    /// </remarks>
    public sealed class FlashQueue
    {
        private const byte Magic = 0xE7;
        private const byte KindLedger = 1;
        private const byte KindEntry = 2;
        private const int HeaderBytes = 16;
        private const int LedgerBytes = 36;
        private const int SpaceForLedger = HeaderBytes + LedgerBytes;

        private readonly IStorage _storage;
        private readonly Crc32 _crc;
        private readonly IEntropy _entropy;
        private readonly string _prefix;
        private readonly int _maxSegments;
        private readonly byte[] _record = new byte[NodeLimits.SegmentBytes];

        // Segments in use, oldest first; the last one takes new records.
        private readonly uint[] _index;
        private readonly uint[] _lastNumber;
        private readonly int[] _length;
        private readonly bool[] _closed;
        private int _segments;
        private uint _nextIndex;

        private QueueLedger _ledger;
        private uint _last;

        // Where the entry after the one read last begins, so that reading on does not search.
        private int _readSegment;
        private int _readOffset;
        private uint _readNumber;

        /// <summary>A queue of files that begin with <paramref name="prefix"/>; at most so many segments.</summary>
        public FlashQueue(IStorage storage, Crc32 crc, IEntropy entropy, string prefix, int maxSegments)
        {
            _storage = storage;
            _crc = crc;
            _entropy = entropy;
            _prefix = prefix;
            // Two are the least: one that is filled, and one that can be dropped meanwhile.
            _maxSegments = maxSegments < 2 ? 2 : maxSegments > NodeLimits.MaxSegments ? NodeLimits.MaxSegments : maxSegments;
            _index = new uint[_maxSegments + 1];
            _lastNumber = new uint[_maxSegments + 1];
            _length = new int[_maxSegments + 1];
            _closed = new bool[_maxSegments + 1];
        }

        /// <summary>Largest entry, in bytes.</summary>
        public const int MaxEntry = NodeLimits.SegmentBytes - SpaceForLedger - SpaceForLedger - HeaderBytes;

        /// <summary>The accounting.</summary>
        public QueueLedger Ledger => _ledger;

        /// <summary>Entries added in this epoch; also the number of the youngest.</summary>
        public uint Added => _last;

        /// <summary>Entries that wait.</summary>
        public uint Waiting => _last - _ledger.Done;

        /// <summary>Writes that the flash refused since the boot.</summary>
        public uint Failures { get; private set; }

        /// <summary>Finds out what is on flash; to be called once, first.</summary>
        public void Mount()
        {
            _segments = 0;
            _last = 0;
            _ledger = new QueueLedger();
            uint[] found = FindSegments();
            bool any = false;
            uint firstNumber = 0;
            for (int i = 0; i < found.Length; i++)
            {
                if (_segments > _maxSegments)
                    break;
                _index[_segments] = found[i];
                _nextIndex = found[i] + 1;
                if (ScanSegment(_segments, ref any, ref firstNumber))
                    _segments++;
                else
                    _storage.Delete(Name(found[i]));
            }
            if (!any)
            {
                for (int i = 0; i < _segments; i++)
                    _storage.Delete(Name(_index[i]));
                _segments = 0;
                // Zero would read as "no epoch".
                do
                {
                    _ledger.Epoch = _entropy.Next();
                }
                while (_ledger.Epoch == 0);
            }
            // A hole that no ledger covers was made by the flash itself: what was in it is lost, and counted.
            if (firstNumber > _ledger.Done + 1)
                CountDropped(firstNumber - 1, 0, 0);
            if (_last < _ledger.Done)
                _last = _ledger.Done;
            ForgetReadPosition();
            RemoveDoneSegments();
        }

        /// <summary>
        /// Adds an entry; when this answers Ok it survives a power cut. Its number is then <see cref="Added"/>. Where
        /// the queue is full the oldest segment is dropped and counted. <paramref name="timeMs"/>: what the caller
        /// wants to know of entries that are dropped.
        /// </summary>
        public StorageResult Add(byte[] entry, int offset, int count, long timeMs)
        {
            if (count > MaxEntry)
                return StorageResult.Failed;
            int size = HeaderBytes + 8 + count;
            // A new segment is tried once: the old one may have been torn by a failed write.
            for (int attempt = 0; attempt < 2; attempt++)
            {
                StorageResult result = MakeRoom(size);
                if (result == StorageResult.Ok)
                {
                    Bytes.Put64(_record, HeaderBytes, timeMs);
                    Array.Copy(entry, offset, _record, HeaderBytes + 8, count);
                    result = AppendRecord(KindEntry, _last + 1, 8 + count);
                }
                if (result == StorageResult.Ok)
                {
                    _last++;
                    _lastNumber[_segments - 1] = _last;
                    return result;
                }
                Failures++;
                if (result == StorageResult.Full && _segments > 1)
                    DropOldest();
            }
            return StorageResult.Failed;
        }

        /// <summary>
        /// Reads entry <paramref name="number"/>, one that waits, into <paramref name="buffer"/>; answers its length,
        /// or -1 where it cannot be read.
        /// </summary>
        public int Read(uint number, byte[] buffer)
        {
            if (number <= _ledger.Done || number > _last)
                return -1;
            if (number != _readNumber)
                SeekSegment(number);
            while (_readSegment < _segments)
            {
                int length = ReadRecord(_readSegment, _readOffset, out byte kind, out uint found);
                if (length < 0)
                {
                    _readSegment++;
                    _readOffset = 0;
                    continue;
                }
                _readOffset += HeaderBytes + length;
                if (kind != KindEntry || found < number)
                    continue;
                _readNumber = found + 1;
                if (found != number || length - 8 > buffer.Length)
                    return -1;
                Array.Copy(_record, HeaderBytes + 8, buffer, 0, length - 8);
                return length - 8;
            }
            ForgetReadPosition();
            return -1;
        }

        /// <summary>All entries up to <paramref name="number"/> have been acknowledged.</summary>
        public void Acknowledge(uint number)
        {
            if (number <= _ledger.Done || number > _last)
                return;
            _ledger.Done = number;
            RemoveDoneSegments();
        }

        /// <summary>Drops one entry that cannot be read or sent, and counts it.</summary>
        public void DropThrough(uint number)
        {
            if (number <= _ledger.Done || number > _last)
                return;
            CountDropped(number, 0, 0);
            AppendLedger();
            RemoveDoneSegments();
        }

        private StorageResult MakeRoom(int size)
        {
            // A ledger must fit behind the entry, so that what is deleted later can be booked here.
            if (_segments > 0 && !_closed[_segments - 1]
                && _length[_segments - 1] + size + SpaceForLedger <= NodeLimits.SegmentBytes)
                return StorageResult.Ok;
            if (_segments >= _maxSegments)
                DropOldest();
            return OpenSegment();
        }

        private StorageResult OpenSegment()
        {
            int slot = _segments;
            _index[slot] = _nextIndex++;
            _length[slot] = 0;
            _lastNumber[slot] = 0;
            _closed[slot] = false;
            _segments++;
            StorageResult result = AppendLedger();
            if (result != StorageResult.Ok)
            {
                _storage.Delete(Name(_index[slot]));
                _segments--;
            }
            return result;
        }

        /// <summary>Books what the oldest segment still holds as dropped, then deletes it.</summary>
        private void DropOldest()
        {
            if (_segments == 0)
                return;
            uint last = _lastNumber[0];
            if (last > _ledger.Done)
            {
                TimesOf(0, _ledger.Done + 1, out long fromMs, out long toMs);
                CountDropped(last, fromMs, toMs);
                AppendLedger();
            }
            DeleteOldest();
        }

        private void CountDropped(uint through, long fromMs, long toMs)
        {
            if (_ledger.Dropped == 0)
            {
                _ledger.DroppedFirst = _ledger.Done + 1;
                _ledger.DroppedFromMs = fromMs;
            }
            _ledger.Dropped += through - _ledger.Done;
            _ledger.DroppedLast = through;
            _ledger.DroppedToMs = toMs;
            _ledger.Done = through;
        }

        private void RemoveDoneSegments()
        {
            // The youngest segment stays: it holds the ledger.
            bool booked = false;
            while (_segments > 1 && _lastNumber[0] <= _ledger.Done)
            {
                if (!booked && AppendLedger() != StorageResult.Ok)
                    return;
                booked = true;
                DeleteOldest();
            }
        }

        private void DeleteOldest()
        {
            _storage.Delete(Name(_index[0]));
            for (int i = 1; i < _segments; i++)
            {
                _index[i - 1] = _index[i];
                _lastNumber[i - 1] = _lastNumber[i];
                _length[i - 1] = _length[i];
                _closed[i - 1] = _closed[i];
            }
            _segments--;
            ForgetReadPosition();
        }

        private StorageResult AppendLedger()
        {
            if (_segments == 0)
                return StorageResult.Ok;
            if (_closed[_segments - 1] || _length[_segments - 1] + SpaceForLedger > NodeLimits.SegmentBytes)
                return _segments <= _maxSegments ? OpenSegment() : StorageResult.Full;
            Bytes.Put32(_record, HeaderBytes, _ledger.Epoch);
            Bytes.Put32(_record, HeaderBytes + 4, _ledger.Dropped);
            Bytes.Put32(_record, HeaderBytes + 8, _ledger.DroppedFirst);
            Bytes.Put32(_record, HeaderBytes + 12, _ledger.DroppedLast);
            Bytes.Put64(_record, HeaderBytes + 16, _ledger.DroppedFromMs);
            Bytes.Put64(_record, HeaderBytes + 24, _ledger.DroppedToMs);
            Bytes.Put32(_record, HeaderBytes + 32, _last);
            StorageResult result = AppendRecord(KindLedger, 0, LedgerBytes);
            if (result != StorageResult.Ok)
                Failures++;
            return result;
        }

        private StorageResult AppendRecord(byte kind, uint number, int payload)
        {
            int slot = _segments - 1;
            _record[0] = Magic;
            _record[1] = kind;
            Bytes.Put16(_record, 2, payload);
            Bytes.Put32(_record, 4, number);
            Bytes.Put32(_record, 8, _ledger.Done);
            Bytes.Put32(_record, 12, Checksum(payload));
            int size = HeaderBytes + payload;
            StorageResult result = _storage.Append(Name(_index[slot]), _record, 0, size);
            if (result == StorageResult.Ok)
                _length[slot] += size;
            else
                _closed[slot] = true;
            return result;
        }

        private uint Checksum(int payload)
        {
            return _crc.Of(_record, 0, 12) ^ (_crc.Of(_record, HeaderBytes, payload) * 3);
        }

        /// <summary>Reads a record into the record buffer; answers its payload's length, or -1 at the end.</summary>
        private int ReadRecord(int slot, int at, out byte kind, out uint number)
        {
            kind = 0;
            number = 0;
            if (at + HeaderBytes > _length[slot])
                return -1;
            string name = Name(_index[slot]);
            if (_storage.Read(name, at, _record, 0, HeaderBytes, out int read) != StorageResult.Ok || read != HeaderBytes)
                return -1;
            int payload = Bytes.Get16(_record, 2);
            if (_record[0] != Magic || at + HeaderBytes + payload > _length[slot])
                return -1;
            if (_storage.Read(name, at + HeaderBytes, _record, HeaderBytes, payload, out read) != StorageResult.Ok
                || read != payload || Bytes.Get32(_record, 12) != Checksum(payload))
                return -1;
            kind = _record[1];
            number = Bytes.Get32(_record, 4);
            return payload;
        }

        /// <summary>Reads a segment at mount; false where it does not begin with a ledger, and so holds nothing.</summary>
        private bool ScanSegment(int slot, ref bool any, ref uint firstNumber)
        {
            int size = _storage.Length(Name(_index[slot]));
            _length[slot] = size > NodeLimits.SegmentBytes ? NodeLimits.SegmentBytes : size;
            _lastNumber[slot] = 0;
            int at = 0;
            while (true)
            {
                int payload = ReadRecord(slot, at, out byte kind, out uint number);
                if (payload < 0 || (at == 0 && kind != KindLedger))
                    break;
                uint done = Bytes.Get32(_record, 8);
                if (done > _ledger.Done || !any)
                    _ledger.Done = done;
                if (kind == KindLedger && payload >= LedgerBytes)
                {
                    LoadLedger();
                    any = true;
                }
                else if (kind == KindEntry)
                {
                    if (firstNumber == 0)
                        firstNumber = number;
                    _last = number;
                    _lastNumber[slot] = number;
                }
                at += HeaderBytes + payload;
            }
            _closed[slot] = at != size;
            _length[slot] = at;
            return at > 0;
        }

        private void LoadLedger()
        {
            _ledger.Epoch = Bytes.Get32(_record, HeaderBytes);
            _ledger.Dropped = Bytes.Get32(_record, HeaderBytes + 4);
            _ledger.DroppedFirst = Bytes.Get32(_record, HeaderBytes + 8);
            _ledger.DroppedLast = Bytes.Get32(_record, HeaderBytes + 12);
            _ledger.DroppedFromMs = Bytes.Get64(_record, HeaderBytes + 16);
            _ledger.DroppedToMs = Bytes.Get64(_record, HeaderBytes + 24);
            uint last = Bytes.Get32(_record, HeaderBytes + 32);
            if (last > _last)
                _last = last;
        }

        private void TimesOf(int slot, uint from, out long fromMs, out long toMs)
        {
            fromMs = 0;
            toMs = 0;
            int at = 0;
            while (true)
            {
                int payload = ReadRecord(slot, at, out byte kind, out uint number);
                if (payload < 0)
                    return;
                if (kind == KindEntry && number >= from)
                {
                    toMs = Bytes.Get64(_record, HeaderBytes);
                    if (number == from)
                        fromMs = toMs;
                }
                at += HeaderBytes + payload;
            }
        }

        private void SeekSegment(uint number)
        {
            _readSegment = 0;
            _readOffset = 0;
            while (_readSegment < _segments - 1 && _lastNumber[_readSegment] < number)
                _readSegment++;
        }

        private void ForgetReadPosition()
        {
            _readNumber = 0;
            _readSegment = 0;
            _readOffset = 0;
        }

        private uint[] FindSegments()
        {
            string[] names = _storage.List(_prefix);
            uint[] found = new uint[names.Length];
            int count = 0;
            for (int i = 0; i < names.Length; i++)
            {
                if (TryParseIndex(names[i], out uint index))
                    found[count++] = index;
            }
            uint[] sorted = new uint[count];
            for (int i = 0; i < count; i++)
            {
                int at = i;
                while (at > 0 && sorted[at - 1] > found[i])
                {
                    sorted[at] = sorted[at - 1];
                    at--;
                }
                sorted[at] = found[i];
            }
            return sorted;
        }

        private bool TryParseIndex(string name, out uint index)
        {
            index = 0;
            if (name.Length != _prefix.Length + 8)
                return false;
            for (int i = _prefix.Length; i < name.Length; i++)
            {
                char c = name[i];
                int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
                if (digit < 0)
                    return false;
                index = (index << 4) | (uint)digit;
            }
            return true;
        }

        private string Name(uint index)
        {
            char[] digits = new char[8];
            for (int i = 7; i >= 0; i--)
            {
                uint digit = index & 15;
                digits[i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
                index >>= 4;
            }
            return _prefix + new string(digits);
        }
    }
}
