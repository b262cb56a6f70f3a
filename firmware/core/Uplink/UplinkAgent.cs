using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Updates;

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
        private readonly IDesiredSink _sink;
        private readonly CommandDesk _desk;
        private readonly Command _command = new Command();
        private readonly UpdateAgent _updates;
        private readonly Backoff _backoff;
        private readonly Dispatch _dispatch;
        private readonly LinkAddress _address = new LinkAddress();
        private readonly LinkEvent _event = new LinkEvent();
        private readonly DesiredState _desired;
        private readonly ClaimAnswer _answer = new ClaimAnswer();
        private readonly ClaimRequest _claim = new ClaimRequest();
        private readonly byte[] _message = new byte[Limits.MaxPayload];
        private readonly CborWriter _writer = new CborWriter(new byte[0]);
        private readonly CborReader _reader = new CborReader(new byte[0]);

        private long _deadlineMs;
        private bool _withoutClock;
        private long _onlineSinceMs;

        /// <summary>An uplink that has not connected yet; it reads configurations into <paramref name="config"/>.</summary>
        public UplinkAgent(
            NodeSettings settings, NodePorts ports, NodeStore store, TimeKeeper time, Outbox outbox,
            IChunkSource? chunks, CommandDesk desk, UpdateAgent updates, NodeConfig config, IDesiredSink sink)
        {
            _updates = updates;
            _desired = new DesiredState(config);
            _desk = desk;
            _settings = settings;
            _ports = ports;
            _store = store;
            _time = time;
            _sink = sink;
            _backoff = new Backoff(ports.Entropy);
            _dispatch = new Dispatch(ports.Link, outbox, chunks, desk, updates, sink, _message, _writer);
        }

        /// <summary>Where the uplink stands.</summary>
        public UplinkState State { get; private set; }

        /// <summary>Why the last claim was refused.</summary>
        public ClaimRefusal ClaimRefusal { get; private set; }

        /// <summary>Whether the last claim waits for an operator.</summary>
        public bool ClaimPending { get; private set; }

        /// <summary>Messages from the gateway that could not be understood, since the boot.</summary>
        public uint BadMessages { get; private set; }

        /// <summary>Connections that ended or were never made, since the boot.</summary>
        public uint Failures { get; private set; }

        /// <summary>Interval of state reports, in milliseconds.</summary>
        public int StateIntervalMs
        {
            get { return _dispatch.StateIntervalMs; }
            set { _dispatch.StateIntervalMs = value; }
        }

        /// <summary>Uptime at which the next step is due when no event comes before.</summary>
        public long NextDueMs => State == UplinkState.Online ? _dispatch.NextDueMs : _deadlineMs;

        /// <summary>Something that the service should know at once has changed.</summary>
        public void ReportSoon()
        {
            _dispatch.ReportSoon();
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
                    break;
                default:
                    if (nowMs >= _deadlineMs)
                        Retry(nowMs);
                    break;
            }
            if (State == UplinkState.Online && !_dispatch.Step(nowMs))
                Retry(nowMs);
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
                    if (State == UplinkState.Online)
                    {
                        _dispatch.Stored(_event.MessageId);
                        _backoff.Ease();
                    }
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
            if (_writer.Error != ContractError.None || _ports.Link.Publish(
                TopicKind.Claim, _claim.HardwareId, _message, 0, _writer.Length, out int _) != LinkResult.Ok)
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
            if (_event.Topic == TopicKind.Command)
            {
                if (_command.Read(_reader) == ContractError.None)
                    _desk.Take(_command, nowMs);
                else
                    BadMessages++;
                return;
            }
            if (_event.Topic == TopicKind.BlockAnswer)
            {
                if (!_updates.Take(_event.Payload, _event.PayloadLength, nowMs))
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
            ClaimPending = _answer.Status == ClaimStatus.Pending;
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
            Enter(UplinkState.Waiting, nowMs + delayMs);
        }

        private void GoOnline(long nowMs)
        {
            _dispatch.Begin(_store.DeviceId, nowMs);
            _updates.Connected(nowMs);
            _onlineSinceMs = nowMs;
            Enter(UplinkState.Online, 0);
        }

        private void Refused(long nowMs)
        {
            Failures++;
            _ports.Link.Disconnect();
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
            // A gateway that lets in and hangs up is not one that works; only time shows that.
            if (State == UplinkState.Online && nowMs - _onlineSinceMs >= NodeLimits.StableMs)
                _backoff.Reset();
            Enter(UplinkState.Waiting, nowMs + _backoff.Next());
        }

        private void Enter(UplinkState state, long deadlineMs)
        {
            if (State == UplinkState.Online && state != UplinkState.Online)
                _updates.Disconnected();
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
