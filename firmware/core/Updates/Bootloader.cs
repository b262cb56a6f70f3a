using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What a launcher knows of its board.</summary>
    public sealed class BootSettings
    {
        /// <summary>What the node is.</summary>
        public NodeKind Kind;

        /// <summary>The board's hardware class, as manifests name it.</summary>
        public string HardwareClass = "";

        /// <summary>Keys whose bundles are run.</summary>
        public RsaPublicKey[] Keys = new RsaPublicKey[0];

        /// <summary>The native assemblies of the board's firmware; null: they are not asked for.</summary>
        public INativeAssemblies? Natives;

        /// <summary>Free managed heap when the launcher has started, in bytes.</summary>
        public int FreeHeapBytes = int.MaxValue;
    }

    /// <summary>
    /// What a launcher decides: which image runs. It trusts nothing that it has not held to a signature in this boot, and
    /// counts a load before it is made, so that whatever the image then does, the next boot knows of it. A launcher calls
    /// <see cref="Choose"/>, loads the components with <see cref="LoadComponent"/>, starts the last one's entry, and
    /// watches; the application speaks to it through <see cref="BootRecord"/> alone.
    /// </summary>
    public sealed class Bootloader
    {
        private readonly BootSettings _settings;
        private readonly BootRecord _record;
        private readonly SlotImage _image;
        private readonly BootChoice _choice = new BootChoice();

        // Whether the envelope judged last is the one that the record names, so that its faults are that bundle's.
        private bool _isNamed;

        /// <summary>Takes all memory, some 20 KB, which is free again when the launcher drops this object.</summary>
        public Bootloader(BootSettings settings, ISlotStore slots, BootRecord record)
        {
            _settings = settings;
            _record = record;
            _image = new SlotImage(slots, settings.Keys);
        }

        /// <summary>
        /// Decides what runs, and writes it down before anything is loaded. Always answers: where no slot holds an image
        /// that may run, or the flash fails, it is the golden application.
        /// </summary>
        /// <param name="reason">
        /// Why the board started. A confirmed image is counted as failed only where that is not a matter of its supply or
        /// of somebody's wish; one on trial has as many boots as it has, whatever ended them.
        /// </param>
        public BootChoice Choose(BootReason reason)
        {
            _record.Load();
            if (_record.Swap == SwapType.Revert)
                GoBack();
            if (_record.Swap == SwapType.Test && TryTest(reason))
                return _choice;
            if (_record.Swap == SwapType.Permanent)
                TryPromote();
            if (reason == BootReason.PowerOn || reason == BootReason.Brownout || reason == BootReason.Requested)
                _record.Attempts = 0;
            while (_record.Active.Slot != UpdateSlot.Golden)
            {
                if (TryActive(reason))
                    return _choice;
            }
            Run(UpdateSlot.Golden, false);
            _record.Save();
            return _choice;
        }

        /// <summary>
        /// A component of the choice, every block of it held to its tag again; null where the flash gives other bytes than
        /// a moment ago. The launcher then restarts the board, and the boot counts as failed.
        /// </summary>
        public byte[]? LoadComponent(int index)
        {
            return _choice.Slot == UpdateSlot.Golden ? null : _image.LoadComponent(_choice.Slot, index);
        }

        /// <summary>The name of a component of the choice. Allocates.</summary>
        public string ComponentName(int index)
        {
            return _image.Bundle.ComponentName(_image.Component(index));
        }

        /// <summary>
        /// Whether, this long after the boot, the image on trial has not confirmed itself in time; the way back is then
        /// written down, and the launcher restarts the board. <paramref name="record"/> is the one that the choice was made
        /// with: the flash is read when the time is up, and no more once the trial is known to have ended.
        /// </summary>
        public static bool IsOverdue(BootRecord record, long uptimeMs)
        {
            if (uptimeMs < NodeLimits.LauncherDeadlineMs || !record.IsTesting)
                return false;
            record.Load();
            return record.IsTesting && record.RequestRevert(UpdateReason.DeadlinePassed);
        }

        // What ran last asked to be left.
        private void GoBack()
        {
            if (_record.Pending.Slot != UpdateSlot.Golden)
                _record.DropPending(UpdateState.Reverted, _record.OutcomeReason, true);
            else
                _record.DropActive(_record.OutcomeReason, true);
        }

        private bool TryTest(BootReason reason)
        {
            if (_record.Attempts >= NodeLimits.MaxBootAttempts)
            {
                _record.DropPending(UpdateState.Reverted, Failure(reason), true);
                return false;
            }
            UpdateReason fault = Judge(_record.Pending);
            if (fault != UpdateReason.None)
            {
                _record.DropPending(UpdateState.Rejected, fault, _isNamed && UpdateReasons.IsOfBundle(fault));
                return false;
            }
            _record.Attempts++;
            _record.ImageOk = false;
            Run(_record.Pending.Slot, true);
            if (_record.Save())
                return true;
            // What cannot be counted is not tried: it might hang for ever.
            _record.DropPending(UpdateState.Rejected, UpdateReason.FlashFault, false);
            return false;
        }

        private void TryPromote()
        {
            UpdateReason fault = Judge(_record.Pending);
            if (fault == UpdateReason.None)
                _record.Promote();
            else
                _record.DropPending(UpdateState.Rejected, fault, _isNamed && UpdateReasons.IsOfBundle(fault));
        }

        private bool TryActive(BootReason reason)
        {
            if (_record.Attempts >= NodeLimits.MaxBootAttempts)
            {
                _record.DropActive(Failure(reason), true);
                return false;
            }
            UpdateReason fault = Judge(_record.Active);
            if (fault != UpdateReason.None)
            {
                _record.DropActive(fault, _isNamed && UpdateReasons.IsOfBundle(fault));
                return false;
            }
            _record.Attempts++;
            _record.ImageOk = true;
            Run(_record.Active.Slot, false);
            // An image that has proved itself runs even where the flash takes no count of it any more.
            _record.Save();
            return true;
        }

        private UpdateReason Judge(BootImage wanted)
        {
            _isNamed = false;
            UpdateReason fault = _image.Open(wanted.Slot);
            if (fault != UpdateReason.None)
                return fault;
            _isNamed = wanted.IsOf(_image.Digest);
            if (!_isNamed)
                return UpdateReason.ImageMismatch;
            fault = _image.Verify(_settings.Kind, _settings.HardwareClass, 0, _record.SecurityCounter);
            if (fault == UpdateReason.None && _settings.Natives != null)
                fault = _image.Fits(_settings.Natives, _settings.FreeHeapBytes);
            if (fault != UpdateReason.None)
                return fault;
            if (!_image.HasAllBlocks(wanted.Slot))
                return UpdateReason.BlockMismatch;
            wanted.SecurityCounter = _image.Bundle.SecurityCounter;
            return UpdateReason.None;
        }

        private void Run(UpdateSlot slot, bool isTest)
        {
            _record.Running = slot;
            if (slot == UpdateSlot.Golden)
                _record.ImageOk = true;
            _choice.Slot = slot;
            _choice.IsTest = isTest;
            _choice.ComponentCount = slot == UpdateSlot.Golden ? 0 : _image.Target!.ComponentCount;
            _choice.Version = slot == UpdateSlot.Golden ? "" : _image.Bundle.Version;
        }

        private static UpdateReason Failure(BootReason reason)
        {
            return reason == BootReason.Watchdog ? UpdateReason.Hung : UpdateReason.BootFailed;
        }
    }
}
