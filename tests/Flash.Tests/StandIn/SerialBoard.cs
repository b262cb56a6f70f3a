using System.Runtime.InteropServices;

namespace EdgeFleet.Flash.StandIn;

/// <summary>The board at the other end of a serial port, taken exclusively as nanoff takes it.</summary>
internal sealed class SerialBoard : IDisposable
{
    private readonly int _fd;

    private SerialBoard(int fd) => _fd = fd;

    /// <summary>
    /// Opens the port. Missing: E4005 of the loader, E2000 of the runtime. Taken by another program: E6002, after a wait
    /// (three seconds at nanoff's GlobalExclusiveDeviceAccess; shorter here).
    /// </summary>
    public static SerialBoard Open(string? port, int missing)
    {
        if (string.IsNullOrEmpty(port))
            throw new NanoffError(6001);
        int fd = File.Exists(port) ? Tty.Open(port, Tty.ReadWrite | Tty.NoControllingTerminal | Tty.CloseOnExec) : -1;
        if (fd < 0)
            throw new NanoffError(missing);
        if (Tty.Lock(fd, Tty.LockExclusive | Tty.LockNonBlocking) != 0)
        {
            Tty.Close(fd);
            throw new NanoffError(6002);
        }
        return new SerialBoard(fd);
    }

    /// <summary>
    /// Asks the board. A fault that the bench gave the board for this operation comes with the answer, and is acted on as
    /// nanoff would come to show it.
    /// </summary>
    public BoardMessage Ask(BoardMessage question)
    {
        int number = Random.Shared.Next(1, int.MaxValue);
        Wire.Send(_fd, question with { Number = number });
        BoardMessage answer;
        do
            answer = Wire.Receive(_fd, () => false);
        while (answer.Number != number);
        if (answer.Fault == "hang")
            new ManualResetEvent(false).WaitOne();
        if (answer.Fault == "disk-full")
            throw new IOException("No space left on device");
        return answer;
    }

    public void Dispose()
    {
        Tty.Lock(_fd, Tty.Unlock);
        Tty.Close(_fd);
    }
}
