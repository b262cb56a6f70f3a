using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeFleet.Firmware.Tests.Sim;

/// <summary>
/// Stands between a link and a broker: tells which packets the link sends, and can keep the broker's answers to itself, as
/// a network does that has silently gone.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<byte> _sent = Channel.CreateUnbounded<byte>();
    private readonly Task _running;
    private volatile bool _silent;

    public TcpRelay(int port)
    {
        _listener.Start();
        _running = RunAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>First bytes of the link's writes, each of which is one packet.</summary>
    public ChannelReader<byte> Sent => _sent.Reader;

    /// <summary>From here on nothing that the broker says gets through.</summary>
    public void FallSilent() => _silent = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(int port)
    {
        ConcurrentBag<Task> pumps = [];
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(_stop.Token);
                TcpClient far = new() { NoDelay = true };
                await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                pumps.Add(PumpAsync(near, far, first => _sent.Writer.TryWrite(first)));
                pumps.Add(PumpAsync(far, near, _ => !_silent));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
        await Task.WhenAll(pumps);
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<byte, bool> passes)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                if (passes(buffer[0]))
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone, and so is now the other.
        }
        from.Dispose();
        to.Dispose();
    }
}
