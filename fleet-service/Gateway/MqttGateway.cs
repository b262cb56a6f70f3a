using EdgeFleet.Contracts;
using Microsoft.AspNetCore.Connections;

namespace EdgeFleet.Service.Gateway;

/// <summary>The embedded MQTT endpoint: <see cref="IDeviceLink"/> over connections that Kestrel accepts.</summary>
public sealed class MqttGateway : ConnectionHandler, IDeviceLink, IDisposable
{
    private readonly CancellationTokenRegistration _stopping;
    private volatile bool _isStopping;

    /// <summary>A gateway that asks this hub, and shuts down with the host.</summary>
    public MqttGateway(
        IDeviceHub hub, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<MqttGateway> log)
    {
        Hub = hub;
        Time = time;
        Log = log;
        Watch = new Watch(time);
        _stopping = lifetime.ApplicationStopping.Register(ShutDown);
    }

    /// <inheritdoc/>
    public int ConnectionCount => Watch.Count;

    internal IDeviceHub Hub { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    internal Watch Watch { get; }

    internal SessionTable Sessions { get; } = new();

    internal bool IsFull => Watch.Count > GatewayLimits.MaxConnections;

    internal bool IsStopping => _isStopping;

    /// <inheritdoc/>
    public override Task OnConnectedAsync(ConnectionContext connection) =>
        new MqttConnection(this, connection).RunAsync();

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(
        TopicKind kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        PeerRole role = kind == TopicKind.ClaimAnswer ? PeerRole.Claimant : PeerRole.Device;
        MqttConnection? session = Sessions.Find(role, id);
        return new ValueTask<bool>(session != null && session.Send(kind, payload));
    }

    /// <inheritdoc/>
    public bool IsConnected(string deviceId) => Sessions.Find(PeerRole.Device, deviceId) != null;

    /// <inheritdoc/>
    public void Disconnect(string deviceId, LinkEnd reason)
    {
        ReasonCode code = reason switch
        {
            LinkEnd.Revoked => ReasonCode.NotAuthorized,
            LinkEnd.TakenOver => ReasonCode.SessionTakenOver,
            LinkEnd.Shutdown => ReasonCode.ServerShuttingDown,
            LinkEnd.KeepAliveTimeout => ReasonCode.KeepAliveTimeout,
            _ => ReasonCode.AdministrativeAction,
        };
        Sessions.Find(PeerRole.Device, deviceId)?.Close(reason, code);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        Watch.Dispose();
    }

    private void ShutDown()
    {
        _isStopping = true;
        foreach (MqttConnection connection in Watch.All())
            connection.ShutDown();
    }
}
