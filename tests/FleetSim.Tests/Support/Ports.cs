using System.Net;
using System.Net.Sockets;

namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>Ports for processes of their own, which cannot tell what they were given for port 0.</summary>
internal static class Ports
{
    /// <summary>A TCP port of the loopback interface that nobody uses at the moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
