using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Health of the telemetry database, under the name <see cref="Name"/>.</summary>
public sealed class TelemetryHealth(ProjectionProgress progress, TelemetryModel model) : IHealthCheck
{
    /// <summary>How it is called in the health report.</summary>
    public const string Name = "telemetry-store";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (progress.Fault is { } fault)
            return Task.FromResult(HealthCheckResult.Unhealthy($"Telemetry waits in the journal. {fault}"));
        return Task.FromResult(
            model.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("The database is being read."));
    }
}
