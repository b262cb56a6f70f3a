namespace EdgeFleet.Service.Storage;

/// <summary>A slice's regular chores: writing down what may be a little old, dropping what is too old.</summary>
public interface IHousekeeping
{
    /// <summary>Does the chores; throws what the database throws, and is called again later.</summary>
    Task TidyAsync(CancellationToken cancel);
}

/// <summary>Does every slice's chores every <see cref="ServiceLimits.FlushIntervalS"/>, and once more at the end.</summary>
internal sealed partial class Housekeeper(
    IEnumerable<IHousekeeping> chores, TimeProvider time, ILogger<Housekeeper> logger) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TidyAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(ServiceLimits.FlushIntervalS), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TidyAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service is stopping; StopAsync does the last round.
        }
    }

    private async Task TidyAsync(CancellationToken cancel)
    {
        foreach (IHousekeeping chore in chores)
        {
            try
            {
                await chore.TidyAsync(cancel);
            }
            catch (Exception e) when (StorageFault.Of(e) is { } fault)
            {
                Postponed(logger, chore.GetType().Name, fault.Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chores of {Slice} postponed: {Fault}")]
    private static partial void Postponed(ILogger logger, string slice, string fault);
}
