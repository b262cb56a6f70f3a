using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Uplink;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>What an agent needs where there are slots, some 25 KB in all, taken in the constructor.</summary>
    internal sealed class UpdateSlots
    {
        private readonly ISlotStore _slots;
        private readonly BootRecord _record;
        private readonly Outbox _outbox;
        private readonly IChunkSource? _captures;
        private readonly SlotImage _image;
        private readonly string _hardwareClass;
        private readonly int _heapBytes;
        private UpdateSlot _slot;
        private int _ownBytes;

        public UpdateSlots(NodeSettings settings, NodePorts ports, BootRecord record, Outbox outbox, IChunkSource? captures, int heapBytes)
        {
            _slots = ports.Slots!;
            _record = record;
            _outbox = outbox;
            _captures = captures;
            _hardwareClass = settings.HardwareClass;
            _heapBytes = heapBytes;
            _image = new SlotImage(_slots, settings.TrustedKeys);
            Fetcher = new BlockFetcher(ports.Entropy);
            Download = new SlotDownload(settings, _slots, ports.Natives, _image, Fetcher);
            // What runs lies on the heap, too, and will not when the launcher looks for room.
            if (record.Running != UpdateSlot.Golden && _image.Open(record.Running) == UpdateReason.None)
                _ownBytes = BytesFor(_image.Bundle.FindTarget(_hardwareClass));
        }

        public BlockFetcher Fetcher { get; }

        public SlotDownload Download { get; }

        /// <summary>The envelope that was read last.</summary>
        public byte[] Envelope => _image.Buffer;

        /// <summary>
        /// Bytes of it before the signature and its head, which differ where somebody has signed the same bundle again.
        /// </summary>
        public int SignedBytes => _image.Bundle.SignatureAt - 3;

        /// <summary>Reads a slot's envelope; answers its version.</summary>
        public string Open(UpdateSlot slot)
        {
            return _image.Open(slot) == UpdateReason.None ? _image.Version : "";
        }

        /// <summary>The version of an image, where it still lies in its slot.</summary>
        public string VersionOf(BootImage image)
        {
            string version = image.Slot == UpdateSlot.Golden ? "" : Open(image.Slot);
            return version.Length != 0 && image.IsOf(_image.Digest) ? version : "";
        }

        /// <summary>Begins to bring a bundle into the slot that is free.</summary>
        public void Begin(UpdateTarget target, long utcMs, long nowMs)
        {
            _slot = _record.Spare;
            Download.Begin(target, _slot, _record.SecurityCounter, _heapBytes + _ownBytes, RoomBytes, utcMs, nowMs);
        }

        /// <summary>A piece of it has come.</summary>
        public void Take(long utcMs, long nowMs)
        {
            // Room is slow to ask for, and counts for the envelope alone.
            Download.Take(Fetcher.Answer, Download.IsAccepted ? 0 : RoomBytes, utcMs, nowMs);
        }

        /// <summary>Asks for the head of the bundle that runs, which lies in <see cref="Envelope"/>.</summary>
        public void WantOwn(byte[] digest, long nowMs)
        {
            int length = _slots.EnvelopeLength(_record.Running);
            Fetcher.Want(digest, 0, length < BundleLimits.BlockBytes ? length : BundleLimits.BlockBytes, nowMs);
        }

        /// <summary>Asks the launcher to try what was brought.</summary>
        public bool TryRequestTest(UpdateTarget target)
        {
            return _record.RequestTest(_slot, target.Digest, target.Attempt);
        }

        // What the queues may still take is theirs.
        private long RoomBytes =>
            _slots.FreeBytes - _outbox.Windows.BytesToGrow - _outbox.Events.BytesToGrow
            - (_captures == null ? 0 : _captures.Chunks.BytesToGrow);

        private int BytesFor(int target)
        {
            if (target < 0)
                return 0;
            int bytes = 0;
            BundleTarget own = _image.Bundle.Target(target);
            for (int i = 0; i < own.ComponentCount; i++)
                bytes += _image.Bundle.Component(own.FirstComponent + i).Size;
            return bytes;
        }
    }
}
