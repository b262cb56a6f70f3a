using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EdgeFleet.Service.Storage;

/// <summary>Whether the directory's database answers.</summary>
internal sealed class DatabaseCheck(IDbContextFactory<FleetDb> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel)
    {
        try
        {
            await using FleetDb db = await contexts.CreateDbContextAsync(cancel);
            await db.Database.ExecuteSqlRawAsync("SELECT 1 FROM sqlite_schema LIMIT 1", cancel);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (StorageFault.Of(e) is { } fault)
        {
            return HealthCheckResult.Unhealthy(fault.Name);
        }
    }
}

/// <summary>Whether the data folder's disk has room.</summary>
internal sealed class DiskCheck(DataFolder folder) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel)
    {
        try
        {
            long free = new DriveInfo(folder.Path).AvailableFreeSpace;
            return Task.FromResult(free >= ServiceLimits.LowDiskBytes
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded($"{free / (1024 * 1024)} MiB free"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("storage-failed"));
        }
    }
}
