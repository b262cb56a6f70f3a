using System.Net;
using System.Runtime.InteropServices;

namespace EdgeFleet.Benchmarks;

/// <summary>
/// Linux sockets without a runtime between: the generator shares two cores with what it measures, so it has to be as
/// cheap as it can.
/// </summary>
internal static unsafe partial class Epoll
{
    public const uint In = 1;

    private const int Inet = 2;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Add = 1;
    private const int Tcp = 6;
    private const int NoDelay = 1;
    private const int SetFlags = 4;

    /// <summary>As the kernel has it on x86-64: twelve bytes, not aligned.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Event
    {
        public uint Events;
        public int Index;
        public int Unused;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Port;
        public uint Ip;
        public ulong Zero;
    }

    public static int Create() => Check(epoll_create1(CloseOnExec), "epoll_create1");

    /// <summary>A connected socket that does not block.</summary>
    public static int Connect(IPAddress from, int port)
    {
        int fd = Check(socket(Inet, Stream | CloseOnExec, 0), "socket");
        Address local = Of(from, 0);
        Check(bind(fd, &local, sizeof(Address)), "bind");
        Address remote = Of(IPAddress.Loopback, port);
        Check(connect(fd, &remote, sizeof(Address)), "connect");
        int one = 1;
        Check(setsockopt(fd, Tcp, NoDelay, &one, sizeof(int)), "setsockopt");
        Check(fcntl(fd, SetFlags, NonBlocking), "fcntl");
        return fd;
    }

    public static void Watch(int epoll, int fd, int index)
    {
        Event wanted = new() { Events = In, Index = index };
        Check(epoll_ctl(epoll, Add, fd, &wanted), "epoll_ctl");
    }

    public static int Wait(int epoll, Span<Event> events, int timeoutMs)
    {
        fixed (Event* first = events)
            return Math.Max(0, epoll_wait(epoll, first, events.Length, timeoutMs));
    }

    public static int Receive(int fd, Span<byte> to)
    {
        fixed (byte* first = to)
            return (int)recv(fd, first, (nuint)to.Length, 0);
    }

    public static void Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            if (send(fd, first, (nuint)bytes.Length, 0) != bytes.Length)
                throw new InvalidOperationException("The server stopped reading: a socket's buffer is full.");
        }
    }

    public static void Close(int fd) => close(fd);

    private static Address Of(IPAddress ip, int port) => new()
    {
        Family = Inet,
        Port = (ushort)IPAddress.HostToNetworkOrder((short)port),
        Ip = BitConverter.ToUInt32(ip.GetAddressBytes()),
    };

    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, Event* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Event* events, int count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, Address* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, Address* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int option, int* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
