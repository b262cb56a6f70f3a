using System.Net;
using System.Net.Sockets;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EdgeFleet.Service.Gateway;

/// <summary>An address at which nodes connect, so that Kestrel takes <see cref="GatewayTransport"/> for it.</summary>
internal sealed class GatewayEndPoint(IPEndPoint at, string setting) : IPEndPoint(at.Address, at.Port)
{
    /// <summary>The setting that it came from.</summary>
    public string Setting { get; } = setting;
}

/// <summary>
/// Kestrel's own socket transport, set up for many quiet connections with small messages. It is a transport of its own
/// so that pages and REST keep the usual one: here a packet is handled on the thread that received it, where a handler
/// of a page would block everybody.
/// </summary>
internal sealed class GatewayTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets;

    public GatewayTransport(ILoggerFactory logs)
    {
        SocketTransportOptions options = new()
        {
            Backlog = GatewayLimits.Backlog,
            // One queue of work: with inline scheduling only accepting and closing go through it.
            IOQueueCount = 1,
            UnsafePreferInlineScheduling = true,
            // An idle connection holds no buffer; waiting for the first byte costs a system call.
            WaitForDataBeforeAllocatingBuffer = true,
            // Twice the largest packet: what waits in memory while the disk is behind is bounded by this.
            MaxReadBufferSize = 2 * GatewayLimits.MaxPacketBytes,
            MaxWriteBufferSize = GatewayLimits.PauseSendBytes,
        };
        _sockets = new SocketTransportFactory(Options.Create(options), logs);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is GatewayEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancel)
    {
        GatewayEndPoint gateway = (GatewayEndPoint)endpoint;
        try
        {
            return await _sockets.BindAsync(new IPEndPoint(gateway.Address, gateway.Port), cancel);
        }
        catch (AddressInUseException)
        {
            throw new StartupException("port-in-use", $"{gateway.Setting} is {gateway}, which another program has.",
                $"Stop it, or choose another with --{gateway.Setting}.");
        }
        catch (SocketException e)
        {
            throw new StartupException("address-unusable", $"{gateway.Setting} is {gateway}: {e.Message}.",
                $"Choose an address of this machine with --{gateway.Setting}.");
        }
    }
}
