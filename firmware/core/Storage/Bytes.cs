namespace EdgeFleet.Firmware.Storage
{
    /// <summary>Little-endian numbers in byte arrays.</summary>
    internal static class Bytes
    {
        public static void Put16(byte[] to, int at, int value)
        {
            to[at] = (byte)value;
            to[at + 1] = (byte)(value >> 8);
        }

        public static int Get16(byte[] from, int at)
        {
            return from[at] | (from[at + 1] << 8);
        }

        public static void Put32(byte[] to, int at, uint value)
        {
            to[at] = (byte)value;
            to[at + 1] = (byte)(value >> 8);
            to[at + 2] = (byte)(value >> 16);
            to[at + 3] = (byte)(value >> 24);
        }

        public static uint Get32(byte[] from, int at)
        {
            return (uint)(from[at] | (from[at + 1] << 8) | (from[at + 2] << 16) | (from[at + 3] << 24));
        }

        public static void Put64(byte[] to, int at, long value)
        {
            Put32(to, at, (uint)value);
            Put32(to, at + 4, (uint)(value >> 32));
        }

        public static long Get64(byte[] from, int at)
        {
            return (long)(((ulong)Get32(from, at + 4) << 32) | Get32(from, at));
        }
    }
}
