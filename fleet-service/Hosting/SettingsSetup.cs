using System.Net;
using Microsoft.Extensions.Options;

namespace EdgeFleet.Service.Hosting;

/// <summary>Reads the settings and holds them to their ranges before anything is opened.</summary>
internal static class SettingsSetup
{
    private const string DefaultFile = "edgefleet.json";

    public static void AddSettings(this WebApplicationBuilder builder, string[] args)
    {
        string? named = FileArgument(args);
        string file = Path.GetFullPath(named ?? DefaultFile);
        if (named != null && !File.Exists(file))
        {
            throw new StartupException("config-not-found", $"There is no settings file {file}.",
                "Give --config the path of an existing file.");
        }
        try
        {
            if (File.Exists(file))
                builder.Configuration.AddJsonFile(file, optional: false, reloadOnChange: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException("config-unreadable", $"{file}: {(e.InnerException ?? e).Message}",
                "Mend the file, or give its reader the right to read it.");
        }
        // Once more behind the file: environment and command line have the last word.
        builder.Configuration.AddEnvironmentVariables("EDGEFLEET_");
        builder.Configuration.AddCommandLine([.. args.Where(a => !a.StartsWith("--config", StringComparison.Ordinal))]);

        FleetOptions options = Bind(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IOptions<FleetOptions>>(new OptionsWrapper<FleetOptions>(options));
    }

    /// <summary>The settings in force while the service is put together.</summary>
    public static FleetOptions Settings(this WebApplicationBuilder builder) =>
        (FleetOptions)builder.Services.Last(s => s.ServiceType == typeof(FleetOptions)).ImplementationInstance!;

    private static FleetOptions Bind(IConfiguration configuration)
    {
        FleetOptions options = new();
        try
        {
            configuration.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new StartupException("config-value", e.Message, "Correct the value.");
        }
        if (string.IsNullOrWhiteSpace(options.Data.Path))
            throw new StartupException("config-value", "Data:Path is empty.", "Name a folder.");
        if (options.Data.BusyTimeoutS is < 1 or > 60)
            throw new StartupException("config-value", $"Data:BusyTimeoutS is {options.Data.BusyTimeoutS}.", "Choose 1 to 60.");
        HttpEndpoint.Parse(options.Http.Url);
        CheckEndPoint("Mqtt:Listen", options.Mqtt.Listen);
        CheckEndPoint("Mqtt:TlsListen", options.Mqtt.TlsListen);
        if (options.Mqtt.TlsListen.Length != 0 && string.IsNullOrEmpty(options.Mqtt.CertificatePath))
        {
            throw new StartupException("certificate-missing", "Mqtt:TlsListen is set, but Mqtt:CertificatePath is not.",
                "Name a certificate, or leave Mqtt:TlsListen empty.");
        }
        if (options.Mqtt.PublicPort is < 0 or > 65535)
        {
            throw new StartupException("config-value", $"Mqtt:PublicPort is {options.Mqtt.PublicPort}.",
                "Choose 0 to 65535.");
        }
        return options;
    }

    private static void CheckEndPoint(string name, string value)
    {
        if (value.Length == 0 || IPEndPoint.TryParse(value, out _))
            return;
        throw new StartupException("config-value", $"{name} is '{value}'.",
            "Write an address and a port, such as 127.0.0.1:1883 or 0.0.0.0:8883.");
    }

    private static string? FileArgument(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--config=", StringComparison.Ordinal))
                return args[i]["--config=".Length..];
            if (args[i] == "--config")
                return i + 1 < args.Length ? args[i + 1] : throw new StartupException(
                    "config-not-found", "--config names no file.", "Give --config the path of an existing file.");
        }
        return null;
    }
}
