using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeFleet.Service.Hosting;

/// <summary>Where pages and REST listen, from <see cref="HttpOptions.Url"/>.</summary>
/// <param name="Address">Null: every address of the machine.</param>
/// <param name="Port">0: a free one.</param>
/// <param name="Secure">Whether with TLS.</param>
internal sealed record HttpEndpoint(IPAddress? Address, int Port, bool Secure)
{
    public static HttpEndpoint Parse(string url)
    {
        string text = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal)
            .Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || uri.AbsolutePath != "/")
        {
            throw Wrong(url);
        }
        bool secure = uri.Scheme == "https";
        if (uri.Host == "localhost")
            return new HttpEndpoint(IPAddress.Loopback, uri.Port, secure);
        if (uri.Host == "0.0.0.0")
            return new HttpEndpoint(null, uri.Port, secure);
        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address)
            ? new HttpEndpoint(address, uri.Port, secure)
            : throw Wrong(url);
    }

    public void Listen(KestrelServerOptions kestrel, HttpOptions options)
    {
        X509Certificate2? certificate = Secure ? Load(options) : null;
        void Configure(ListenOptions listen)
        {
            if (certificate != null)
                listen.UseHttps(certificate);
        }
        if (Address == null)
            kestrel.ListenAnyIP(Port, Configure);
        else
            kestrel.Listen(Address, Port, Configure);
    }

    private static X509Certificate2 Load(HttpOptions options)
    {
        if (string.IsNullOrEmpty(options.CertificatePath))
        {
            throw new StartupException("certificate-missing", "Http:Url is https, but Http:CertificatePath is not set.",
                "Name a certificate, or listen at http behind a proxy that has one.");
        }
        return Certificates.Load("Http", options.CertificatePath, options.CertificateKeyPath,
            options.CertificatePassword);
    }

    private static StartupException Wrong(string url) => new("config-value", $"Http:Url is '{url}'.",
        "Write it like http://127.0.0.1:8080 or https://*:8443.");
}

/// <summary>Reads server certificates.</summary>
internal static class Certificates
{
    /// <summary>A certificate with its private key, from PEM files or a PKCS #12 file.</summary>
    /// <param name="section">The settings that name it, for the error's text.</param>
    public static X509Certificate2 Load(string section, string path, string? keyPath, string? password)
    {
        try
        {
            bool pkcs12 = Path.GetExtension(path) is ".pfx" or ".p12";
            if (pkcs12)
                return X509CertificateLoader.LoadPkcs12FromFile(path, password);
            return string.IsNullOrEmpty(password)
                ? X509Certificate2.CreateFromPemFile(path, keyPath)
                : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartupException("certificate-unreadable", $"{section}:CertificatePath {path}: {e.Message}",
                "Name a PEM certificate with its key, or a .pfx file with its password.");
        }
    }
}
