using System;
using System.IO;
using EdgeFleet.Contracts.Messages;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>
    /// Why the board is about to start again, left for the start to come: the runtime does not say what reset the chip.
    /// </summary>
    public static class BootNote
    {
        private const string Path = FlashFiles.Root + "edgefleet.why";

        /// <summary>Leaves a note, one digit.</summary>
        public static void Leave(BootReason reason)
        {
            try
            {
                File.WriteAllBytes(Path, new byte[] { (byte)('0' + (int)reason) });
            }
            catch (Exception)
            {
                // A start that cannot say why is better than none.
            }
        }

        /// <summary>
        /// What the note says. Without one the power came on, unless the clock ran on: then only the chip was reset, by a
        /// failure or by its own watchdogs.
        /// </summary>
        public static BootReason Read(bool clockRuns)
        {
            try
            {
                if (File.Exists(Path))
                {
                    byte[] note = File.ReadAllBytes(Path);
                    int reason = note.Length == 1 ? note[0] - '0' : 0;
                    return (uint)reason <= (uint)BootReason.Crash ? (BootReason)reason : BootReason.Unknown;
                }
            }
            catch (Exception)
            {
                return BootReason.Unknown;
            }
            return clockRuns ? BootReason.Crash : BootReason.PowerOn;
        }

        /// <summary>The same, and takes the note away: the launcher reads it before the application does.</summary>
        public static BootReason Take(bool clockRuns)
        {
            BootReason reason = Read(clockRuns);
            try
            {
                File.Delete(Path);
            }
            catch (Exception)
            {
                // There was none, or it is written over by the next one.
            }
            return reason;
        }
    }
}
