namespace EdgeFleet.Service.Ingest;

/// <summary>Every bound of the ingest journal, with its arithmetic.</summary>
public static class IngestLimits
{
    /// <summary>
    /// Bytes of one batch. One batch fills while another is written, so at most twice this waits for the disk: 8 MiB are
    /// 50,000 messages of 128 bytes, or two seconds of 20,000 a second behind a disk that stands still.
    /// </summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024;

    /// <summary>What a batch's buffer begins with; it grows by doubling and is kept.</summary>
    public const int FirstBatchBytes = 64 * 1024;

    /// <summary>
    /// Bytes in the journal that nobody has read yet before senders must wait. A node keeps its own queue, so it is
    /// better that it waits there than that our disk fills: 1 GiB holds 6 million messages, ten hours of 10,000 devices
    /// at one a minute.
    /// </summary>
    public const long MaxBacklogBytes = 1024L * 1024 * 1024;

    /// <summary>Batches that one step deletes, so that commits of new messages do not wait for long.</summary>
    public const int PruneStep = 256;

    /// <summary>First wait after a failed write, in milliseconds; it doubles with every further failure.</summary>
    public const int FirstRetryMs = 50;

    /// <summary>Longest wait after a failed write, in milliseconds: a freed disk is noticed within this.</summary>
    public const int MaxRetryMs = 5_000;

    /// <summary>How long SQLite itself waits for another process's lock, in milliseconds, before it counts as failed.</summary>
    public const int BusyTimeoutMs = 250;

    /// <summary>
    /// Pages of the write-ahead log before they are copied into the file: 2,048 x 8 KiB are 16 MiB, some seconds of
    /// 20,000 messages a second; what was read and pruned by then is never written twice.
    /// </summary>
    public const int CheckpointPages = 2048;

    /// <summary>
    /// Bytes of a page. A batch of 100 messages takes 16 KiB; with pages of 4 KiB it would be a chain of four more
    /// frames in the log, each with its own header and checksum.
    /// </summary>
    public const int PageBytes = 8192;

    /// <summary>Names that the reader keeps so as not to make the same string again; beyond it starts anew.</summary>
    public const int MaxPooledIds = 32 * 1024;
}
