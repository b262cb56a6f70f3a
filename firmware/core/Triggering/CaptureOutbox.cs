using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Triggering
{
    /// <summary>
    /// The uplink's half of the trigger: writes an event and the chunks of each capture that is full, and makes messages
    /// of chunks. Chunks wait in a queue of their own, with the same accounting as windows.
    /// </summary>
    /// <remarks>
    /// A capture is sent whole or not at all, but for what an overflow of the queue took: chunks of one capture lie one
    /// behind the other, and each says how many there are, so a capture of which the last one is missing was cut off and
    /// is dropped, and counted. A record beside the queue says how many captures are under way; one that is still there
    /// at the boot was lost, and becomes an event.
    /// </remarks>
    public sealed class CaptureOutbox : IChunkSource
    {
        // Time 21, epoch 4, capture 4, place 2, all 2, axis 1, index 1, count 1, rate 4, scale 4, lost 4, first 4, samples 2.
        private const int HeadBytes = EntryTime.Size + 33;
        private const int RecordBytes = 8;

        private readonly VibrationTrigger _trigger;
        private readonly FlashQueue _chunks;
        private readonly RecordStore _underWay;
        private readonly Outbox _outbox;
        private readonly TimeKeeper _time;
        private readonly uint _boots;
        private readonly byte[] _entry = new byte[FlashQueue.MaxEntry];
        private readonly int[] _samples = new int[NodeLimits.ChunkSamples];
        private readonly WaveformChunk _chunk = new WaveformChunk();
        private readonly NodeEvent _event = new NodeEvent();
        private readonly CborWriter _writer = new CborWriter(new byte[0]);
        private uint _booked;
        private uint _wholeThrough;
        private uint _missedTold;
        private uint _lostTold;

        /// <summary>Over a queue that is mounted. What a power cut took is told at once, through the outbox.</summary>
        public CaptureOutbox(
            VibrationTrigger trigger, FlashQueue chunks, RecordStore underWay, Outbox outbox, TimeKeeper time, uint boots)
        {
            _trigger = trigger;
            _chunks = chunks;
            _underWay = underWay;
            _outbox = outbox;
            _time = time;
            _boots = boots;
            TellOfLost();
        }

        /// <summary>A record for the constructor.</summary>
        public static RecordStore NewRecord(Ports.IStorage storage, Crc32 crc)
        {
            return new RecordStore(storage, crc, "node.capture", RecordBytes);
        }

        /// <summary>Chunks that are kept.</summary>
        public FlashQueue Chunks => _chunks;

        /// <summary>Captures that could not be kept, since the boot.</summary>
        public uint Lost { get; private set; }

        /// <summary>Whether the last <see cref="Keep(long)"/> dealt with a capture that a command asked for.</summary>
        public bool HasAnswer { get; private set; }

        /// <summary>That command.</summary>
        public uint AnsweredCommand { get; private set; }

        /// <summary>What to say of it.</summary>
        public string Answer { get; private set; } = "";

        /// <summary>Whether that capture was kept.</summary>
        public bool AnsweredWell { get; private set; }

        /// <summary>Writes down what is under way, and the oldest capture that is full.</summary>
        public void Keep(long nowMs)
        {
            HasAnswer = false;
            uint underWay = (uint)_trigger.Slots.UnderWay;
            if (underWay != _booked)
                Book(underWay);
            // What cannot be told now, since that is on flash too, is told when the flash works again.
            if (_trigger.Missed != _missedTold && Tell("no free slot for a capture", nowMs))
                _missedTold = _trigger.Missed;
            if (Lost != _lostTold && Tell("capture lost: it could not be written", nowMs))
                _lostTold = Lost;
            if (_trigger.TakeRefusal(out uint refused))
            {
                Say(refused, "no free slot", false);
                return;
            }
            Capture? capture = _trigger.Slots.Full();
            if (capture == null)
                return;
            bool kept = Keep(capture);
            if (!kept)
                Lost++;
            if (capture.Asked)
                Say(capture.CommandId, kept ? "event " + _outbox.Events.Added.ToString() : "it could not be written", kept);
            capture.Stage = CaptureStage.Free;
            Book((uint)_trigger.Slots.UnderWay);
        }

        /// <summary>
        /// Makes the message of a chunk; answers its length, 0 where it is not to be sent: <paramref name="through"/> is
        /// then the last chunk that is to be dropped with it.
        /// </summary>
        public int WriteChunk(uint number, long nowMs, byte[] buffer, out uint through)
        {
            through = number;
            int length = _chunks.Read(number, _entry);
            if (length <= HeadBytes)
                return 0;
            if (number > _wholeThrough && (!IsWhole(number, ref through) || _chunks.Read(number, _entry) != length))
                return 0;
            TakeHead(length);
            EntryTime.Settle(_entry, _boots, nowMs, _time, out _chunk.TimeMs, out _chunk.TimeQuality);
            _writer.Reset(buffer, 0, Limits.MaxPayload);
            _chunk.Write(_writer);
            return _writer.Error == ContractError.None ? _writer.Length : 0;
        }

        private void Say(uint command, string answer, bool well)
        {
            HasAnswer = true;
            AnsweredCommand = command;
            Answer = answer;
            AnsweredWell = well;
        }

        private bool Keep(Capture capture)
        {
            uint kept = _outbox.Events.Added;
            _event.Type = EventType.Trigger;
            _event.Severity = capture.Asked ? Severity.Info : Severity.Warning;
            _event.Channel = capture.Asked ? "" : AxisName(capture.Axis);
            _event.Value = new DecimalValue(capture.PeakMilli, -3);
            _event.Level = new DecimalValue(capture.OnMilli, -3);
            _event.Text = capture.Asked ? "asked for" : "";
            _outbox.Emit(_event, capture.OnsetMs);
            if (_outbox.Events.Added == kept)
                return false;
            _chunk.Epoch = _outbox.Events.Ledger.Epoch;
            _chunk.Capture = _outbox.Events.Added;
            _chunk.RateMilliHz = (uint)_trigger.RateMilliHz;
            _chunk.Gaps = capture.Missed;
            _chunk.Count = ChunksOf(capture);
            int mask = _trigger.AxisMask;
            int all = ((mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1)) * _chunk.Count;
            int place = 0;
            for (int axis = 0; axis < 3; axis++)
            {
                if ((mask & (1 << axis)) != 0 && !KeepAxis(capture, axis, ref place, all))
                    return false;
            }
            return true;
        }

        private bool KeepAxis(Capture capture, int axis, ref int place, int all)
        {
            _chunk.Axis = axis;
            _chunk.Index = 0;
            int gap = 0;
            uint lost = 0;
            int at = 0;
            while (at < capture.Samples)
            {
                // A chunk ends where samples are missing, so that the next one can say where it begins.
                int end = gap < capture.Gaps ? capture.GapAt[gap] : capture.Samples;
                if (at == end)
                {
                    lost += (uint)capture.GapSamples[gap];
                    gap++;
                    continue;
                }
                int count = end - at < NodeLimits.ChunkSamples ? end - at : NodeLimits.ChunkSamples;
                if (!_trigger.History.Read(capture.First + (uint)at, count, axis, _samples)
                    || _chunk.Encode(_samples, 0, count) != count)
                    return false;
                _chunk.FirstSample = (uint)at + lost;
                int length = PutHead(capture, place, all);
                System.Array.Copy(_chunk.Data, 0, _entry, HeadBytes, _chunk.DataLength);
                if (_chunks.Add(_entry, 0, length, Bytes.Get64(_entry, 12)) != Ports.StorageResult.Ok)
                    return false;
                _chunk.Index++;
                place++;
                at += count;
            }
            return true;
        }

        private static int ChunksOf(Capture capture)
        {
            int chunks = 0;
            int from = 0;
            for (int gap = 0; gap <= capture.Gaps; gap++)
            {
                int end = gap < capture.Gaps ? capture.GapAt[gap] : capture.Samples;
                chunks += (end - from + NodeLimits.ChunkSamples - 1) / NodeLimits.ChunkSamples;
                from = end;
            }
            return chunks;
        }

        private int PutHead(Capture capture, int place, int all)
        {
            EntryTime.Put(_entry, _boots, capture.StartMs, _time);
            int at = EntryTime.Size;
            Bytes.Put32(_entry, at, _chunk.Epoch);
            Bytes.Put32(_entry, at + 4, _chunk.Capture);
            Bytes.Put16(_entry, at + 8, place);
            Bytes.Put16(_entry, at + 10, all);
            _entry[at + 12] = (byte)_chunk.Axis;
            _entry[at + 13] = (byte)_chunk.Index;
            _entry[at + 14] = (byte)_chunk.Count;
            Bytes.Put32(_entry, at + 15, _chunk.RateMilliHz);
            Bytes.Put32(_entry, at + 19, (uint)_trigger.NanoMetresPerCount);
            Bytes.Put32(_entry, at + 23, _chunk.Gaps);
            Bytes.Put32(_entry, at + 27, _chunk.FirstSample);
            Bytes.Put16(_entry, at + 31, _chunk.SampleCount);
            return HeadBytes + _chunk.DataLength;
        }

        private void TakeHead(int length)
        {
            int at = EntryTime.Size;
            _chunk.Version = Protocol.Version;
            _chunk.Epoch = Bytes.Get32(_entry, at);
            _chunk.Capture = Bytes.Get32(_entry, at + 4);
            _chunk.Axis = _entry[at + 12];
            _chunk.Index = _entry[at + 13];
            _chunk.Count = _entry[at + 14];
            _chunk.RateMilliHz = Bytes.Get32(_entry, at + 15);
            _chunk.Scale = new DecimalValue(Bytes.Get32(_entry, at + 19), -9);
            _chunk.Gaps = Bytes.Get32(_entry, at + 23);
            _chunk.FirstSample = Bytes.Get32(_entry, at + 27);
            _chunk.SampleCount = Bytes.Get16(_entry, at + 31);
            _chunk.DataLength = length - HeadBytes;
            System.Array.Copy(_entry, HeadBytes, _chunk.Data, 0, _chunk.DataLength);
        }

        /// <summary>Whether the last chunk of the capture of the entry just read is there; else where the capture ends.</summary>
        private bool IsWhole(uint number, ref uint through)
        {
            uint capture = Bytes.Get32(_entry, EntryTime.Size + 4);
            uint last = number + (uint)(LastPlace - Place);
            if (last <= _chunks.Added && _chunks.Read(last, _entry) > HeadBytes && IsLastOf(capture))
            {
                _wholeThrough = last;
                return true;
            }
            while (through < _chunks.Added && _chunks.Read(through + 1, _entry) > HeadBytes
                && Bytes.Get32(_entry, EntryTime.Size + 4) == capture)
                through++;
            return false;
        }

        private int Place => Bytes.Get16(_entry, EntryTime.Size + 8);

        private int LastPlace => Bytes.Get16(_entry, EntryTime.Size + 10) - 1;

        private bool IsLastOf(uint capture)
        {
            return Place == LastPlace && Bytes.Get32(_entry, EntryTime.Size + 4) == capture;
        }

        private void Book(uint underWay)
        {
            int at = _underWay.Offset;
            Bytes.Put32(_underWay.Buffer, at, underWay);
            Bytes.Put32(_underWay.Buffer, at + 4, _chunks.Added);
            if (_underWay.Save(RecordBytes) == Ports.StorageResult.Ok)
                _booked = underWay;
        }

        private void TellOfLost()
        {
            if (_underWay.Load() != RecordBytes)
                return;
            uint underWay = Bytes.Get32(_underWay.Buffer, _underWay.Offset);
            uint before = Bytes.Get32(_underWay.Buffer, _underWay.Offset + 4);
            if (underWay == 0)
                return;
            // The cut may have come after the last chunk, and before this was written down.
            if (_chunks.Added != before && _chunks.Read(_chunks.Added, _entry) > HeadBytes && Place == LastPlace)
                underWay--;
            // Where the flash takes neither, the next boot tells of it.
            if (underWay > 0 && !Tell("capture lost: the power failed while it was taken", 0))
                return;
            Lost = underWay;
            _lostTold = underWay;
            Book(0);
        }

        private bool Tell(string text, long nowMs)
        {
            uint told = _outbox.Events.Added;
            _event.Type = EventType.Fault;
            _event.Severity = Severity.Warning;
            _event.Channel = "";
            _event.Text = text;
            _outbox.Emit(_event, nowMs);
            return _outbox.Events.Added != told;
        }

        private static string AxisName(int axis)
        {
            return axis == 0 ? Channels.AccelX : axis == 1 ? Channels.AccelY : Channels.AccelZ;
        }
    }
}
