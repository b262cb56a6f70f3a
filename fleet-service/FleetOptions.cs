using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Waveforms;

namespace EdgeFleet.Service;

/// <summary>
/// Every setting of the service. They come, each overriding the one before, from <c>appsettings.json</c>, the file that
/// <c>--config FILE</c> names (or <c>edgefleet.json</c> in the current folder), environment variables
/// (<c>EDGEFLEET_Data__Path</c>) and the command line (<c>--Data:Path=…</c>).
/// </summary>
public sealed class FleetOptions
{
    /// <summary>Where things are kept.</summary>
    public DataOptions Data { get; set; } = new();

    /// <summary>Pages and REST.</summary>
    public HttpOptions Http { get; set; } = new();

    /// <summary>The gateway that nodes connect to.</summary>
    public MqttOptions Mqtt { get; set; } = new();

    /// <summary>What nodes have measured: how long it is kept.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Captured vibrations: how long they are kept, and what their files say.</summary>
    public WaveformOptions Waveforms { get; set; } = new();

    /// <summary>The map's ground.</summary>
    public MapOptions Map { get; set; } = new();

    /// <summary>Where mails about alerts go through.</summary>
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Metrics and traces.</summary>
    public TelemetryExportOptions Otlp { get; set; } = new();
}

/// <summary>Where things are kept.</summary>
public sealed class DataOptions
{
    /// <summary>The folder of databases and keys; made where it is missing. Relative to the current folder.</summary>
    public string Path { get; set; } = "./data";

    /// <summary>The engine of the directory's database: <c>sqlite</c>.</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>How long a statement waits for a busy database before it is given up, in seconds: 1 to 60.</summary>
    public int BusyTimeoutS { get; set; } = ServiceLimits.DatabaseWaitS;
}

/// <summary>Pages and REST.</summary>
public sealed class HttpOptions
{
    /// <summary>
    /// Address to listen at, such as <c>http://127.0.0.1:8080</c> or <c>https://*:8443</c>; port 0 takes a free one.
    /// </summary>
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Certificate for https, PEM or PKCS #12.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>Private key of a PEM certificate.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Password of a PKCS #12 file or an encrypted PEM key.</summary>
    public string? CertificatePassword { get; set; }
}

/// <summary>The map's ground. Coasts and borders come with the service and need no network.</summary>
public sealed class MapOptions
{
    /// <summary>
    /// Tiles to lay over them, such as <c>https://tiles.example.org/{z}/{x}/{y}.png</c>; empty: none. Browsers then tell
    /// that server where they look.
    /// </summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Whom the tiles' licence asks to name.</summary>
    public string TileAttribution { get; set; } = "";

    /// <summary>Deepest zoom of the tiles, 1 to 22.</summary>
    public int TileMaxZoom { get; set; } = 19;
}

/// <summary>The gateway that nodes connect to.</summary>
public sealed class MqttOptions
{
    /// <summary>Address and port without encryption; empty: none.</summary>
    public string Listen { get; set; } = "127.0.0.1:1883";

    /// <summary>Address and port with TLS; empty: none.</summary>
    public string TlsListen { get; set; } = "";

    /// <summary>Certificate for TLS, PEM or PKCS #12.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>Private key of a PEM certificate.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Password of a PKCS #12 file or an encrypted PEM key.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>Whether a node may come in with the token of a node that has no clock (expiry 0).</summary>
    public bool AllowClocklessTokens { get; set; } = true;

    /// <summary>Host that granted nodes are sent to; empty: where they made their claim.</summary>
    public string PublicHost { get; set; } = "";

    /// <summary>Port that granted nodes are sent to; 0: where they made their claim.</summary>
    public int PublicPort { get; set; }
}

/// <summary>Metrics and traces.</summary>
public sealed class TelemetryExportOptions
{
    /// <summary>OTLP collector, such as <c>http://127.0.0.1:4317</c>; empty: nothing is exported.</summary>
    public string Endpoint { get; set; } = "";
}
