using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeFleet.Service.Tests.Gateway.Clients;

/// <summary>The whole service with its MQTT endpoint, plain and TLS, for clients that run as processes.</summary>
public sealed class MqttService : IAsyncLifetime
{
    private WebApplication _app = null!;

    /// <summary>Files of a test run: data, certificate, payloads.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("edgefleet-clients-").FullName;

    /// <summary>The certificate that a client has to trust, PEM.</summary>
    public string Authority => Path.Combine(Folder, "cert.pem");

    public int Port => Get<GatewayAddresses>().Plain!.Port;

    public int TlsPort => Get<GatewayAddresses>().Tls!.Port;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        MakeCertificate();
        _app = FleetServiceApp.Create(
            [
                $"--Data:Path={Path.Combine(Folder, "data")}", "--Http:Url=http://127.0.0.1:0", "--Mqtt:Listen=127.0.0.1:0",
                "--Mqtt:TlsListen=127.0.0.1:0", $"--Mqtt:CertificatePath={Authority}",
                $"--Mqtt:CertificateKeyPath={Path.Combine(Folder, "key.pem")}",
            ],
            builder => builder.Logging.ClearProviders());
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>An enrolment that accepts at once; its user name and the password of a board without a clock.</summary>
    public async Task<(string User, string Password)> EnrolAsync()
    {
        EnrolmentWithSecret made = (await Get<Enrolments>().CreateAsync(
            new EnrolmentRequest(NodeKind.AirBox, "Renai Road", 100, DateTimeOffset.UtcNow.AddDays(1), true),
            Actor.System)).Value!;
        string user = Topics.ClaimUser + made.Enrolment.Id;
        return (user, AccessToken.Create(user, AccessToken.NoClock, made.SecretBytes()));
    }

    /// <summary>A file with the claim of a board.</summary>
    public string ClaimFile(string hardwareId)
    {
        ClaimRequest request = new()
        {
            HardwareId = hardwareId,
            Kind = NodeKind.AirBox,
            Board = "ESP32_S3",
            FirmwareVersion = "1.0.0",
        };
        request.Nonce.AsSpan().Fill(0x5A);
        return PayloadFile(request.Write);
    }

    /// <summary>A file with a window of fine dust, of a minute that ended just now.</summary>
    public string WindowFile(string device, uint sequence, long mean) => PayloadFile(Messages.Pack(
        device,
        new SentWindow(
            77, sequence, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000, 60_000, TimeQuality.Synchronised,
            Messages.Pm25(mean))));

    /// <summary>What a device would say as its password now.</summary>
    public static string PasswordOf(ClaimAnswer identity) => AccessToken.Create(
        identity.DeviceId, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600, identity.DeviceKey);

    /// <summary>Means of a device's fine dust as stored, once everything acknowledged has been stored.</summary>
    public async Task<double[]> StoredAsync(string device)
    {
        await Get<ProjectionProgress>().ReachedAsync(Get<IIngestReader>().Head, default);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TimeRange range = TimeRange.Parse(now.AddHours(-1).ToString("O"), now.AddHours(1).ToString("O"), TimeProvider.System).Value;
        WindowPage page = (await Get<TelemetryQueries>().WindowsAsync(device, null, range, null, 100, default)).Value!;
        return [.. page.Windows.OrderBy(window => window.Sequence).Select(window => window.Channels[0].Mean!.Value)];
    }

    private string PayloadFile(Action<CborWriter> write) => PayloadFile(Messages.Bytes(write));

    private string PayloadFile(byte[] payload)
    {
        string file = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(file, payload);
        return file;
    }

    private void MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        System.Security.Cryptography.X509Certificates.CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Authority, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
