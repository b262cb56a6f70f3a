using EdgeFleet.Contracts.Bundles;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// Slots as files of their own, one for the envelope and one for each block: <c>slot.a.env</c>, <c>slot.a.0</c>,
    /// <c>slot.a.1</c>… A block fills exactly one of littlefs's, and writing one never touches another.
    /// </summary>
    public sealed class SlotFiles : ISlotStore
    {
        private readonly IStorage _storage;

        /// <summary>Slots on the node's files.</summary>
        public SlotFiles(IStorage storage)
        {
            _storage = storage;
        }

        /// <inheritdoc/>
        public long FreeBytes => _storage.FreeBytes;

        /// <inheritdoc/>
        public int EnvelopeLength(UpdateSlot slot)
        {
            return _storage.Length(EnvelopeName(slot));
        }

        /// <inheritdoc/>
        public StorageResult ReadEnvelope(UpdateSlot slot, byte[] buffer, int offset, int room, out int read)
        {
            return _storage.Read(EnvelopeName(slot), 0, buffer, offset, room, out read);
        }

        /// <inheritdoc/>
        public StorageResult WriteEnvelope(UpdateSlot slot, byte[] buffer, int offset, int count)
        {
            if (slot == UpdateSlot.Golden || count > BundleLimits.MaxEnvelope)
                return StorageResult.Failed;
            return _storage.Write(EnvelopeName(slot), buffer, offset, count);
        }

        /// <inheritdoc/>
        public int BlockLength(UpdateSlot slot, int block)
        {
            return _storage.Length(BlockName(slot, block));
        }

        /// <inheritdoc/>
        public StorageResult ReadBlock(UpdateSlot slot, int block, byte[] buffer, int offset, int room, out int read)
        {
            return _storage.Read(BlockName(slot, block), 0, buffer, offset, room, out read);
        }

        /// <inheritdoc/>
        public StorageResult WriteBlock(UpdateSlot slot, int block, byte[] buffer, int offset, int count)
        {
            if (slot == UpdateSlot.Golden || count > BundleLimits.BlockBytes)
                return StorageResult.Failed;
            return _storage.Write(BlockName(slot, block), buffer, offset, count);
        }

        /// <inheritdoc/>
        public StorageResult Erase(UpdateSlot slot)
        {
            if (slot == UpdateSlot.Golden)
                return StorageResult.Failed;
            StorageResult result = _storage.Delete(EnvelopeName(slot));
            string[] names = _storage.List(Prefix(slot));
            for (int i = 0; i < names.Length && result == StorageResult.Ok; i++)
                result = _storage.Delete(names[i]);
            return result;
        }

        /// <inheritdoc/>
        public long UsedBytes(UpdateSlot slot)
        {
            string[] names = _storage.List(Prefix(slot));
            long used = 0;
            for (int i = 0; i < names.Length; i++)
                used += _storage.Length(names[i]);
            return used;
        }

        private static string Prefix(UpdateSlot slot)
        {
            return slot == UpdateSlot.A ? "slot.a." : slot == UpdateSlot.B ? "slot.b." : "slot.none.";
        }

        private static string EnvelopeName(UpdateSlot slot)
        {
            return Prefix(slot) + "env";
        }

        private static string BlockName(UpdateSlot slot, int block)
        {
            return Prefix(slot) + block.ToString();
        }
    }
}
