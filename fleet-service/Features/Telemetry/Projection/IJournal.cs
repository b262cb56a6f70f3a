namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>What the projector takes in one step.</summary>
/// <param name="Cursor">Place of the journal after it.</param>
public sealed record JournalChunk(long Cursor, IReadOnlyList<JournalMessage> Messages);

/// <summary>The journal of received messages, as the projector needs it.</summary>
public interface IJournal
{
    /// <summary>
    /// The messages after a place, some <paramref name="messages"/> of them and whole batches; waits until there are any.
    /// </summary>
    ValueTask<JournalChunk> ReadAsync(long after, int messages, CancellationToken cancel);

    /// <summary>Everything through this place is in the telemetry database and may be forgotten.</summary>
    ValueTask ProjectedAsync(long through, CancellationToken cancel);
}
