using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Safety;
using EdgeFleet.Firmware.Sampling;
using EdgeFleet.Firmware.Storage;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// The application's part of an update: takes the target of the desired state, brings the bundle into the spare slot,
    /// asks the launcher to try it, and once it is itself the image on trial, proves itself or asks for the way back. Stepped
    /// by the uplink's thread; works in the golden application as in any other.
    /// </summary>
    /// <remarks>
    /// <code>
    /// any ── another target ──> Offered ── envelope holds, fits ──> Downloading ── whole ──> Staged ── window, quiet ──> boot
    ///                             │                                  │      ▲                  │
    ///                             └── refused: Rejected, and why ◄───┤      └── over ── Paused │
    ///                                                                └── interlock, silence ─► │
    /// Offered, Downloading, Paused, Staged ── target withdrawn: Canceled; another: Canceled, then Offered
    /// boot ── launcher: on trial ──> Testing ── sensors, acknowledged, fetched ──> Confirmed
    ///                                   └── 15 min: asks for the way back; boot ──> Reverted, and why
    /// </code>
    /// </remarks>
    public sealed partial class UpdateAgent
    {
        private readonly TimeKeeper _time;
        private readonly Interlocks _interlocks;
        private readonly Outbox _outbox;
        private readonly ImageTrial _trial;
        private readonly UpdateJournal _journal;
        private readonly UpdateTarget _target = new UpdateTarget();
        private readonly UpdateStatus _status = new UpdateStatus();
        private readonly UpdateTransitions _transitions = new UpdateTransitions();
        private readonly UpdateSlots? _slots;
        private bool _isOnline;
        private bool _hasTarget;
        private bool _isConsidered;
        private bool _isSettled;
        private bool _hasChanged;
        private long _dueMs;
        private string _version = "";
        private long _stagedMs;
        private long _retryMs;
        private int _tries;

        /// <summary>An agent, over a boot record that has been loaded; without slots every target is refused.</summary>
        public UpdateAgent(
            NodeSettings settings, NodePorts ports, BootRecord record, TimeKeeper time, Interlocks interlocks, Outbox outbox,
            IChunkSource? captures, ISampler sampler, Crc32 crc, int heapBytes)
        {
            Record = record;
            _time = time;
            _interlocks = interlocks;
            _outbox = outbox;
            _trial = new ImageTrial(sampler, outbox, ports.Storage, crc);
            _journal = new UpdateJournal(ports.Storage, crc, outbox);
            if (ports.Slots != null)
                _slots = new UpdateSlots(settings, ports, record, outbox, captures, heapBytes);
            Resume();
        }

        /// <summary>What launcher and application know of each other.</summary>
        public BootRecord Record { get; }

        /// <summary>How far the update is.</summary>
        public UpdateState State => _status.State;

        /// <summary>Why.</summary>
        public UpdateReason Reason => _status.Reason;

        /// <summary>Whether the image that runs is on trial.</summary>
        public bool IsTesting => _status.State == UpdateState.Testing;

        /// <summary>Whether the board is to be started again now.</summary>
        public bool WantsReboot { get; private set; }

        /// <summary>Requests for blocks sent since the boot.</summary>
        public uint Requests => _slots == null ? 0 : _slots.Fetcher.Requests;

        /// <summary>Uptime at which something is due when nothing comes in before.</summary>
        public long NextDueMs(long nowMs)
        {
            long fetchMs = _slots == null ? long.MaxValue : _slots.Fetcher.NextDueMs(nowMs);
            return fetchMs < _dueMs ? fetchMs : _dueMs;
        }

        /// <summary>Whether state or reason have changed since this was asked last.</summary>
        public bool TakeChanged()
        {
            bool changed = _hasChanged;
            _hasChanged = false;
            return changed;
        }

        /// <summary>What the service wants; the object is the caller's.</summary>
        public void Want(DesiredState desired, long nowMs)
        {
            _dueMs = nowMs;
            if (!desired.HasTarget)
            {
                _hasTarget = false;
                if (IsUnderWay)
                    End(UpdateEvent.Withdraw, UpdateReason.Operator, nowMs);
                return;
            }
            bool same = _hasTarget && _target.Attempt == desired.Target.Attempt
                && SlotImage.AreEqual(_target.Digest, desired.Target.Digest);
            if (!same && IsUnderWay)
                End(UpdateEvent.Withdraw, UpdateReason.Superseded, nowMs);
            _target.CopyFrom(desired.Target);
            _hasTarget = true;
            _isConsidered = same && _isConsidered;
        }

        /// <summary>A connection has been made, and messages may be sent.</summary>
        public void Connected(long nowMs)
        {
            _isOnline = true;
            _dueMs = nowMs;
            _trial.Connected();
            if (_slots != null)
                _slots.Fetcher.Connected(nowMs);
        }

        /// <summary>The connection is gone.</summary>
        public void Disconnected()
        {
            _isOnline = false;
            if (_slots != null)
                _slots.Fetcher.Disconnected();
        }

        /// <summary>A window was closed and kept.</summary>
        public void Saw(ClosedWindow window)
        {
            _trial.Saw(window);
        }

        /// <summary>The service has stored all windows up to this one.</summary>
        public void Stored(uint lastWindow)
        {
            _trial.Stored(lastWindow);
            Settle();
        }

        /// <summary>A block's answer has come; false where it cannot be read.</summary>
        public bool Take(byte[] payload, int length, long nowMs)
        {
            _dueMs = nowMs;
            if (_slots == null)
                return true;
            if (!_slots.Fetcher.TryTake(payload, length, nowMs, out FetchResult result))
                return false;
            if (result == FetchResult.None)
                return true;
            if (IsTesting)
                TakeOwn(result, nowMs);
            else if (IsUnderWay && result == FetchResult.Block)
                _slots.Take(_time.IsKnown ? _time.ToUtcMs(nowMs) : 0, nowMs);
            else if (IsUnderWay)
                _slots.Download.Refused();
            return true;
        }

        /// <summary>Whether a request for a block is to be sent now.</summary>
        public bool HasRequest(long nowMs)
        {
            return _slots != null && _slots.Fetcher.IsDue(nowMs) && (IsTesting || !_interlocks.Stand);
        }

        /// <summary>Writes the request.</summary>
        public void WriteRequest(CborWriter writer)
        {
            _slots!.Fetcher.Write(writer);
        }

        /// <summary>The request is on its way.</summary>
        public void Sent(long nowMs)
        {
            _slots!.Fetcher.Sent(nowMs);
        }

        /// <summary>One step at <paramref name="nowMs"/>, the uptime: at most one block of flash is read or written.</summary>
        public void Step(long nowMs)
        {
            if (_status.State != UpdateState.Idle)
                _journal.Tell(_status, _version, nowMs);
            if (_slots == null || WantsReboot)
            {
                if (!WantsReboot)
                    Consider(nowMs);
                _dueMs = long.MaxValue;
                return;
            }
            if (nowMs >= NodeLimits.TestDeadlineMs)
                Settle();
            _slots.Fetcher.Step(nowMs);
            if (IsTesting)
            {
                StepTrial(nowMs);
                return;
            }
            if (!IsUnderWay)
                Consider(nowMs);
            if (IsUnderWay && _status.State != UpdateState.Staged)
                StepDownload(nowMs);
            if (_status.State == UpdateState.Staged)
                StepStaged(nowMs);
            else
                _dueMs = IsUnderWay ? NextOfDownload(nowMs)
                    : _hasTarget && !_isConsidered ? NodeLimits.LaunchRetryMs : long.MaxValue;
        }

        /// <summary>Fills in the update's part of a report.</summary>
        public void Describe(ReportedState state)
        {
            state.HasUpdate = _slots != null || _status.State != UpdateState.Idle;
            UpdateStatus update = state.Update;
            update.CopyFrom(_status);
            update.Running = Record.Running;
            update.Confirmed = !Record.IsTesting && Record.ImageOk;
            update.BootAttempts = (uint)Record.Attempts;
            update.SecurityCounter = Record.SecurityCounter;
            state.HasFirmwareDigest = Record.Running != UpdateSlot.Golden;
            if (state.HasFirmwareDigest)
                System.Array.Copy(Record.RunningDigest, state.FirmwareDigest, state.FirmwareDigest.Length);
        }

        private bool IsUnderWay => _status.State == UpdateState.Offered || _status.State == UpdateState.Downloading
            || _status.State == UpdateState.Paused || _status.State == UpdateState.Staged;

        /// <summary>
        /// A confirmed image that reports works as it should, and so does one that has run for as long as a trial may take
        /// without anybody to report to: its earlier boots are no failures.
        /// </summary>
        private void Settle()
        {
            if (_slots != null && !_isSettled && !IsTesting)
                _isSettled = Record.Settle();
        }

        /// <summary>Where the boot record says that this node stands.</summary>
        private void Resume()
        {
            if (Record.IsTesting)
            {
                Name(Record.Pending.Digest, Record.Pending.Attempt);
                _version = _slots == null ? "" : _slots.Open(Record.Running);
                Set(UpdateState.Testing, UpdateReason.None);
            }
            else if (Record.Outcome != UpdateState.Idle)
            {
                Name(Record.OutcomeOf.Digest, Record.OutcomeOf.Attempt);
                _version = _slots == null ? "" : _slots.VersionOf(Record.OutcomeOf);
                Set(Record.Outcome, Record.OutcomeReason);
            }
        }

        private bool IsAboutTarget => _status.HasTarget && _status.Attempt == _target.Attempt
            && SlotImage.AreEqual(_status.Target, _target.Digest);

        /// <summary>A target that was not looked at yet.</summary>
        private void Consider(long nowMs)
        {
            if (!_hasTarget || _isConsidered)
                return;
            _isConsidered = true;
            if (Record.Running != UpdateSlot.Golden && SlotImage.AreEqual(Record.RunningDigest, _target.Digest))
            {
                Name(_target.Digest, _target.Attempt);
                _version = _slots == null ? "" : _slots.Open(Record.Running);
                Set(UpdateState.Confirmed, UpdateReason.None);
                return;
            }
            bool bad = Record.KnownBad.Refuses(_target.Digest, _target.Attempt);
            if (IsAboutTarget && (_status.State == UpdateState.Rejected || _status.State == UpdateState.Reverted))
            {
                // What this very boot found given up says why itself, and not that it is known. What the launcher would not
                // run though this node had found it whole, it may not run again either.
                _isConsidered = bad || nowMs >= NodeLimits.LaunchRetryMs;
                if (bad || !_isConsidered)
                    return;
            }
            Name(_target.Digest, _target.Attempt);
            _version = "";
            _status.TotalBytes = _target.TotalBytes;
            Move(UpdateEvent.Offer, UpdateReason.None);
            if (_slots == null)
                End(UpdateEvent.Refuse, UpdateReason.NoSlots, nowMs);
            else if (bad)
                End(UpdateEvent.Refuse, UpdateReason.KnownBad, nowMs);
            else
                Offer(nowMs);
        }

        private void End(UpdateEvent how, UpdateReason reason, long nowMs)
        {
            if (_slots != null)
                _slots.Fetcher.Stop();
            Move(how, reason);
            _journal.Tell(_status, _version, nowMs);
        }

        private void Name(byte[] digest, uint attempt)
        {
            _status.HasTarget = true;
            System.Array.Copy(digest, _status.Target, digest.Length);
            _status.Attempt = attempt;
            _status.FetchedBytes = 0;
            _status.TotalBytes = 0;
        }

        /// <summary>The table says where this leads; what means nothing in this state changes nothing.</summary>
        private void Move(UpdateEvent how, UpdateReason reason)
        {
            if (_transitions.TryMove(_status.State, how, out UpdateState next))
                Set(next, reason);
        }

        private void Set(UpdateState state, UpdateReason reason)
        {
            if (_status.State == state && _status.Reason == reason)
                return;
            _status.State = state;
            _status.Reason = reason;
            _hasChanged = true;
        }
    }
}
