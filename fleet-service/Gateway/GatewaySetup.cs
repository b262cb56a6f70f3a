using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeFleet.Service.Gateway;

/// <summary>Where nodes connect, once the service has started: the ports that were asked for or given.</summary>
public sealed class GatewayAddresses
{
    private ListenOptions? _plain;
    private ListenOptions? _tls;

    /// <summary>Without encryption; null where off.</summary>
    public IPEndPoint? Plain => _plain?.IPEndPoint;

    /// <summary>With TLS; null where off.</summary>
    public IPEndPoint? Tls => _tls?.IPEndPoint;

    internal void Set(ListenOptions listen, bool tls) => _ = tls ? _tls = listen : _plain = listen;
}

/// <summary>Puts the MQTT endpoint into the service.</summary>
public static class GatewaySetup
{
    /// <summary>
    /// Registers the embedded MQTT endpoint as <see cref="IDeviceLink"/>, listening where the settings say, and
    /// <see cref="GatewayAddresses"/>. Needs an <see cref="IDeviceHub"/> and a <see cref="TimeProvider"/>.
    /// </summary>
    /// <exception cref="StartupException">A certificate cannot be read.</exception>
    public static WebApplicationBuilder AddMqttGateway(this WebApplicationBuilder builder, MqttOptions options)
    {
        GatewayAddresses addresses = new();
        builder.Services.AddSingleton(addresses);
        builder.Services.AddSingleton<MqttGateway>();
        builder.Services.AddSingleton<IDeviceLink>(services => services.GetRequiredService<MqttGateway>());
        // Kestrel asks the newest factory first; this one takes only its own addresses.
        builder.Services.AddSingleton<IConnectionListenerFactory, GatewayTransport>();
        X509Certificate2? certificate = options.TlsListen.Length == 0
            ? null
            : Certificates.Load("Mqtt", options.CertificatePath!, options.CertificateKeyPath,
                options.CertificatePassword);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (options.Listen.Length != 0)
                Listen(kestrel, addresses, new(IPEndPoint.Parse(options.Listen), "Mqtt:Listen"), null);
            if (certificate != null)
                Listen(kestrel, addresses, new(IPEndPoint.Parse(options.TlsListen), "Mqtt:TlsListen"), certificate);
        });
        return builder;
    }

    private static void Listen(
        KestrelServerOptions kestrel, GatewayAddresses addresses, GatewayEndPoint endpoint,
        X509Certificate2? certificate)
    {
        kestrel.Listen(endpoint, listen =>
        {
            addresses.Set(listen, certificate != null);
            if (certificate != null)
                UseTls(listen, certificate);
            // Made with the first connection: while addresses are configured, the databases are not there yet.
            Lazy<MqttGateway> gateway = new(kestrel.ApplicationServices.GetRequiredService<MqttGateway>);
            listen.Run(connection => gateway.Value.OnConnectedAsync(connection));
        });
    }

    private static void UseTls(ListenOptions listen, X509Certificate2 certificate)
    {
        // Without a version of HTTP no protocol is negotiated beneath TLS, which MQTT has none for.
        listen.Protocols = HttpProtocols.None;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.HandshakeTimeout = TimeSpan.FromMilliseconds(GatewayLimits.HandshakeTimeoutMs);
            // A certificate counts by its thumbprint, not by its issuer: the service knows each by name.
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        });
    }
}
