using System.Runtime.InteropServices;

namespace EdgeFleet.Flash.StandIn;

/// <summary>The system calls of a serial line, on both ends of a pair of pseudo-terminals.</summary>
public static unsafe partial class Tty
{
    public const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    public const int LockExclusive = 2, LockNonBlocking = 4, Unlock = 8;
    private const short PollIn = 1;

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    public static partial int Grant(int fd);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int UnlockSlave(int fd);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int SlaveName(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int fd, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int fd, int actions, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* termios);

    /// <summary>The path of a master's slave.</summary>
    public static string NameOf(int master)
    {
        byte* buffer = stackalloc byte[128];
        return SlaveName(master, buffer, 128) == 0
            ? Marshal.PtrToStringUTF8((nint)buffer)!
            : throw new IOException($"ptsname_r: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Every byte as it is: no echo, no lines, no signals.</summary>
    public static void Raw(int fd)
    {
        byte* termios = stackalloc byte[256];
        if (GetAttributes(fd, termios) != 0)
            throw new IOException($"tcgetattr: errno {Marshal.GetLastPInvokeError()}");
        MakeRaw(termios);
        if (SetAttributes(fd, 0, termios) != 0)
            throw new IOException($"tcsetattr: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Whether bytes wait; false after the time.</summary>
    public static bool Waits(int fd, int timeoutMs)
    {
        PollEntry entry = new() { Fd = fd, Events = PollIn };
        return Poll(&entry, 1, timeoutMs) > 0;
    }

    /// <summary>Reads what is there; the other end gone is an exception, as it is for a serial port.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* at = buffer)
        {
            nint got = Read(fd, at, (nuint)buffer.Length);
            return got > 0 ? (int)got : throw new IOException($"The line is gone: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Writes everything.</summary>
    public static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* at = bytes)
            {
                nint gone = Write(fd, at, (nuint)bytes.Length);
                if (gone <= 0)
                    throw new IOException($"The line is gone: errno {Marshal.GetLastPInvokeError()}.");
                bytes = bytes[(int)gone..];
            }
        }
    }

    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Revents;
    }
}
