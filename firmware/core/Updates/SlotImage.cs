using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Crypto;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// One bundle as it lies in a slot, or as it is to be fetched into one: its envelope in memory, and its blocks held
    /// against it. The launcher reads what is there with it, and the agent knows by it what is missing. Blocks are those
    /// of this board's target alone, counted from 0 through its components. Takes some 20 KB, all in the constructor.
    /// </summary>
    public sealed class SlotImage
    {
        private readonly ISlotStore _slots;
        private readonly RsaPublicKey[] _keys;
        private readonly BundleVerifier _verifier = new BundleVerifier();
        private readonly BlockTag _tagger = new BlockTag();
        private readonly byte[] _block = new byte[BundleLimits.BlockBytes];
        private BundleComponent _component = null!;
        private bool _isRead;
        private int _componentBlock;

        /// <summary>For bundles that one of the keys has signed.</summary>
        public SlotImage(ISlotStore slots, RsaPublicKey[] keys)
        {
            _slots = slots;
            _keys = keys;
        }

        /// <summary>Where the envelope is read from; one that is being fetched is put together here.</summary>
        public byte[] Buffer { get; } = new byte[BundleLimits.MaxEnvelope];

        /// <summary>What the envelope says.</summary>
        public BundleReader Bundle { get; } = new BundleReader();

        /// <summary>The bundle's digest.</summary>
        public byte[] Digest { get; } = new byte[BundleLimits.DigestBytes];

        /// <summary>The version of the bundle that was read last; empty where none was. Allocates.</summary>
        public string Version => _isRead ? Bundle.Version : "";

        /// <summary>This board's target; null until <see cref="Verify"/> has found it.</summary>
        public BundleTarget? Target { get; private set; }

        /// <summary>Blocks of the target's components.</summary>
        public int BlockCount { get; private set; }

        /// <summary>Bytes of the target's components.</summary>
        public int TargetBytes { get; private set; }

        /// <summary>
        /// Reads a slot's envelope, without trusting it; nothing else is known before <see cref="Verify"/>. The digest
        /// does not cover the signature, in which a power cut may have torn it.
        /// </summary>
        public UpdateReason Open(UpdateSlot slot)
        {
            Forget();
            _isRead = false;
            int length = _slots.EnvelopeLength(slot);
            if (length < 0 || length > Buffer.Length)
                return UpdateReason.ImageMismatch;
            StorageResult result = _slots.ReadEnvelope(slot, Buffer, 0, Buffer.Length, out int read);
            if (result != StorageResult.Ok || read != length)
                return UpdateReason.FlashFault;
            return Parse(length);
        }

        /// <summary>
        /// Reads the envelope of exactly <paramref name="count"/> bytes that the caller has put into <see cref="Buffer"/>.
        /// </summary>
        public UpdateReason Parse(int count)
        {
            Forget();
            _isRead = false;
            BundleError error = Bundle.Read(Buffer, 0, count);
            if (error != BundleError.None)
                return UpdateReasons.Of(error);
            if (Bundle.EnvelopeLength != count)
                return UpdateReason.Malformed;
            _verifier.Digest(Bundle, Digest);
            _isRead = true;
            return UpdateReason.None;
        }

        /// <summary>
        /// Whether somebody trusted has signed the bundle, and for a node like this; seconds on a board.
        /// </summary>
        /// <param name="kind">What the node is.</param>
        /// <param name="hardwareClass">The board's class, such as <c>esp32-s3</c>.</param>
        /// <param name="nowMs">Unix milliseconds; 0: without a clock, or not for its expiry to be asked.</param>
        /// <param name="securityCounter">The counter below which nothing is taken.</param>
        public UpdateReason Verify(NodeKind kind, string hardwareClass, long nowMs, uint securityCounter)
        {
            Forget();
            BundleError error = _verifier.Verify(Bundle, _keys);
            if (error == BundleError.None)
                error = BundleRules.Judge(Bundle, kind, nowMs, securityCounter);
            if (error != BundleError.None)
                return UpdateReasons.Of(error);
            int target = Bundle.FindTarget(hardwareClass);
            if (target < 0)
                return UpdateReason.WrongClass;
            Target = Bundle.Target(target);
            for (int i = 0; i < Target.ComponentCount; i++)
            {
                BlockCount += Component(i).BlockCount;
                TargetBytes += Component(i).Size;
            }
            return UpdateReason.None;
        }

        /// <summary>What the verified target asks of the board: native assemblies and free heap in bytes.</summary>
        public UpdateReason Fits(INativeAssemblies natives, int freeHeap)
        {
            if (Target == null)
                return UpdateReason.WrongClass;
            return UpdateReasons.Of(BundleRules.JudgeTarget(Bundle, Target, natives, freeHeap, out string culprit));
        }

        /// <summary>A component of the target, by its place; in this order they are loaded.</summary>
        public BundleComponent Component(int index)
        {
            return Bundle.Component(Target!.FirstComponent + index);
        }

        /// <summary>Where a block stands in the bundle, in bytes from its start: what to ask the service for.</summary>
        public int BlockOffset(int block)
        {
            return Find(block) ? _component.Offset + _componentBlock * BundleLimits.BlockBytes : -1;
        }

        /// <summary>Bytes of a block.</summary>
        public int BlockLength(int block)
        {
            return Find(block) ? _component.BlockLength(_componentBlock) : 0;
        }

        /// <summary>Whether bytes in memory are the block that the manifest vouches for.</summary>
        public bool IsBlock(int block, byte[] data, int offset, int count)
        {
            return Find(block) && count == _component.BlockLength(_componentBlock) && IsTagged(data, offset, count);
        }

        /// <summary>Whether a slot holds the block that the manifest vouches for.</summary>
        public bool HasBlock(UpdateSlot slot, int block)
        {
            if (!Find(block))
                return false;
            int length = _component.BlockLength(_componentBlock);
            return _slots.BlockLength(slot, block) == length
                && _slots.ReadBlock(slot, block, _block, 0, length, out int read) == StorageResult.Ok
                && read == length && IsTagged(_block, 0, length);
        }

        /// <summary>Whether a slot holds all blocks.</summary>
        public bool HasAllBlocks(UpdateSlot slot)
        {
            for (int i = 0; i < BlockCount; i++)
            {
                if (!HasBlock(slot, i))
                    return false;
            }
            return BlockCount != 0;
        }

        /// <summary>
        /// Reads a component whole, and holds each block of it to its tag once more, since the bytes that are checked are
        /// then the bytes that run; null where one differs. Allocates the component.
        /// </summary>
        public byte[]? LoadComponent(UpdateSlot slot, int index)
        {
            int first = 0;
            for (int i = 0; i < index; i++)
                first += Component(i).BlockCount;
            byte[] bytes = new byte[Component(index).Size];
            for (int i = 0; i < Component(index).BlockCount; i++)
            {
                int at = i * BundleLimits.BlockBytes;
                int length = Component(index).BlockLength(i);
                if (_slots.ReadBlock(slot, first + i, bytes, at, length, out int read) != StorageResult.Ok
                    || !IsBlock(first + i, bytes, at, read))
                    return null;
            }
            return bytes;
        }

        /// <summary>Whether two digests are one.</summary>
        internal static bool AreEqual(byte[] one, byte[] other)
        {
            for (int i = 0; i < BundleLimits.DigestBytes; i++)
            {
                if (one[i] != other[i])
                    return false;
            }
            return true;
        }

        private void Forget()
        {
            Target = null;
            BlockCount = 0;
            TargetBytes = 0;
        }

        private bool Find(int block)
        {
            if (Target == null || block < 0)
                return false;
            for (int i = 0; i < Target.ComponentCount; i++)
            {
                _component = Component(i);
                if (block < _component.BlockCount)
                {
                    _componentBlock = block;
                    return true;
                }
                block -= _component.BlockCount;
            }
            return false;
        }

        private bool IsTagged(byte[] data, int offset, int count)
        {
            int tag = _component.TagsAt + _componentBlock * BundleLimits.TagBytes;
            return _tagger.Matches(data, offset, count, _componentBlock, Buffer, tag);
        }
    }
}
