using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Rollouts;

/// <summary>Looks at the rollouts every <see cref="RolloutLimits.SweepMs"/>.</summary>
internal sealed partial class RolloutWatch(Rollouts rollouts, TimeProvider time, ILogger<RolloutWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(RolloutLimits.SweepMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await rollouts.SweepAsync(stoppingToken);
                }
                catch (Exception e) when (StorageFault.Of(e) is { } fault)
                {
                    Postponed(logger, fault.Name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the rows say where the next service goes on.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking at rollouts postponed: {Fault}")]
    private static partial void Postponed(ILogger logger, string fault);
}
