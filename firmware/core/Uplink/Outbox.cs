using System;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Contracts.Senml;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Thresholds;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>
    /// What waits to be sent: windows and events, each in its flash queue from the moment they exist. Times are stored
    /// as boot and uptime, with the date where it was known, and settled when the message is made.
    /// </summary>
    public sealed class Outbox : IEventSink
    {
        // boot 4, uptime 8, date 8, quality 1, duration 4, channels 1.
        private const int StampBytes = 26;
        private const int MaxEntry = StampBytes + Limits.MaxWindowBody;
        private const int MaxArrayHead = 3;

        private readonly FlashQueue _windows;
        private readonly FlashQueue _events;
        private readonly TimeKeeper _time;
        private readonly ISampler _sampler;
        private readonly byte[] _entry = new byte[MaxEntry];
        private readonly CborWriter _writer = new CborWriter(new byte[0]);
        private readonly CborReader _reader = new CborReader(new byte[0]);
        private readonly NodeEvent _event = new NodeEvent();
        private readonly uint _boots;
        private WindowHead _head;

        /// <summary>An outbox over two mounted queues.</summary>
        public Outbox(FlashQueue windows, FlashQueue events, TimeKeeper time, ISampler sampler, uint boots)
        {
            _windows = windows;
            _events = events;
            _time = time;
            _sampler = sampler;
            _boots = boots;
        }

        /// <summary>Windows.</summary>
        public FlashQueue Windows => _windows;

        /// <summary>Events.</summary>
        public FlashQueue Events => _events;

        /// <summary>Events that could not be kept, since the boot.</summary>
        public uint EventsLost { get; private set; }

        /// <summary>Keeps a closed window; Ok: it survives a power cut.</summary>
        public StorageResult Keep(ClosedWindow window)
        {
            int due = 0;
            for (int i = 0; i < _sampler.ChannelCount; i++)
                due += IsDue(window, i) ? 1 : 0;
            Stamp(window.StartMs, window.DurationMs, due);
            _writer.Reset(_entry, StampBytes, MaxEntry - StampBytes);
            for (int i = 0; i < _sampler.ChannelCount; i++)
            {
                if (window.Count[i] == 0)
                {
                    if (!IsDue(window, i))
                        continue;
                    SenmlWriter.WriteMissing(_writer, _sampler.ChannelName(i), _sampler.ChannelUnit(i),
                        window.Quality[i] | QualityFlags.Missing);
                    continue;
                }
                SenmlWriter.WriteChannel(_writer, _sampler.ChannelName(i), _sampler.ChannelUnit(i),
                    _sampler.ChannelExponent(i), window.Mean[i], window.Min[i], window.Max[i], window.StdDev[i],
                    window.Count[i], window.Skewness[i], window.Kurtosis[i], window.Quality[i]);
            }
            if (_writer.Error != ContractError.None)
                return StorageResult.Failed;
            return _windows.Add(_entry, 0, StampBytes + _writer.Length, DateOf(window.StartMs));
        }

        private static bool IsDue(ClosedWindow window, int channel)
        {
            return window.Count[channel] != 0 || window.Quality[channel] != ClosedWindow.NotDue;
        }

        /// <inheritdoc/>
        public void Emit(NodeEvent happened, long uptimeMs)
        {
            Stamp(uptimeMs, 0, 0);
            happened.Version = Protocol.Version;
            happened.Epoch = 0;
            happened.Sequence = 0;
            happened.TimeMs = 0;
            happened.TimeQuality = TimeQuality.Synchronised;
            _writer.Reset(_entry, StampBytes, MaxEntry - StampBytes);
            happened.Write(_writer);
            if (_writer.Error != ContractError.None
                || _events.Add(_entry, 0, StampBytes + _writer.Length, DateOf(uptimeMs)) != StorageResult.Ok)
                EventsLost++;
        }

        /// <summary>
        /// Makes a pack of the windows from <paramref name="first"/> on, as many as fit and share one kind of time;
        /// answers its length. <paramref name="last"/>: the last window in it, or one before the first where that one
        /// cannot be read.
        /// </summary>
        public int WritePack(string deviceId, uint first, long nowMs, byte[] buffer, out int offset, out uint last)
        {
            int records = 0;
            bool relative = false;
            uint number = first;
            offset = MaxArrayHead;
            _writer.Reset(buffer, MaxArrayHead, Limits.MaxPayload - MaxArrayHead);
            while (number <= _windows.Added && number - first < Limits.MaxWindowsPerPack)
            {
                int length = _windows.Read(number, _entry);
                if (length < StampBytes)
                    break;
                int body = length - StampBytes;
                EntryTime.Settle(_entry, _boots, nowMs, _time, out long startMs, out TimeQuality quality);
                // RFC 8428 section 4.5.3: relative and absolute times are not mixed in one pack.
                if (records > 0 && (relative != quality >= TimeQuality.Relative
                    || _writer.Length + Limits.MaxWindowHead + body > Limits.MaxPayload - MaxArrayHead))
                    break;
                relative = quality >= TimeQuality.Relative;
                _head.Epoch = _windows.Ledger.Epoch;
                _head.Sequence = number;
                _head.StartMs = startMs;
                _head.DurationMs = (int)Bytes.Get32(_entry, 21);
                _head.TimeQuality = quality;
                _head.Channels = _entry[25];
                SenmlWriter.WriteHead(_writer, records == 0 ? deviceId : null, _head);
                _writer.WriteRaw(_entry, StampBytes, body);
                records += 1 + _head.Channels;
                number++;
            }
            last = number - 1;
            if (records == 0 || _writer.Error != ContractError.None)
                return 0;
            int bodyLength = _writer.Length;
            // The head of the array is as short as it can be, so where it begins depends on what it says.
            int headLength = records < 24 ? 1 : records < 256 ? 2 : 3;
            offset = MaxArrayHead - headLength;
            _writer.Reset(buffer, offset, headLength);
            SenmlWriter.WritePackStart(_writer, records);
            return headLength + bodyLength;
        }

        /// <summary>Makes the message of an event; answers its length, 0 where it cannot be read.</summary>
        public int WriteEvent(uint number, long nowMs, byte[] buffer)
        {
            int length = _events.Read(number, _entry);
            if (length < StampBytes)
                return 0;
            _reader.Reset(_entry, StampBytes, length - StampBytes);
            if (_event.Read(_reader) != ContractError.None)
                return 0;
            EntryTime.Settle(_entry, _boots, nowMs, _time, out long timeMs, out TimeQuality quality);
            _event.Version = Protocol.Version;
            _event.Epoch = _events.Ledger.Epoch;
            _event.Sequence = number;
            _event.TimeMs = timeMs;
            _event.TimeQuality = quality;
            _writer.Reset(buffer, 0, Limits.MaxPayload);
            _event.Write(_writer);
            return _writer.Error == ContractError.None ? _writer.Length : 0;
        }

        private void Stamp(long uptimeMs, int durationMs, int channels)
        {
            EntryTime.Put(_entry, _boots, uptimeMs, _time);
            Bytes.Put32(_entry, 21, (uint)durationMs);
            _entry[25] = (byte)channels;
        }

        private long DateOf(long uptimeMs)
        {
            return _time.IsKnown ? _time.ToUtcMs(uptimeMs) : 0;
        }
    }
}
