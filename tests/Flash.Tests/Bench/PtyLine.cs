using EdgeFleet.Flash.StandIn;

namespace EdgeFleet.Flash.Tests.Bench;

/// <summary>A serial line: a pair of pseudo-terminals, and a port's name that comes and goes as with a USB cable.</summary>
internal sealed class PtyLine : IDisposable
{
    private readonly Func<BoardMessage, BoardMessage?> _answer;
    private readonly Thread _thread;
    private readonly int _master;
    private readonly int _slave;
    private volatile bool _closed;
    private volatile bool _pulled;

    /// <param name="port">Path of the port; a link to the pair's slave.</param>
    /// <param name="answer">Answers a message; null: the board says nothing, and the cable is out.</param>
    public PtyLine(string port, Func<BoardMessage, BoardMessage?> answer)
    {
        (Port, _answer) = (port, answer);
        _master = Tty.OpenMaster(Tty.ReadWrite | Tty.NoControllingTerminal | Tty.CloseOnExec);
        if (_master < 0 || Tty.Grant(_master) != 0 || Tty.UnlockSlave(_master) != 0)
            throw new IOException("This system gives no pseudo-terminal.");
        string slave = Tty.NameOf(_master);
        // Held open, so that the line keeps its settings, and does not end when nanoff closes its end.
        _slave = Tty.Open(slave, Tty.ReadWrite | Tty.NoControllingTerminal | Tty.CloseOnExec);
        Tty.Raw(_slave);
        File.Delete(port);
        File.CreateSymbolicLink(port, slave);
        _thread = new Thread(Serve) { IsBackground = true, Name = "board on " + Path.GetFileName(port) };
        _thread.Start();
    }

    public string Port { get; }

    /// <summary>Another program takes the port.</summary>
    public void Occupy() => Assert.Equal(0, Tty.Lock(_slave, Tty.LockExclusive | Tty.LockNonBlocking));

    /// <summary>The other program leaves it.</summary>
    public void Release() => Tty.Lock(_slave, Tty.Unlock);

    /// <summary>Pulls the cable: the port's name goes, and whoever has it open finds the line dead.</summary>
    public void Dispose()
    {
        _closed = true;
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Serve()
    {
        try
        {
            while (!_closed && !_pulled)
            {
                BoardMessage question = Wire.Receive(_master, () => _closed);
                if (_answer(question) is { } answer)
                    Wire.Send(_master, answer);
                else
                    _pulled = true;
            }
        }
        catch (IOException)
        {
            // The bench closed the line.
        }
        File.Delete(Port);
        Tty.Close(_slave);
        Tty.Close(_master);
    }
}
