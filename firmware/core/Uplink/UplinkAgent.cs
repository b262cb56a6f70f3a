using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>Where the uplink stands.</summary>
    public enum UplinkState : byte
    {
        /// <summary>Waits until it may connect.</summary>
        Waiting = 0,

        /// <summary>Has asked the gateway to let it in.</summary>
        Connecting = 1,

        /// <summary>Let in without an identity; subscribes to the answer of its claim.</summary>
        ClaimSubscribing = 2,

        /// <summary>Has claimed; waits for the answer.</summary>
        Claiming = 3,

        /// <summary>Let in as a device; subscribes to what is sent to it.</summary>
        Subscribing = 4,

        /// <summary>Subscribed; waits a little for the desired state, for the time in it.</summary>
        Synchronising = 5,

        /// <summary>Reports.</summary>
        Online = 6,
    }

    /// <summary>Takes the desired state.</summary>
    public interface IDesiredSink
    {
        /// <summary>The service wants this; the object is reused after the call.</summary>
        void Apply(DesiredState desired, long nowMs);

        /// <summary>Fills in everything of a state report but what the uplink itself knows.</summary>
        void Describe(ReportedState state, long nowMs);
    }

    /// <summary>
    /// The conversation with the gateway: claim, connect, subscribe, report, and after every failure begin again, later
    /// each time. One step at a time; nothing blocks.
    /// </summary>
    /// <remarks>
    /// <code>
    /// Waiting ── time ──> Connecting ── let in, no identity ──> ClaimSubscribing ──> Claiming ── granted ──> Waiting
    ///                       │    └───── let in, identity ──> Subscribing ──> Synchronising ──> Online
    ///                       └ refused, broken or silent: Waiting, after a backoff (from every state)
    /// </code>
    /// </remarks>
    public sealed class UplinkAgent
    {
        private readonly NodeSettings _settings;
        private readonly NodePorts _ports;
        private readonly NodeStore _store;
        private readonly TimeKeeper _time;
        private readonly Outbox _outbox;
        private readonly IDesiredSink _sink;
        private readonly Backoff _backoff;
        private readonly InFlight _inFlight = new InFlight();
        private readonly LinkAddress _address = new LinkAddress();
        private readonly LinkEvent _event = new LinkEvent();
        private readonly DesiredState _desired = new DesiredState();
        private readonly ClaimAnswer _answer = new ClaimAnswer();
        private readonly ClaimRequest _claim = new ClaimRequest();
        private readonly ReportedState _state = new ReportedState();
        private readonly byte[] _message = new byte[Limits.MaxPayload];
        private readonly CborWriter _writer = new CborWriter(new byte[0]);
        private readonly CborReader _reader = new CborReader(new byte[0]);

        private long _deadlineMs;
        private long _stateDueMs;
        private uint _nextWindow;
        private uint _nextEvent;
        private uint _stateSequence;
        private bool _withoutClock;
        private long _onlineSinceMs;
        private long _busyUntilMs;

        /// <summary>An uplink that has not connected yet.</summary>
        public UplinkAgent(
            NodeSettings settings, NodePorts ports, NodeStore store, TimeKeeper time, Outbox outbox, IDesiredSink sink)
        {
            _settings = settings;
            _ports = ports;
            _store = store;
            _time = time;
            _outbox = outbox;
            _sink = sink;
            _backoff = new Backoff(ports.Entropy);
        }

        /// <summary>Where the uplink stands.</summary>
        public UplinkState State { get; private set; }

        /// <summary>Why the last claim was refused.</summary>
        public ClaimRefusal ClaimRefusal { get; private set; }

        /// <summary>Messages from the gateway that could not be understood, since the boot.</summary>
        public uint BadMessages { get; private set; }

        /// <summary>Connections that ended or were never made, since the boot.</summary>
        public uint Failures { get; private set; }

        /// <summary>Interval of state reports, in milliseconds.</summary>
        public int StateIntervalMs { get; set; } = 5 * 60 * 1000;

        /// <summary>Uptime at which the next step is due when no event comes before.</summary>
        public long NextDueMs
        {
            get
            {
                if (State != UplinkState.Online)
                    return _deadlineMs;
                long due = _stateDueMs;
                if (_busyUntilMs != 0 && _busyUntilMs < due)
                    due = _busyUntilMs;
                if (!_inFlight.IsEmpty && _inFlight.OldestMs + NodeLimits.AnswerTimeoutMs < due)
                    due = _inFlight.OldestMs + NodeLimits.AnswerTimeoutMs;
                return due;
            }
        }

        /// <summary>Something that the service should know at once has changed.</summary>
        public void ReportSoon()
        {
            _stateDueMs = 0;
        }

        /// <summary>One step at <paramref name="nowMs"/>, the uptime.</summary>
        public void Step(long nowMs)
        {
            while (_ports.Link.TryGetEvent(_event))
                Handle(nowMs);
            switch (State)
            {
                case UplinkState.Waiting:
                    if (nowMs >= _deadlineMs)
                        Connect(nowMs);
                    break;
                case UplinkState.Synchronising:
                    if (nowMs >= _deadlineMs)
                        GoOnline(nowMs);
                    break;
                case UplinkState.Online:
                    if (!_inFlight.IsEmpty && nowMs - _inFlight.OldestMs >= NodeLimits.AnswerTimeoutMs)
                        Retry(nowMs);
                    break;
                default:
                    if (nowMs >= _deadlineMs)
                        Retry(nowMs);
                    break;
            }
            if (State == UplinkState.Online && nowMs >= _busyUntilMs)
                Send(nowMs);
        }

        private void Handle(long nowMs)
        {
            switch (_event.Type)
            {
                case LinkEventType.Connected:
                    if (State == UplinkState.Connecting)
                        Subscribe(nowMs);
                    break;
                case LinkEventType.NotAuthorised:
                    Refused(nowMs);
                    break;
                case LinkEventType.Disconnected:
                    Retry(nowMs);
                    break;
                case LinkEventType.Subscribed:
                    Subscribed(nowMs);
                    break;
                case LinkEventType.Stored:
                    Stored();
                    break;
                case LinkEventType.Message:
                    Receive(nowMs);
                    break;
            }
        }

        private void Connect(long nowMs)
        {
            bool claiming = _store.DeviceId.Length == 0;
            string user = claiming ? Topics.ClaimUser + _settings.EnrolmentId : _store.DeviceId;
            byte[] key = claiming ? _settings.EnrolmentSecret : _store.DeviceKey;
            bool dated = _time.IsKnown && !_withoutClock;
            long expiry = dated ? _time.ToUtcMs(nowMs) / 1000 + NodeLimits.TokenLifeS : AccessToken.NoClock;
            bool moved = !claiming && _store.GatewayHost.Length != 0;
            _address.Host = moved ? _store.GatewayHost : _settings.GatewayHost;
            _address.Port = moved && _store.GatewayPort != 0 ? _store.GatewayPort : _settings.GatewayPort;
            _address.ClientId = claiming ? "claim-" + _ports.Board.HardwareId : _store.DeviceId;
            _address.User = user;
            _address.Password = AccessToken.Create(user, expiry, key);
            _inFlight.Clear();
            _ports.Link.Disconnect();
            if (_ports.Link.Connect(_address) != LinkResult.Ok)
            {
                Retry(nowMs);
                return;
            }
            Enter(UplinkState.Connecting, nowMs + NodeLimits.ConnectTimeoutMs);
        }

        private void Subscribe(long nowMs)
        {
            bool claiming = _store.DeviceId.Length == 0;
            LinkResult result = claiming
                ? _ports.Link.Subscribe(TopicKind.ClaimAnswer, _ports.Board.HardwareId)
                : _ports.Link.Subscribe(TopicKind.Desired, _store.DeviceId);
            if (result != LinkResult.Ok)
            {
                Retry(nowMs);
                return;
            }
            Enter(claiming ? UplinkState.ClaimSubscribing : UplinkState.Subscribing, nowMs + NodeLimits.AnswerTimeoutMs);
        }

        private void Subscribed(long nowMs)
        {
            if (State == UplinkState.Subscribing)
                Enter(UplinkState.Synchronising, nowMs + NodeLimits.DesiredWaitMs);
            else if (State == UplinkState.ClaimSubscribing)
                Claim(nowMs);
        }

        private void Claim(long nowMs)
        {
            _claim.HardwareId = _ports.Board.HardwareId;
            _claim.Kind = _settings.Kind;
            _claim.Board = _ports.Board.Model;
            _claim.FirmwareVersion = _settings.FirmwareVersion;
            System.Array.Copy(_store.ClaimNonce, 0, _claim.Nonce, 0, Limits.ClaimNonceBytes);
            _writer.Reset(_message, 0, _message.Length);
            _claim.Write(_writer);
            if (_writer.Error != ContractError.None || !Publish(TopicKind.Claim, _claim.HardwareId, 0, _writer.Length,
                Cargo.Claim, 0, nowMs))
            {
                Retry(nowMs);
                return;
            }
            Enter(UplinkState.Claiming, nowMs + NodeLimits.AnswerTimeoutMs);
        }

        private void Receive(long nowMs)
        {
            _reader.Reset(_event.Payload, 0, _event.PayloadLength);
            if (_event.Topic == TopicKind.ClaimAnswer)
            {
                if (State == UplinkState.Claiming && _answer.Read(_reader) == ContractError.None && IsMine(_answer.Nonce))
                    Answered(nowMs);
                else if (_reader.Error != ContractError.None)
                    BadMessages++;
                return;
            }
            if (_event.Topic != TopicKind.Desired)
                return;
            if (_desired.Read(_reader) != ContractError.None)
            {
                BadMessages++;
                return;
            }
            if (_desired.TimeMs != 0)
                _time.OfferGatewayTime(nowMs, _desired.TimeMs);
            _withoutClock = false;
            _sink.Apply(_desired, nowMs);
            ReportSoon();
            if (State == UplinkState.Synchronising)
                GoOnline(nowMs);
        }

        private void Answered(long nowMs)
        {
            ClaimRefusal = _answer.Refusal;
            if (_answer.TimeMs != 0)
                _time.OfferGatewayTime(nowMs, _answer.TimeMs);
            int delayMs = _answer.RetryAfterS * 1000;
            int leastMs = _answer.Status == ClaimStatus.Pending ? NodeLimits.PendingDelayMs : NodeLimits.RefusedDelayMs;
            if (delayMs < leastMs)
                delayMs = leastMs;
            // Not used before it is on flash: a cut now, or a flash that fails, asks again and gets the same identity.
            if (_answer.Status == ClaimStatus.Granted && _store.SaveIdentity(_answer))
                delayMs = 0;
            _ports.Link.Disconnect();
            _inFlight.Clear();
            Enter(UplinkState.Waiting, nowMs + delayMs);
        }

        private void GoOnline(long nowMs)
        {
            _nextWindow = _outbox.Windows.Ledger.Done + 1;
            _nextEvent = _outbox.Events.Ledger.Done + 1;
            _stateDueMs = nowMs;
            _onlineSinceMs = nowMs;
            _busyUntilMs = 0;
            Enter(UplinkState.Online, 0);
        }

        /// <summary>State first, then events, then windows: what matters most waits least.</summary>
        private void Send(long nowMs)
        {
            if (nowMs >= _stateDueMs && CanSend(nowMs) && !_inFlight.Has(Cargo.State))
                SendState(nowMs);
            while (CanSend(nowMs) && _nextEvent <= _outbox.Events.Added)
                SendEvent(nowMs);
            while (CanSend(nowMs) && _nextWindow <= _outbox.Windows.Added)
                SendWindows(nowMs);
        }

        private bool CanSend(long nowMs)
        {
            return State == UplinkState.Online && nowMs >= _busyUntilMs && !_inFlight.IsFull;
        }

        private void SendState(long nowMs)
        {
            _stateDueMs = nowMs + StateIntervalMs;
            _state.Sequence = ++_stateSequence;
            _sink.Describe(_state, nowMs);
            _writer.Reset(_message, 0, _message.Length);
            _state.Write(_writer);
            if (_writer.Error == ContractError.None)
                Publish(TopicKind.State, _store.DeviceId, 0, _writer.Length, Cargo.State, 0, nowMs);
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
            else if (!Publish(TopicKind.Event, _store.DeviceId, 0, length, Cargo.Event, _nextEvent, nowMs))
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
            int length = _outbox.WritePack(_store.DeviceId, _nextWindow, nowMs, _message, out int offset, out uint last);
            if (length == 0)
            {
                _outbox.Windows.DropThrough(_nextWindow);
                last = _nextWindow;
            }
            else if (!Publish(TopicKind.Telemetry, _store.DeviceId, offset, length, Cargo.Windows, last, nowMs))
            {
                return;
            }
            _nextWindow = last + 1;
        }

        private bool Publish(TopicKind kind, string id, int offset, int count, Cargo cargo, uint last, long nowMs)
        {
            LinkResult result = _ports.Link.Publish(kind, id, _message, offset, count, out int messageId);
            if (result == LinkResult.Ok)
            {
                _inFlight.Add(messageId, cargo, last, nowMs);
                return true;
            }
            if (result == LinkResult.Busy)
                _busyUntilMs = nowMs + NodeLimits.BusyDelayMs;
            else
                Retry(nowMs);
            return false;
        }

        private void Stored()
        {
            _inFlight.Stored(_event.MessageId);
            while (_inFlight.TryTake(out Cargo cargo, out uint last))
            {
                if (cargo == Cargo.Windows)
                    _outbox.Windows.Acknowledge(last);
                else if (cargo == Cargo.Event)
                    _outbox.Events.Acknowledge(last);
            }
        }

        private void Refused(long nowMs)
        {
            Failures++;
            _ports.Link.Disconnect();
            _inFlight.Clear();
            // A wrong clock makes a wrong expiry: the next try goes without one.
            _withoutClock = !_withoutClock;
            int delayMs = _backoff.Next();
            if (!_withoutClock || !_time.IsKnown)
                delayMs += NodeLimits.RefusedDelayMs;
            Enter(UplinkState.Waiting, nowMs + delayMs);
        }

        private void Retry(long nowMs)
        {
            Failures++;
            _ports.Link.Disconnect();
            _inFlight.Clear();
            // A gateway that lets in and hangs up is not one that works; only time shows that.
            if (State == UplinkState.Online && nowMs - _onlineSinceMs >= NodeLimits.StableMs)
                _backoff.Reset();
            Enter(UplinkState.Waiting, nowMs + _backoff.Next());
        }

        private void Enter(UplinkState state, long deadlineMs)
        {
            State = state;
            _deadlineMs = deadlineMs;
        }

        private bool IsMine(byte[] nonce)
        {
            for (int i = 0; i < nonce.Length; i++)
            {
                if (nonce[i] != _store.ClaimNonce[i])
                    return false;
            }
            return true;
        }
    }
}
