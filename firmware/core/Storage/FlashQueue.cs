using System;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Storage
{
    /// <summary>
    /// A bounded first-in first-out queue of entries on flash. Entries are numbered from 1 without holes; at any time,
    /// and after a power cut at any moment, added = done + waiting, and done = acknowledged + dropped.
    /// </summary>
    /// <remarks>
    /// <para><b>What is written.</b> Segment files of one flash sector, each begun with a ledger record and filled with
    /// entries. Every record carries how far the queue is done, so an acknowledgement writes nothing: it is on flash
    /// with the next entry, or with <see cref="Book"/>, and only then are segments deleted that hold nothing else.
    /// Nothing is ever rewritten.</para>
    /// <para><b>Order.</b> A full queue first opens a new segment, whose ledger books the oldest one's entries as dropped,
    /// and then deletes the oldest: whatever a cut leaves, the youngest ledger covers what is missing. A torn record ends
    /// its segment; the next entry goes to a new one. For that moment there is one segment more than the bound.</para>
    /// <para><b>What a cut costs.</b> Knowledge, never data: acknowledgements that are not on flash are forgotten, and
    /// those entries are sent again under their old numbers; should the queue overflow before that, they count as
    /// dropped although the service has them.</para>
    /// <para>What that means for the life of the flash stands in the firmware's README.</para>
    /// </remarks>
    public sealed class FlashQueue
    {
        private const int TimeBytes = 8;

        private readonly IStorage _storage;
        private readonly IEntropy _entropy;
        private readonly SegmentRecords _records;
        private readonly SegmentFiles _files;
        private readonly int _maxSegments;

        // Segments in use, oldest first; the last one takes new records.
        private readonly uint[] _index;
        private readonly uint[] _lastNumber;
        private readonly int[] _length;
        private int _segments;
        private uint _nextIndex;
        private bool _torn;

        private QueueLedger _ledger;
        private uint _last;

        // How far the queue is done according to the flash, and whether a ledger there has all drops.
        private uint _bookedDone;
        private bool _bookedDrops = true;

        // Where the entry after the one read last begins, so that reading on does not search.
        private int _readSegment;
        private int _readOffset;
        private uint _readNumber;

        /// <summary>A queue of files that begin with <paramref name="prefix"/>; at most so many segments.</summary>
        public FlashQueue(IStorage storage, Crc32 crc, IEntropy entropy, string prefix, int maxSegments)
        {
            _storage = storage;
            _entropy = entropy;
            _records = new SegmentRecords(storage, crc);
            _files = new SegmentFiles(storage, prefix);
            // Two are the least: one that is filled, and one that can be dropped meanwhile.
            _maxSegments = maxSegments < 2 ? 2 : maxSegments > NodeLimits.MaxSegments ? NodeLimits.MaxSegments : maxSegments;
            _index = new uint[_maxSegments + 1];
            _lastNumber = new uint[_maxSegments + 1];
            _length = new int[_maxSegments + 1];
        }

        /// <summary>Largest entry, in bytes: a segment's ledger, one more for drops, and the entry's own framing.</summary>
        public const int MaxEntry = NodeLimits.SegmentBytes - 2 * SegmentFraming - EntryFraming;

        /// <summary>Bytes that an entry takes on flash beside its own: the record's header and the time.</summary>
        public const int EntryFraming = SegmentRecords.HeaderBytes + TimeBytes;

        /// <summary>Bytes that a segment takes beside its entries: its ledger.</summary>
        public const int SegmentFraming = SegmentRecords.HeaderBytes + SegmentRecords.LedgerBytes;

        /// <summary>The accounting.</summary>
        public QueueLedger Ledger => _ledger;

        /// <summary>Entries added in this epoch; also the number of the youngest.</summary>
        public uint Added => _last;

        /// <summary>Bytes by which the queue's files may still grow.</summary>
        public long BytesToGrow => (long)(_maxSegments + 1 - _segments) * NodeLimits.SegmentBytes;

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
            uint[] found = _files.Find();
            // A queue that was made smaller keeps its youngest; what goes with the others shows as a hole below.
            int from = found.Length > _maxSegments + 1 ? found.Length - _maxSegments - 1 : 0;
            for (int i = 0; i < from; i++)
                _storage.Delete(_files.Name(found[i]));
            uint firstNumber = 0;
            for (int i = from; i < found.Length; i++)
            {
                _index[_segments] = found[i];
                _nextIndex = found[i] + 1;
                if (Scan(_segments, ref firstNumber))
                    _segments++;
                else
                    _storage.Delete(_files.Name(found[i]));
            }
            // Zero would read as "no epoch".
            while (_segments == 0 && _ledger.Epoch == 0)
                _ledger.Epoch = _entropy.Next();
            if (_last < _ledger.Done)
                _last = _ledger.Done;
            _bookedDone = _ledger.Done;
            _bookedDrops = true;
            // A hole that no ledger covers was made by the flash itself: what was in it is lost, and counted.
            uint lost = firstNumber == 0 ? _last : firstNumber - 1;
            if (lost > _ledger.Done)
                CountDropped(lost, 0, 0);
            while (_segments > _maxSegments && DropOldest()) { }
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
            StorageResult result = StorageResult.Failed;
            // Tried once more: in a new segment where this one was torn, or in the room that was made on a full flash.
            for (int attempt = 0; attempt < 2; attempt++)
            {
                result = MakeRoom(EntryFraming + count);
                if (result == StorageResult.Ok)
                {
                    Bytes.Put64(_records.Buffer, SegmentRecords.HeaderBytes, timeMs);
                    Array.Copy(entry, offset, _records.Buffer, SegmentRecords.HeaderBytes + TimeBytes, count);
                    result = Append(RecordKind.Entry, _last + 1, TimeBytes + count);
                }
                if (result == StorageResult.Ok)
                {
                    _last++;
                    _lastNumber[_segments - 1] = _last;
                    RemoveDoneSegments();
                    return result;
                }
                if (result == StorageResult.Full && !DropOldest())
                    return result;
            }
            return result;
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
                ForgetReadPosition();
            while (_readSegment < _segments)
            {
                int length = -1;
                RecordKind kind = RecordKind.None;
                uint found = 0;
                if (_lastNumber[_readSegment] >= number)
                    length = _records.Read(
                        _files.Name(_index[_readSegment]), _readOffset, _length[_readSegment], out kind, out found);
                if (length < 0)
                {
                    _readSegment++;
                    _readOffset = 0;
                    continue;
                }
                _readOffset += SegmentRecords.HeaderBytes + length;
                if (kind != RecordKind.Entry || found < number)
                    continue;
                _readNumber = number + 1;
                length -= TimeBytes;
                if (found != number || length < 0 || length > buffer.Length)
                    break;
                Array.Copy(_records.Buffer, SegmentRecords.HeaderBytes + TimeBytes, buffer, 0, length);
                return length;
            }
            ForgetReadPosition();
            return -1;
        }

        /// <summary>All entries up to <paramref name="number"/> have been acknowledged. Writes nothing.</summary>
        public void Acknowledge(uint number)
        {
            if (number > _ledger.Done && number <= _last)
                _ledger.Done = number;
        }

        /// <summary>Counts entries that cannot be read or sent as dropped. Writes nothing: the next entry books it.</summary>
        public void DropThrough(uint number)
        {
            if (number > _ledger.Done && number <= _last)
                CountDropped(number, 0, 0);
        }

        /// <summary>
        /// Writes down how far the queue is done, where it has room for that. For entries that are rare: their
        /// acknowledgements would wait long for the next entry, and a cut would make all be sent again.
        /// </summary>
        public void Book()
        {
            if (_segments == 0 || _torn || (_bookedDrops && _bookedDone == _ledger.Done)
                || _length[_segments - 1] + SegmentFraming > NodeLimits.SegmentBytes)
                return;
            if (AppendLedger() == StorageResult.Ok)
                RemoveDoneSegments();
        }

        private StorageResult MakeRoom(int size)
        {
            int taken = size + (_bookedDrops ? 0 : SegmentFraming);
            if (_segments > 0 && !_torn && _length[_segments - 1] + taken <= NodeLimits.SegmentBytes)
                return _bookedDrops ? StorageResult.Ok : AppendLedger();
            if (_segments >= _maxSegments)
                BookOldest();
            if (_segments > _maxSegments && !DeleteOldest())
                return StorageResult.Failed;
            StorageResult result = OpenSegment();
            if (result == StorageResult.Ok)
                RemoveDoneSegments();
            return result;
        }

        private StorageResult OpenSegment()
        {
            // The same name until it works: an attempt that failed leaves at most one file, and this replaces it.
            _index[_segments] = _nextIndex;
            _lastNumber[_segments] = 0;
            _length[_segments] = 0;
            _records.PutLedger(_ledger, _last);
            StorageResult result = _records.Put(
                _files.Name(_nextIndex), true, RecordKind.Ledger, 0, _ledger.Done, SegmentRecords.LedgerBytes);
            if (result != StorageResult.Ok)
            {
                Failures++;
                return result;
            }
            _length[_segments] = SegmentFraming;
            _segments++;
            _nextIndex++;
            _torn = false;
            _bookedDone = _ledger.Done;
            _bookedDrops = true;
            return result;
        }

        private StorageResult AppendLedger()
        {
            _records.PutLedger(_ledger, _last);
            StorageResult result = Append(RecordKind.Ledger, 0, SegmentRecords.LedgerBytes);
            if (result == StorageResult.Ok)
                _bookedDrops = true;
            return result;
        }

        private StorageResult Append(RecordKind kind, uint number, int payload)
        {
            int slot = _segments - 1;
            string name = _files.Name(_index[slot]);
            StorageResult result = _records.Put(name, false, kind, number, _ledger.Done, payload);
            if (result == StorageResult.Ok)
            {
                _length[slot] += SegmentRecords.HeaderBytes + payload;
                _bookedDone = _ledger.Done;
                return result;
            }
            Failures++;
            // A segment goes on being filled only where the failure left no byte behind.
            _torn = _storage.Length(name) != _length[slot];
            return result;
        }

        /// <summary>Counts what the oldest segment still holds as dropped.</summary>
        private void BookOldest()
        {
            uint last = _lastNumber[0];
            if (last <= _ledger.Done)
                return;
            _records.TimesOf(_files.Name(_index[0]), _length[0], _ledger.Done + 1, last, out long fromMs, out long toMs);
            CountDropped(last, fromMs, toMs);
        }

        /// <summary>Makes room on a flash that has none even for a ledger: a cut right now leaves a hole, and counts it.</summary>
        private bool DropOldest()
        {
            if (_segments < 2)
                return false;
            BookOldest();
            return DeleteOldest();
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
            _bookedDrops = false;
        }

        /// <summary>Deletes segments of which the flash knows that they are done; the youngest holds the ledger.</summary>
        private void RemoveDoneSegments()
        {
            while (_segments > 1 && _bookedDrops && _lastNumber[0] <= _bookedDone && DeleteOldest()) { }
        }

        private bool DeleteOldest()
        {
            StorageResult result = _storage.Delete(_files.Name(_index[0]));
            if (result != StorageResult.Ok && result != StorageResult.NotFound)
            {
                Failures++;
                return false;
            }
            _segments--;
            Array.Copy(_index, 1, _index, 0, _segments);
            Array.Copy(_lastNumber, 1, _lastNumber, 0, _segments);
            Array.Copy(_length, 1, _length, 0, _segments);
            ForgetReadPosition();
            return true;
        }

        /// <summary>Reads a segment at mount; false where it does not begin with a ledger, and so holds nothing.</summary>
        private bool Scan(int slot, ref uint firstNumber)
        {
            string name = _files.Name(_index[slot]);
            int size = _storage.Length(name);
            _lastNumber[slot] = 0;
            int at = 0;
            while (true)
            {
                int payload = _records.Read(name, at, size, out RecordKind kind, out uint number);
                if (payload < 0 || (at == 0 && kind != RecordKind.Ledger))
                    break;
                if (kind == RecordKind.Ledger && payload >= SegmentRecords.LedgerBytes)
                {
                    uint last = _records.TakeLedger(ref _ledger);
                    _last = last > _last ? last : _last;
                }
                else if (kind == RecordKind.Entry)
                {
                    Supersede(slot, number);
                    firstNumber = firstNumber == 0 || number < firstNumber ? number : firstNumber;
                    _ledger.Done = _records.Done;
                    _last = number;
                    _lastNumber[slot] = number;
                }
                at += SegmentRecords.HeaderBytes + payload;
            }
            if (at == 0)
                return false;
            // Only of a segment that stays: behind a torn one there may be another that had only just begun.
            _torn = at != size;
            _length[slot] = at;
            return true;
        }

        /// <summary>
        /// An entry whose write was reported as failed may be there all the same; what was added under its number later
        /// is what counts.
        /// </summary>
        private void Supersede(int slot, uint number)
        {
            for (int i = 0; i < slot; i++)
            {
                if (_lastNumber[i] >= number)
                    _lastNumber[i] = number - 1;
            }
        }

        private void ForgetReadPosition()
        {
            _readNumber = 0;
            _readSegment = 0;
            _readOffset = 0;
        }
    }
}
