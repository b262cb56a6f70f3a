using EdgeFleet.Contracts;
using EdgeFleet.Firmware.Storage;

namespace EdgeFleet.Firmware.Uplink
{
    /// <summary>
    /// The time of an entry on flash: boot and uptime, with the date where it was known; what that is worth is settled
    /// when the entry is sent.
    /// </summary>
    internal static class EntryTime
    {
        /// <summary>Boot 4, uptime 8, date 8, quality 1.</summary>
        public const int Size = 21;

        /// <summary>Writes it at the entry's begin.</summary>
        public static void Put(byte[] entry, uint boots, long uptimeMs, TimeKeeper time)
        {
            Bytes.Put32(entry, 0, boots);
            Bytes.Put64(entry, 4, uptimeMs);
            Bytes.Put64(entry, 12, time.IsKnown ? time.ToUtcMs(uptimeMs) : 0);
            entry[20] = (byte)time.Quality;
        }

        /// <summary>The best that is known of it at <paramref name="nowMs"/> of boot <paramref name="boots"/>.</summary>
        public static void Settle(
            byte[] entry, uint boots, long nowMs, TimeKeeper time, out long timeMs, out TimeQuality quality)
        {
            long uptimeMs = Bytes.Get64(entry, 4);
            long date = Bytes.Get64(entry, 12);
            if (date != 0)
            {
                timeMs = date;
                quality = (TimeQuality)entry[20];
                return;
            }
            bool thisBoot = Bytes.Get32(entry, 0) == boots;
            if (thisBoot && time.IsKnown)
            {
                timeMs = time.ToUtcMs(uptimeMs);
                quality = time.Quality;
                return;
            }
            // Of an earlier boot no more is known than that it ended before this one began.
            timeMs = thisBoot ? uptimeMs - nowMs : -nowMs;
            quality = thisBoot ? TimeQuality.Relative : TimeQuality.AtLeast;
            if (timeMs >= 0)
                timeMs = -1;
        }
    }
}
