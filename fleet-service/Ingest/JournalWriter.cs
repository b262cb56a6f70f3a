using SQLitePCL;

namespace EdgeFleet.Service.Ingest;

/// <summary>Commits batches and deletes what was read: the one connection that writes.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly JournalFile _file;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _insert;
    private readonly sqlite3_stmt _delete;
    private readonly sqlite3_stmt _commit;

    public JournalWriter(string path, long maxBytes)
    {
        _file = JournalFile.Open(path, maxBytes);
        try
        {
            _begin = _file.Prepare("BEGIN IMMEDIATE");
            // A commit that failed may yet have reached the disk: the second try then writes the same row again.
            _insert = _file.Prepare("INSERT OR REPLACE INTO batches (number, messages) VALUES (?1, ?2)");
            _delete = _file.Prepare("DELETE FROM batches WHERE number IN (SELECT number FROM batches "
                + $"WHERE number <= ?1 ORDER BY number LIMIT {IngestLimits.PruneStep}) RETURNING number, length(messages)");
            _commit = _file.Prepare("COMMIT");
            Head = _file.Scalar("SELECT max(number) FROM batches");
            Bytes = _file.Scalar("SELECT sum(length(messages)) FROM batches");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Number of the newest batch in the file; 0 where it is new.</summary>
    public long Head { get; private set; }

    /// <summary>Bytes of all batches in the file.</summary>
    public long Bytes { get; private set; }

    /// <summary>Through which number batches were deleted since the file was opened.</summary>
    public long PrunedThrough { get; private set; }

    /// <summary>
    /// Makes a batch durable and, in the same transaction, deletes batches through a number. The newest batch always
    /// stays: it remembers the number from which on to count.
    /// </summary>
    /// <param name="batch">May be empty, where there is only something to delete.</param>
    /// <exception cref="IngestException">Nothing was changed; trying again is right.</exception>
    public void Commit(ReadOnlySpan<byte> batch, long number, long pruneThrough)
    {
        try
        {
            long delta = 0;
            long pruned = PrunedThrough;
            // A statement alone is its own transaction.
            bool prune = pruneThrough > 0;
            if (prune)
            {
                _file.Run(_begin);
                long through = Math.Min(pruneThrough, Head - 1);
                int rows = 0;
                raw.sqlite3_bind_int64(_delete, 1, through);
                for (; _file.Next(_delete); rows++)
                {
                    pruned = Math.Max(pruned, raw.sqlite3_column_int64(_delete, 0));
                    delta -= raw.sqlite3_column_int64(_delete, 1);
                }
                if (rows < IngestLimits.PruneStep)
                    pruned = Math.Max(pruned, through);
            }
            if (!batch.IsEmpty)
            {
                raw.sqlite3_bind_int64(_insert, 1, number);
                raw.sqlite3_bind_blob(_insert, 2, batch);
                _file.Run(_insert);
                delta += batch.Length;
            }
            if (prune)
                _file.Run(_commit);
            if (!batch.IsEmpty)
                Head = number;
            Bytes += delta;
            PrunedThrough = pruned;
        }
        catch
        {
            raw.sqlite3_reset(_delete);
            _file.Rollback();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();
}
