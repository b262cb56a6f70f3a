using nanoFramework.Hardware.Esp32;

namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Memory beside the chip's own, of which boards that have it have two megabytes at least.</summary>
    public static class ExternalMemory
    {
        private const uint LeastBytes = 1024 * 1024;

        /// <summary>Whether the board has it, and its firmware uses it.</summary>
        public static bool IsThere()
        {
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.SpiRam, out uint bytes, out uint _, out uint _);
            return bytes >= LeastBytes;
        }
    }
}
