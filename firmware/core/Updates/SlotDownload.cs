using System;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// Brings one bundle into one slot: the envelope first, held to its signature and to this node before anything is
    /// written, then the blocks that the slot lacks, each held to its tag before and after it is written. What is on flash
    /// is its only memory: after a power cut, or the same offer years later, it goes on with the first block that does not
    /// match.
    /// </summary>
    internal sealed class SlotDownload
    {
        private readonly NodeSettings _settings;
        private readonly ISlotStore _slots;
        private readonly INativeAssemblies? _natives;
        private readonly SlotImage _image;
        private readonly BlockFetcher _fetcher;
        private readonly UpdateTarget _target = new UpdateTarget();
        private UpdateSlot _slot;
        private uint _securityCounter;
        private int _heapBytes;
        private int _envelopeHave;
        private int _block;
        private int _mismatches;
        private int _flashFaults;
        private bool _isEnvelopeWritten;

        public SlotDownload(
            NodeSettings settings, ISlotStore slots, INativeAssemblies? natives, SlotImage image, BlockFetcher fetcher)
        {
            _settings = settings;
            _slots = slots;
            _natives = natives;
            _image = image;
            _fetcher = fetcher;
        }

        /// <summary>Whether the envelope is verified and fits this node, and the slot is this bundle's.</summary>
        public bool IsAccepted { get; private set; }

        /// <summary>Whether all of the bundle is in the slot.</summary>
        public bool IsWhole { get; private set; }

        /// <summary>Why the bundle is refused; none while it is not.</summary>
        public UpdateReason Fault { get; private set; }

        /// <summary>Bytes of the bundle that this node fetches, once it is accepted: envelope and its own components.</summary>
        public uint OwnBytes => _target.EnvelopeBytes + (uint)_image.TargetBytes;

        /// <summary>Bytes of these that are verified on flash.</summary>
        public uint FetchedBytes { get; private set; }

        /// <summary>The bundle's version; empty before the envelope is there. Allocates.</summary>
        public string Version => _envelopeHave != 0 && _envelopeHave == (int)_target.EnvelopeBytes ? _image.Version : "";

        /// <summary>
        /// Begins. <paramref name="heapBytes"/>: what a launcher finds free, as far as this node can tell.
        /// </summary>
        public void Begin(UpdateTarget target, UpdateSlot slot, uint securityCounter, int heapBytes, long roomBytes, long utcMs, long nowMs)
        {
            _target.CopyFrom(target);
            _slot = slot;
            _securityCounter = securityCounter;
            _heapBytes = heapBytes;
            _envelopeHave = 0;
            _block = 0;
            _mismatches = 0;
            _flashFaults = 0;
            _isEnvelopeWritten = false;
            IsAccepted = false;
            IsWhole = false;
            FetchedBytes = 0;
            Fault = UpdateReason.None;
            _fetcher.Reset();
            if (_target.EnvelopeBytes > BundleLimits.MaxEnvelope || _target.TotalBytes > BundleLimits.MaxBundle)
                Fault = UpdateReason.TooLarge;
            else if (_target.EnvelopeBytes == 0 || _target.TotalBytes <= _target.EnvelopeBytes)
                Fault = UpdateReason.Malformed;
            else if (_image.Open(slot) == UpdateReason.None && SlotImage.AreEqual(_image.Digest, _target.Digest)
                && _image.Bundle.EnvelopeLength == (int)_target.EnvelopeBytes)
            {
                _envelopeHave = (int)_target.EnvelopeBytes;
                _isEnvelopeWritten = true;
                Judge(roomBytes, utcMs);
                if (Fault == UpdateReason.BadSignature)
                    FetchAgain(nowMs);
            }
            else
            {
                WantEnvelope(nowMs);
            }
        }

        /// <summary>
        /// One block further, where what is next is on flash already; else asks for what is missing. Reads at most a block.
        /// </summary>
        public void Step(long nowMs)
        {
            if (!IsAccepted || IsWhole || Fault != UpdateReason.None || _fetcher.IsWanted)
                return;
            if (_block == _image.BlockCount)
            {
                IsWhole = true;
                return;
            }
            if (_image.HasBlock(_slot, _block))
            {
                FetchedBytes += (uint)_image.BlockLength(_block);
                _block++;
                _mismatches = 0;
                return;
            }
            _fetcher.Want(_target.Digest, (uint)_image.BlockOffset(_block), _image.BlockLength(_block), nowMs);
        }

        /// <summary>The piece that was asked for has come.</summary>
        public void Take(BlockAnswer answer, long roomBytes, long utcMs, long nowMs)
        {
            if (IsAccepted)
                TakeBlock(answer);
            else
                TakeEnvelope(answer, roomBytes, utcMs, nowMs);
        }

        /// <summary>The service does not serve it.</summary>
        public void Refused()
        {
            Fault = UpdateReason.NotServed;
        }

        /// <summary>
        /// The digest does not cover the signature, so what a power cut has torn there looks like the target's envelope
        /// and does not verify.
        /// </summary>
        private void FetchAgain(long nowMs)
        {
            Fault = UpdateReason.None;
            _envelopeHave = 0;
            _isEnvelopeWritten = false;
            WantEnvelope(nowMs);
        }

        private void WantEnvelope(long nowMs)
        {
            int left = (int)_target.EnvelopeBytes - _envelopeHave;
            _fetcher.Want(
                _target.Digest, (uint)_envelopeHave, left < BundleLimits.BlockBytes ? left : BundleLimits.BlockBytes, nowMs);
        }

        private void TakeEnvelope(BlockAnswer answer, long roomBytes, long utcMs, long nowMs)
        {
            if (answer.Total != _target.TotalBytes)
            {
                Fault = UpdateReason.OtherBundle;
                return;
            }
            Array.Copy(answer.Data, 0, _image.Buffer, _envelopeHave, answer.DataLength);
            _envelopeHave += answer.DataLength;
            if (_envelopeHave < (int)_target.EnvelopeBytes)
            {
                WantEnvelope(nowMs);
                return;
            }
            Fault = _image.Parse(_envelopeHave);
            if (Fault == UpdateReason.None && !SlotImage.AreEqual(_image.Digest, _target.Digest))
                Fault = UpdateReason.OtherBundle;
            if (Fault == UpdateReason.None)
                Judge(roomBytes, utcMs);
        }

        /// <summary>Signature, kind, class, expiry, counter, native assemblies, heap, room; then the slot becomes its.</summary>
        private void Judge(long roomBytes, long utcMs)
        {
            if (_image.Bundle.TotalLength != (int)_target.TotalBytes)
            {
                Fault = UpdateReason.OtherBundle;
                return;
            }
            Fault = _image.Verify(_settings.Kind, _settings.HardwareClass, utcMs, _securityCounter);
            if (Fault == UpdateReason.None && _natives != null)
                Fault = _image.Fits(_natives, _heapBytes);
            else if (Fault == UpdateReason.None && _image.Target!.LeastFreeHeap > _heapBytes)
                Fault = UpdateReason.NotEnoughHeap;
            if (Fault == UpdateReason.None && RoomNeeded() > roomBytes + _slots.UsedBytes(_slot))
                Fault = UpdateReason.NoRoom;
            if (Fault == UpdateReason.None && !_isEnvelopeWritten)
                Fault = WriteEnvelope();
            if (Fault != UpdateReason.None)
                return;
            IsAccepted = true;
            FetchedBytes = _target.EnvelopeBytes;
        }

        // Files take whole blocks of the flash, and the envelope one more than it fills, for the directory.
        private long RoomNeeded()
        {
            long envelope = BundleLimits.BlocksOf((int)_target.EnvelopeBytes) + 1;
            return (envelope + _image.BlockCount) * BundleLimits.BlockBytes;
        }

        private UpdateReason WriteEnvelope()
        {
            for (int i = 0; i < NodeLimits.UpdateTries; i++)
            {
                if (_slots.Erase(_slot) != StorageResult.Ok)
                    continue;
                StorageResult result = _slots.WriteEnvelope(_slot, _image.Buffer, 0, _envelopeHave);
                if (result == StorageResult.Full)
                    return GiveRoomBack();
                if (result == StorageResult.Ok)
                {
                    _isEnvelopeWritten = true;
                    return UpdateReason.None;
                }
            }
            return UpdateReason.FlashFault;
        }

        /// <summary>A flash that is full to the brim takes no window, no event and no boot record any more.</summary>
        private UpdateReason GiveRoomBack()
        {
            _slots.Erase(_slot);
            return UpdateReason.NoRoom;
        }

        private void TakeBlock(BlockAnswer answer)
        {
            if (!_image.IsBlock(_block, answer.Data, 0, answer.DataLength))
            {
                if (++_mismatches >= NodeLimits.BlockPatience)
                    Fault = UpdateReason.BlockMismatch;
                return;
            }
            StorageResult result = _slots.WriteBlock(_slot, _block, answer.Data, 0, answer.DataLength);
            if (result == StorageResult.Full)
                Fault = GiveRoomBack();
            else if (!_image.HasBlock(_slot, _block) && ++_flashFaults >= NodeLimits.UpdateTries)
                Fault = UpdateReason.FlashFault;
        }
    }
}
