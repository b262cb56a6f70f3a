using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Puts the telemetry slice together.</summary>
internal static class TelemetrySetup
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        TelemetryOptions options = Options(builder.Configuration);
        services.AddSingleton(options);
        services.AddSingleton<TelemetryModel>();
        services.AddSingleton<ITelemetryStore>(provider => new SqliteTelemetryStore(
            provider.GetRequiredService<DataFolder>().File("telemetry.db"), options.MaxMegabytes));
        services.AddSingleton<TelemetryMetrics>();
        services.AddSingleton<Projector>();
        services.AddHostedService(provider => provider.GetRequiredService<Projector>());
        services.AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Retention>());
        services.AddSingleton<TelemetryQueries>();
        services.AddSingleton<GapQueries>();
        services.AddSingleton<TelemetryCsv>();
        services.AddSingleton<TelemetryCounts>();
        services.AddSingleton<Reports.Reports>();
        services.AddHealthChecks().AddCheck<TelemetryHealth>(TelemetryHealth.Name);
    }

    private static TelemetryOptions Options(IConfiguration configuration)
    {
        TelemetryOptions? options;
        try
        {
            options = configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new();
        }
        catch (InvalidOperationException e)
        {
            throw new StartupException("config-value", e.Message, $"See {TelemetryOptions.Section} in the settings.");
        }
        return options.Fault() is { } fault
            ? throw new StartupException("config-value", fault, "Correct the setting.")
            : options;
    }
}
