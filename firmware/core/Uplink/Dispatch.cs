using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Updates;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>
    /// What an online node sends: state at its interval and on change, then replies, events, windows, chunks of captures and
    /// requests for blocks, a few messages at a time; and what the acknowledgements of them mean for the queues.
    /// </summary>
    internal sealed class Dispatch
    {
        private readonly ILink _link;
        private readonly Outbox _outbox;
        private readonly CommandDesk _desk;
        private readonly IChunkSource? _captures;
        private readonly IDesiredSink _sink;
        private readonly UpdateAgent _updates;
        private readonly InFlight _inFlight = new InFlight();
        private readonly ReportedState _state = new ReportedState();
        private readonly byte[] _message;
        private readonly CborWriter _writer;
        private string _deviceId = "";
        private long _stateDueMs;
        private long _busyUntilMs;
        private uint _nextWindow;
        private uint _nextEvent;
        private uint _nextChunk;
        private uint _stateSequence;
        private bool _broken;

        public Dispatch(
            ILink link, Outbox outbox, IChunkSource? captures, CommandDesk desk, UpdateAgent updates,
            IDesiredSink sink, byte[] message, CborWriter writer)
        {
            _updates = updates;
            _captures = captures;
            _desk = desk;
            _link = link;
            _outbox = outbox;
            _sink = sink;
            _message = message;
            _writer = writer;
        }

        public int StateIntervalMs { get; set; } = 5 * 60 * 1000;

        /// <summary>Uptime at which the next step is due when no event comes before.</summary>
        public long NextDueMs
        {
            get
            {
                long due = _inFlight.IsEmpty ? long.MaxValue : _inFlight.OldestMs + NodeLimits.AnswerTimeoutMs;
                // A state that still waits for its acknowledgement, or for room, is due with that.
                if (!_inFlight.IsFull && !_inFlight.Has(Cargo.State) && _stateDueMs < due)
                    due = _stateDueMs;
                if (_busyUntilMs > due || (_busyUntilMs != 0 && _busyUntilMs < due))
                    due = _busyUntilMs;
                return due;
            }
        }

        public void ReportSoon()
        {
            _stateDueMs = 0;
        }

        /// <summary>Begins at what is not acknowledged, on a connection that has just been made.</summary>
        public void Begin(string deviceId, long nowMs)
        {
            _deviceId = deviceId;
            _inFlight.Clear();
            _nextWindow = _outbox.Windows.Ledger.Done + 1;
            _nextEvent = _outbox.Events.Ledger.Done + 1;
            if (_captures != null)
                _nextChunk = _captures.Chunks.Ledger.Done + 1;
            _desk.Again();
            _stateDueMs = nowMs;
            _busyUntilMs = 0;
            _broken = false;
        }

        /// <summary>
        /// Sends what may be sent; false where the connection is of no use: it broke, or an acknowledgement is overdue.
        /// </summary>
        public bool Step(long nowMs)
        {
            if (nowMs >= _busyUntilMs)
                _busyUntilMs = 0;
            if (!_inFlight.IsEmpty && nowMs - _inFlight.OldestMs >= NodeLimits.AnswerTimeoutMs)
                return false;
            if (nowMs >= _stateDueMs && CanSend && !_inFlight.Has(Cargo.State))
                SendState(nowMs);
            while (CanSend && _desk.HasReply)
                SendReply(nowMs);
            while (CanSend && _nextEvent <= _outbox.Events.Added)
                SendEvent(nowMs);
            while (CanSend && _nextWindow <= _outbox.Windows.Added)
                SendWindows(nowMs);
            while (CanSend && _captures != null && _nextChunk <= _captures.Chunks.Added)
                SendChunk(_captures, nowMs);
            // Last, and one at a time: an update never takes the line from what was measured.
            if (CanSend && _updates.HasRequest(nowMs))
                SendRequest(nowMs);
            return !_broken;
        }

        /// <summary>The gateway has stored a message.</summary>
        public void Stored(int messageId)
        {
            _inFlight.Stored(messageId);
            while (_inFlight.TryTake(out Cargo cargo, out uint last))
            {
                if (cargo == Cargo.Windows)
                {
                    _outbox.Windows.Acknowledge(last);
                    _updates.Stored(last);
                }
                else if (cargo == Cargo.Event)
                    _outbox.Events.Acknowledge(last);
                else if (cargo == Cargo.Chunk && _captures != null)
                    _captures.Chunks.Acknowledge(last);
                else if (cargo == Cargo.Reply)
                    _desk.Stored(last);
                // Else a node that only ever reports its boots would report all of them again after each.
                if (cargo == Cargo.Event && _outbox.Events.Waiting == 0)
                    _outbox.Events.Book();
                if (cargo == Cargo.Chunk && _captures != null && _captures.Chunks.Waiting == 0)
                    _captures.Chunks.Book();
            }
        }

        private bool CanSend => !_broken && _busyUntilMs == 0 && !_inFlight.IsFull;

        private void SendState(long nowMs)
        {
            _state.Sequence = _stateSequence + 1;
            _sink.Describe(_state, nowMs);
            _writer.Reset(_message, 0, _message.Length);
            _state.Write(_writer);
            if (_writer.Error == ContractError.None
                && !Publish(TopicKind.State, 0, _writer.Length, Cargo.State, 0, nowMs))
                return;
            _stateSequence++;
            _stateDueMs = nowMs + StateIntervalMs;
        }

        private void SendEvent(long nowMs)
        {
            if (_nextEvent <= _outbox.Events.Ledger.Done)
            {
                _nextEvent = _outbox.Events.Ledger.Done + 1;
                return;
            }
            int length = _outbox.WriteEvent(_nextEvent, nowMs, _message);
            if (length == 0)
                _outbox.Events.DropThrough(_nextEvent);
            else if (!Publish(TopicKind.Event, 0, length, Cargo.Event, _nextEvent, nowMs))
                return;
            _nextEvent++;
        }

        private void SendWindows(long nowMs)
        {
            if (_nextWindow <= _outbox.Windows.Ledger.Done)
            {
                // The queue was full and dropped what was to be sent next.
                _nextWindow = _outbox.Windows.Ledger.Done + 1;
                return;
            }
            int length = _outbox.WritePack(_deviceId, _nextWindow, nowMs, _message, out int offset, out uint last);
            if (length == 0)
            {
                // What is in flight before it may still be acknowledged; only then is it known to be all that is lost.
                if (!_inFlight.Has(Cargo.Windows))
                    _outbox.Windows.DropThrough(_nextWindow);
                else
                    _busyUntilMs = nowMs + NodeLimits.BusyDelayMs;
                return;
            }
            if (Publish(TopicKind.Telemetry, offset, length, Cargo.Windows, last, nowMs))
                _nextWindow = last + 1;
        }

        private void SendChunk(IChunkSource captures, long nowMs)
        {
            if (_nextChunk <= captures.Chunks.Ledger.Done)
            {
                _nextChunk = captures.Chunks.Ledger.Done + 1;
                return;
            }
            int length = captures.WriteChunk(_nextChunk, nowMs, _message, out uint through);
            if (length == 0)
            {
                // As with windows: what is in flight before it may still be acknowledged.
                if (!_inFlight.Has(Cargo.Chunk))
                    captures.Chunks.DropThrough(through);
                else
                    _busyUntilMs = nowMs + NodeLimits.BusyDelayMs;
                return;
            }
            if (Publish(TopicKind.Waveform, 0, length, Cargo.Chunk, _nextChunk, nowMs))
                _nextChunk++;
        }

        private void SendRequest(long nowMs)
        {
            _writer.Reset(_message, 0, _message.Length);
            _updates.WriteRequest(_writer);
            if (_writer.Error == ContractError.None
                && Publish(TopicKind.BlockRequest, 0, _writer.Length, Cargo.Block, 0, nowMs))
                _updates.Sent(nowMs);
        }

        private void SendReply(long nowMs)
        {
            int length = _desk.WriteReply(_writer, _message, out uint command);
            if (length == 0 || Publish(TopicKind.Reply, 0, length, Cargo.Reply, command, nowMs))
                _desk.Sent();
        }

        private bool Publish(TopicKind kind, int offset, int count, Cargo cargo, uint last, long nowMs)
        {
            LinkResult result = _link.Publish(kind, _deviceId, _message, offset, count, out int messageId);
            if (result == LinkResult.Ok)
                _inFlight.Add(messageId, cargo, last, nowMs);
            else if (result == LinkResult.Busy)
                _busyUntilMs = nowMs + NodeLimits.BusyDelayMs;
            else
                _broken = true;
            return result == LinkResult.Ok;
        }
    }
}
