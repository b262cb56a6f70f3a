using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Firmware.Ports
{
    /// <summary>
    /// The two slots that applications are downloaded into: each has room for one envelope and for blocks of 4,096 bytes,
    /// written in any order and read at any time, so that a download goes on from what is there. Nothing here knows what
    /// a block means, and a block may be torn: whoever reads one holds it to its tag. <see cref="UpdateSlot.Golden"/> is no
    /// slot that these calls take.
    /// </summary>
    /// <remarks>
    /// nanoFramework's in-field update asks for an offer of a total length and then reads ranges of it; a port to it
    /// takes an envelope and blocks one after another, as they lie in a bundle.
    /// </remarks>
    public interface ISlotStore
    {
        /// <summary>Bytes of a slot's envelope, or -1 where there is none.</summary>
        int EnvelopeLength(UpdateSlot slot);

        /// <summary>Reads the envelope, up to <paramref name="room"/> bytes of it.</summary>
        StorageResult ReadEnvelope(UpdateSlot slot, byte[] buffer, int offset, int room, out int read);

        /// <summary>Writes the envelope in place of the one before; a power cut may leave none, or a torn one.</summary>
        StorageResult WriteEnvelope(UpdateSlot slot, byte[] buffer, int offset, int count);

        /// <summary>Bytes of a block, whole or torn; -1 where there is none. Blocks count from 0.</summary>
        int BlockLength(UpdateSlot slot, int block);

        /// <summary>Reads a block, up to <paramref name="room"/> bytes of it.</summary>
        StorageResult ReadBlock(UpdateSlot slot, int block, byte[] buffer, int offset, int room, out int read);

        /// <summary>
        /// Writes a block of at most 4,096 bytes in place of the one before; a power cut may leave none, or a torn one.
        /// </summary>
        StorageResult WriteBlock(UpdateSlot slot, int block, byte[] buffer, int offset, int count);

        /// <summary>
        /// Empties a slot, its envelope first: what a power cut leaves of it is no image, and is emptied by the next call.
        /// </summary>
        StorageResult Erase(UpdateSlot slot);

        /// <summary>Bytes that erasing a slot would give back. Allocates, and is slow.</summary>
        long UsedBytes(UpdateSlot slot);

        /// <summary>Bytes that can still be written, beside what is there. May allocate, and be slow.</summary>
        long FreeBytes { get; }
    }
}
