using EdgeFleet.Service.Hub;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EdgeFleet.Service.Ingest;

/// <summary>Puts the journal into the service.</summary>
public static class IngestSetup
{
    /// <summary>
    /// Registers the journal as <see cref="IngestJournal"/> and
    /// <see cref="IIngestReader"/>, and its health check <c>ingest-journal</c>. Needs a <see cref="TimeProvider"/>.
    /// </summary>
    /// <param name="path">The journal's file; the folder is there when the journal is first asked for.</param>
    public static WebApplicationBuilder AddIngestJournal(
        this WebApplicationBuilder builder, Func<IServiceProvider, string> path)
    {
        builder.Services.AddSingleton(services => new IngestJournal(new JournalSettings(path(services)),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<IngestJournal>>()));
        builder.Services.AddSingleton<IIngestReader>(services => services.GetRequiredService<IngestJournal>());
        builder.Services.AddHealthChecks().AddCheck<JournalCheck>("ingest-journal");
        return builder;
    }
}

/// <summary>Whether the journal takes messages.</summary>
internal sealed class JournalCheck(IngestJournal journal) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel) =>
        Task.FromResult(journal.Fault is { } fault
            ? HealthCheckResult.Unhealthy(fault)
            : HealthCheckResult.Healthy($"{journal.BacklogBytes / 1024} KiB unread"));
}
