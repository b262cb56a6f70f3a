namespace EdgeFleet.Service.Features.Timeline;

/// <summary>A part of a device's timeline, the newest first.</summary>
/// <param name="Before">Give it back as <c>before</c> for the part that comes next; null: there is none.</param>
public sealed record TimelinePage(IReadOnlyList<TimelineEntry> Items, DateTimeOffset? Before);

/// <summary>Everything that happened to a device, put together of what the slices know.</summary>
public sealed class Timeline(IEnumerable<ITimelineSource> sources)
{
    /// <summary>Entries of a part where nothing else is said.</summary>
    public const int DefaultPage = 50;

    /// <summary>Most entries of a part.</summary>
    public const int MaxPage = 500;

    private readonly ITimelineSource[] _sources = [.. sources.OrderBy(source => source.Name, StringComparer.Ordinal)];

    /// <summary>Names of the sources that a caller may ask for.</summary>
    public IEnumerable<string> SourcesFor(bool isOperator) =>
        _sources.Where(source => isOperator || !source.ForOperators).Select(source => source.Name);

    /// <summary>
    /// What happened before a time. Parts end between two times, never within one, so nothing is told twice: a part is
    /// shorter than asked for where its last time would have been cut apart, and longer where one time alone has more.
    /// Of one millisecond no source is asked for more than the limit and one.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="before">Only earlier than this.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>.</param>
    /// <param name="isOperator">Whether entries for operators alone are wanted too.</param>
    /// <param name="only">Only of this source; null: of all.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<TimelinePage> BeforeAsync(
        string device, DateTimeOffset before, int limit, bool isOperator, string? only, CancellationToken cancel)
    {
        List<TimelineEntry> found = [];
        foreach (ITimelineSource source in _sources)
        {
            if ((source.ForOperators && !isOperator) || (only != null && source.Name != only))
                continue;
            // One more than is shown tells whether there is more.
            found.AddRange(await source.BeforeAsync(device, before, limit + 1, cancel));
        }
        // Stable: entries of one time keep the order that their source gave them.
        List<TimelineEntry> ordered = [.. found.OrderByDescending(entry => entry.At)];
        if (ordered.Count <= limit)
            return new TimelinePage(ordered, null);
        int end = limit;
        while (end > 0 && ordered[end - 1].At == ordered[limit].At)
            end--;
        if (end == 0)
            end = ordered.TakeWhile(entry => entry.At == ordered[0].At).Count();
        return new TimelinePage(ordered[..end], ordered[end - 1].At);
    }
}
