using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Timeline;

/// <summary>Something that happened to a device, or was done to it.</summary>
/// <param name="At">When: by the node's clock for what it tells itself, by the service's for all else.</param>
/// <param name="Source">Where it comes from: <c>event</c>, <c>audit</c>, <c>capture</c>…</param>
/// <param name="What">What it is, for programs: <c>thresholdRaised</c>, <c>device.configure</c>…</param>
/// <param name="Detail">The rest of it, in words; or null.</param>
/// <param name="Severity">How grave it is; null: it is no matter of severity.</param>
/// <param name="Actor">Who did it; null: nobody, it happened.</param>
/// <param name="Link">The page that shows all of it, or null.</param>
public sealed record TimelineEntry(
    DateTimeOffset At, string Source, string What, string? Detail, Severity? Severity = null, string? Actor = null,
    string? Link = null);

/// <summary>A slice that knows of things that happened to devices.</summary>
public interface ITimelineSource
{
    /// <summary>The <see cref="TimelineEntry.Source"/> of its entries.</summary>
    string Name { get; }

    /// <summary>Whether its entries are for operators alone, such as who changed what.</summary>
    bool ForOperators { get; }

    /// <summary>The newest <paramref name="limit"/> entries of a device before a time, the newest first.</summary>
    Task<IReadOnlyList<TimelineEntry>> BeforeAsync(
        string device, DateTimeOffset before, int limit, CancellationToken cancel);
}
