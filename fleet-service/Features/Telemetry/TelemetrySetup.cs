using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Puts the telemetry slice together.</summary>
internal static class TelemetrySetup
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        TelemetryOptions options = builder.Settings().Telemetry;
        if (options.Fault() is { } fault)
            throw new StartupException("config-value", fault, "Correct the setting.");
        services.AddSingleton(options);
        services.AddSingleton<TelemetryModel>();
        services.AddSingleton<ITelemetryStore>(provider => new SqliteTelemetryStore(
            provider.GetRequiredService<DataFolder>().File("telemetry.db"), options.MaxMegabytes));
        services.AddSingleton<TelemetryMetrics>();
        services.AddSingleton<ProjectionProgress>();
        services.AddHostedService<Projector>();
        services.AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Retention>());
        services.AddSingleton<TelemetryQueries>();
        services.AddSingleton<GapQueries>();
        services.AddSingleton<TelemetryCsv>();
        services.AddSingleton<TelemetryCounts>();
        services.AddSingleton<Reports.Reports>();
        services.AddHealthChecks().AddCheck<TelemetryHealth>(TelemetryHealth.Name);
    }
}
