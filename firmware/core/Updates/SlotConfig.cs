using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Ports;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Updates
{
    /// <summary>
    /// Configuration and what was calibrated or learned belong to the slot of the image that wrote them, so that a revert
    /// brings both back. An image that starts in its slot for the first time gets a copy of what the one before had. Each
    /// slot's files say which bundle they are of; without that, what an earlier image left in the slot would be taken for
    /// this one's.
    /// </summary>
    public static class SlotConfig
    {
        /// <summary>Bytes of the largest record that is kept by slot.</summary>
        public const int Capacity = 2048;

        /// <summary>The configuration's record; see <see cref="NameOf"/>.</summary>
        public const string Config = "node.config";

        /// <summary>The record of what was learned of natural frequencies.</summary>
        public const string Modes = "modes";

        /// <summary>A record's name for a slot; that of the golden application is as it was before there were slots.</summary>
        public static string NameOf(string record, UpdateSlot slot)
        {
            return slot == UpdateSlot.A ? record + "-a" : slot == UpdateSlot.B ? record + "-b" : record;
        }

        /// <summary>
        /// Makes the files those of the image that runs. After a power cut in between, the next boot begins anew.
        /// </summary>
        public static void Adopt(IStorage storage, Crc32 crc, BootRecord record)
        {
            if (record.Running == UpdateSlot.Golden)
                return;
            RecordStore owner = new RecordStore(storage, crc, NameOf("node.owner", record.Running), Limits.DigestBytes);
            byte[] digest = record.RunningDigest;
            if (owner.Load() == Limits.DigestBytes && IsOf(owner, digest))
                return;
            UpdateSlot before = record.IsTesting ? record.Active.Slot : record.Previous.Slot;
            if (!TryCopy(storage, crc, Config, before, record.Running) || !TryCopy(storage, crc, Modes, before, record.Running))
                return;
            System.Array.Copy(digest, 0, owner.Buffer, owner.Offset, digest.Length);
            owner.Save(digest.Length);
        }

        private static bool TryCopy(IStorage storage, Crc32 crc, string record, UpdateSlot from, UpdateSlot to)
        {
            if (from == to)
                return true;
            RecordStore source = new RecordStore(storage, crc, NameOf(record, from), Capacity);
            RecordStore target = new RecordStore(storage, crc, NameOf(record, to), Capacity);
            int length = source.Load();
            // For its number: the copy has to be younger than what it replaces.
            int old = target.Load();
            if (length < 0 && old < 0)
                return true;
            // Nothing there is kept as an empty record, which nobody can read.
            if (length < 0)
                length = 0;
            System.Array.Copy(source.Buffer, source.Offset, target.Buffer, target.Offset, length);
            return target.Save(length) == StorageResult.Ok;
        }

        private static bool IsOf(RecordStore owner, byte[] digest)
        {
            for (int i = 0; i < digest.Length; i++)
            {
                if (owner.Buffer[owner.Offset + i] != digest[i])
                    return false;
            }
            return true;
        }
    }
}
