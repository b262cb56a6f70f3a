using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// What launcher and application know of each other: which image is active, which one is to be tried, how often it
    /// was, and which bundles failed here. Two files written in turn, so that a power cut leaves the record before a
    /// change or the one after it. Each change is one record: nothing is ever half decided.
    /// </summary>
    /// <remarks>
    /// Launcher and application have an object each, so everything that changes the record reads it again before. The
    /// application's requests answer false, and change nothing, where they make no sense or the flash failed.
    /// </remarks>
    public sealed class BootRecord
    {
        private const byte Format = 1;

        // Format, swap, image-ok, attempts, running, outcome and its reason; the counter; four images; the known bad.
        private const int HeadBytes = 7 + 4 + 4 * BootImage.RecordBytes;
        private const int Capacity = HeadBytes + 1 + KnownBad.Most * KnownBad.EntryBytes;

        private readonly RecordStore _store;

        /// <summary>The record in the files that begin with <c>boot.</c>; <see cref="Load"/> reads it.</summary>
        public BootRecord(IStorage storage, Crc32 crc)
        {
            _store = new RecordStore(storage, crc, "boot.record", Capacity);
        }

        /// <summary>What runs where nothing else is asked for: the image that confirmed itself last, or golden.</summary>
        public BootImage Active { get; } = new BootImage();

        /// <summary>What was active before it, and can be again as long as it still lies in its slot; or golden.</summary>
        public BootImage Previous { get; } = new BootImage();

        /// <summary>The image that <see cref="Swap"/> is about; golden: none.</summary>
        public BootImage Pending { get; } = new BootImage();

        /// <summary>What the next boot is asked to change.</summary>
        public SwapType Swap { get; internal set; }

        /// <summary>Whether the image that runs has confirmed itself, MCUboot's image-ok; the golden one has.</summary>
        public bool ImageOk { get; internal set; } = true;

        /// <summary>Loads begun since the image was chosen or last settled; counted before each.</summary>
        public int Attempts { get; internal set; }

        /// <summary>What the launcher chose last, and so what runs.</summary>
        public UpdateSlot Running { get; internal set; }

        /// <summary>The highest counter of what was ever confirmed; nothing with a lower one is run again.</summary>
        public uint SecurityCounter { get; internal set; }

        /// <summary>How the last swap ended: confirmed, reverted, rejected, or idle where there was none.</summary>
        public UpdateState Outcome { get; internal set; }

        /// <summary>Why it ended so; while <see cref="SwapType.Revert"/> is asked for, why it will.</summary>
        public UpdateReason OutcomeReason { get; internal set; }

        /// <summary>Which image <see cref="Outcome"/> is about.</summary>
        public BootImage OutcomeOf { get; } = new BootImage();

        /// <summary>Bundles that failed here.</summary>
        public KnownBad KnownBad { get; } = new KnownBad();

        /// <summary>Whether the image that runs is on trial: it is to confirm itself or to ask for the way back.</summary>
        public bool IsTesting =>
            Swap == SwapType.Test && Running != UpdateSlot.Golden && Running == Pending.Slot && !ImageOk;

        /// <summary>
        /// The slot that may be erased and written: not the one that runs, nor the active one. Golden: none, since
        /// something is on trial.
        /// </summary>
        public UpdateSlot Spare
        {
            get
            {
                bool takenA = Active.Slot == UpdateSlot.A || Running == UpdateSlot.A;
                bool takenB = Active.Slot == UpdateSlot.B || Running == UpdateSlot.B;
                if (takenA)
                    return takenB ? UpdateSlot.Golden : UpdateSlot.B;
                // Without an active slot, the one that is no way back goes first.
                return !takenB && Previous.Slot == UpdateSlot.A ? UpdateSlot.B : UpdateSlot.A;
            }
        }

        /// <summary>The digest of what runs; the golden application's is zeros.</summary>
        public byte[] RunningDigest => IsTesting ? Pending.Digest : Active.Digest;

        /// <summary>Reads the record; false where there is none, which is the record of a new board: golden runs.</summary>
        public bool Load()
        {
            int length = _store.Load();
            if (length >= HeadBytes + 1 && _store.Buffer[_store.Offset] == Format && TryGet(length))
                return true;
            Clear();
            return false;
        }

        /// <summary>The application asks that a slot be tried at the next boot; it reboots then.</summary>
        /// <param name="slot">The slot, which is not the active one and does not run.</param>
        /// <param name="digest">The digest of the bundle in it; another content of the slot will not be run.</param>
        /// <param name="attempt">See <see cref="UpdateTarget.Attempt"/>.</param>
        public bool RequestTest(UpdateSlot slot, byte[] digest, uint attempt)
        {
            return Request(slot, digest, attempt, SwapType.Test);
        }

        /// <summary>
        /// As <see cref="RequestTest"/>, but the image need not confirm itself: for whoever stands at the board and sees
        /// that it works. Where it does not start, the node goes back all the same.
        /// </summary>
        public bool RequestPermanent(UpdateSlot slot, byte[] digest, uint attempt)
        {
            return Request(slot, digest, attempt, SwapType.Permanent);
        }

        /// <summary>The application takes a request back that no boot has followed yet.</summary>
        public bool CancelRequest()
        {
            Load();
            if (Swap == SwapType.None)
                return true;
            if (IsTesting || Swap == SwapType.Revert)
                return false;
            Swap = SwapType.None;
            Pending.Clear();
            return Commit();
        }

        /// <summary>
        /// The image that runs has proved itself: the node stays with it, and the security counter is raised to its own.
        /// True also where it was confirmed before.
        /// </summary>
        public bool Confirm()
        {
            Load();
            if (!IsTesting)
                return ImageOk && Running == Active.Slot;
            Promote();
            return Commit();
        }

        /// <summary>
        /// The image that runs asks to be left at the next boot, and not to be tried again under this attempt: a test
        /// goes back to what was active, a confirmed one to the one before it, and golden stays.
        /// </summary>
        public bool RequestRevert(UpdateReason reason)
        {
            Load();
            if (Running == UpdateSlot.Golden || (!IsTesting && Running != Active.Slot))
                return false;
            if (!IsTesting)
                Pending.Clear();
            Swap = SwapType.Revert;
            OutcomeReason = reason;
            return Commit();
        }

        /// <summary>
        /// A confirmed image runs as it should, so its boots before are no failures. To be called once in a boot, when
        /// the node has worked for a while; writes only where there is something to forget.
        /// </summary>
        public bool Settle()
        {
            Load();
            if (!ImageOk || Attempts == 0)
                return true;
            Attempts = 0;
            return Commit();
        }

        /// <summary>Writes the record; a failure is tried once more, since much hangs on it.</summary>
        internal bool Save()
        {
            byte[] to = _store.Buffer;
            int at = _store.Offset;
            to[at++] = Format;
            to[at++] = (byte)Swap;
            to[at++] = (byte)(ImageOk ? 1 : 0);
            to[at++] = (byte)Attempts;
            to[at++] = (byte)Running;
            to[at++] = (byte)Outcome;
            to[at++] = (byte)OutcomeReason;
            Bytes.Put32(to, at, SecurityCounter);
            at = Active.Put(to, at + 4);
            at = Previous.Put(to, at);
            at = Pending.Put(to, at);
            at = OutcomeOf.Put(to, at);
            at = KnownBad.Put(to, at);
            int length = at - _store.Offset;
            return _store.Save(length) == StorageResult.Ok || _store.Save(length) == StorageResult.Ok;
        }

        /// <summary>The pending image becomes the active one.</summary>
        internal void Promote()
        {
            Previous.CopyFrom(Active);
            Active.CopyFrom(Pending);
            if (Active.SecurityCounter > SecurityCounter)
                SecurityCounter = Active.SecurityCounter;
            Outcome = UpdateState.Confirmed;
            OutcomeReason = UpdateReason.None;
            OutcomeOf.CopyFrom(Active);
            Pending.Clear();
            Swap = SwapType.None;
            ImageOk = true;
            Attempts = 0;
        }

        /// <summary>The pending image is given up; the active one is next.</summary>
        internal void DropPending(UpdateState outcome, UpdateReason reason, bool isBad)
        {
            End(Pending, outcome, reason, isBad);
            Pending.Clear();
            Swap = SwapType.None;
        }

        /// <summary>The active image is given up; the one before it is next.</summary>
        internal void DropActive(UpdateReason reason, bool isBad)
        {
            End(Active, UpdateState.Reverted, reason, isBad);
            Active.CopyFrom(Previous);
            Previous.Clear();
            Swap = SwapType.None;
        }

        // What the flash did not take has not happened.
        private bool Commit()
        {
            if (Save())
                return true;
            Load();
            return false;
        }

        private void End(BootImage image, UpdateState outcome, UpdateReason reason, bool isBad)
        {
            Outcome = outcome;
            OutcomeReason = reason;
            OutcomeOf.CopyFrom(image);
            if (isBad)
                KnownBad.Add(image.Digest, image.Attempt, reason);
            Attempts = 0;
        }

        private bool Request(UpdateSlot slot, byte[] digest, uint attempt, SwapType swap)
        {
            Load();
            if (IsTesting || Swap == SwapType.Revert)
                return false;
            if (slot == UpdateSlot.Golden || slot == Active.Slot || slot == Running)
                return false;
            Pending.Clear();
            Pending.Slot = slot;
            System.Array.Copy(digest, 0, Pending.Digest, 0, Pending.Digest.Length);
            Pending.Attempt = attempt;
            Swap = swap;
            Attempts = 0;
            return Commit();
        }

        private bool TryGet(int length)
        {
            byte[] from = _store.Buffer;
            int at = _store.Offset + 1;
            int end = _store.Offset + length;
            Swap = from[at] <= (byte)SwapType.Revert ? (SwapType)from[at] : SwapType.None;
            ImageOk = from[at + 1] != 0;
            Attempts = from[at + 2];
            Running = from[at + 3] <= (byte)UpdateSlot.B ? (UpdateSlot)from[at + 3] : UpdateSlot.Golden;
            Outcome = (UpdateState)from[at + 4];
            OutcomeReason = (UpdateReason)from[at + 5];
            SecurityCounter = Bytes.Get32(from, at + 6);
            at = Active.Get(from, at + 10);
            at = Previous.Get(from, at);
            at = Pending.Get(from, at);
            at = OutcomeOf.Get(from, at);
            return KnownBad.TryGet(from, at, end);
        }

        private void Clear()
        {
            Swap = SwapType.None;
            ImageOk = true;
            Attempts = 0;
            Running = UpdateSlot.Golden;
            Outcome = UpdateState.Idle;
            OutcomeReason = UpdateReason.None;
            SecurityCounter = 0;
            Active.Clear();
            Previous.Clear();
            Pending.Clear();
            OutcomeOf.Clear();
            KnownBad.Clear();
        }
    }
}
