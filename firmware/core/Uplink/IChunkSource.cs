using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>Chunks of captures that wait to be sent.</summary>
    public interface IChunkSource
    {
        /// <summary>The queue they wait in.</summary>
        FlashQueue Chunks { get; }

        /// <summary>
        /// Makes the message of a chunk; answers its length, 0 where it is not to be sent: <paramref name="through"/> is
        /// then the last chunk that is to be dropped with it.
        /// </summary>
        int WriteChunk(uint chunk, long nowMs, byte[] message, out uint through);
    }
}
