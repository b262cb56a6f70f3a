using EdgeFleet.Service.Hosting;
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
        builder.Services.AddSingleton(services => Open(path(services), services));
        builder.Services.AddSingleton<IIngestReader>(services => services.GetRequiredService<IngestJournal>());
        builder.Services.AddHealthChecks().AddCheck<JournalCheck>("ingest-journal");
        return builder;
    }

    private static IngestJournal Open(string path, IServiceProvider services)
    {
        try
        {
            return new IngestJournal(new JournalSettings(path),
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<IngestJournal>>());
        }
        catch (IngestException e)
        {
            throw new StartupException("journal-unusable", $"{path}: {e.Message}",
                "It holds what nodes have sent and charts do not show yet: repair it, or move it away and do without that.");
        }
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
