using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Ingest;

/// <summary>A message that has been acknowledged, or may have been.</summary>
/// <param name="ReceivedMs">When it came, in Unix milliseconds.</param>
/// <param name="Kind">What its topic said that it carries.</param>
/// <param name="Id">Who sent it; the gateway has checked that.</param>
/// <param name="Payload">As it came: nobody has looked inside. Valid as long as its batch is referenced.</param>
public readonly record struct IngestMessage(long ReceivedMs, TopicKind Kind, string Id, ArraySegment<byte> Payload);

/// <summary>Messages that one commit made durable, in the order of arrival.</summary>
/// <param name="Number">Place in the journal; numbers rise, never repeat, and may leave gaps.</param>
public sealed record IngestBatch(long Number, IReadOnlyList<IngestMessage> Messages)
{
    /// <summary>
    /// Bytes at the batch's end that are not what was written, because the file was damaged; 0: it is whole. What is
    /// behind them must not wait for ever for what nobody can read any more.
    /// </summary>
    public int LostBytes { get; init; }
}

/// <summary>
/// The reading end of the journal, for one reader that keeps its own cursor. It stores what it makes of a batch together
/// with the batch's number in one transaction, and reads on after that number when it starts again.
/// </summary>
public interface IIngestReader
{
    /// <summary>Number of the newest durable batch; 0 where there never was one.</summary>
    long Head { get; }

    /// <summary>The first batch after this number, or null where there is none yet.</summary>
    /// <exception cref="IngestException">The journal cannot be read.</exception>
    IngestBatch? Read(long after);

    /// <summary>Like <see cref="Read"/>, but waits for a batch.</summary>
    /// <exception cref="ObjectDisposedException">The journal was closed.</exception>
    /// <exception cref="IngestException">See <see cref="Read"/>.</exception>
    ValueTask<IngestBatch> ReadAsync(long after, CancellationToken cancel);

    /// <summary>
    /// Batches through this number are not needed any more. They are deleted with one of the next commits, and count no
    /// longer as backlog from now on.
    /// </summary>
    void Prune(long through);

    /// <summary>Completes once everything that was appended before the call is durable and acknowledged.</summary>
    Task SettledAsync(CancellationToken cancel = default);
}

/// <summary>The journal failed in a way that has a name.</summary>
/// <param name="name">Such as <c>journal-full</c>; see <see cref="JournalFault"/>.</param>
public sealed class IngestException(string name, string message, Exception? inner = null)
    : Exception($"{name}: {message}", inner)
{
    /// <summary>The fault's name.</summary>
    public string Name { get; } = name;
}
