using SQLitePCL;

namespace EdgeFleet.Service.Ingest;

/// <summary>Reads batches on a connection of its own, so that reading does not hold up writing.</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly JournalFile _file;
    private readonly sqlite3_stmt _select;
    private readonly BatchDecoder _decoder = new();

    public JournalReader(string path, long maxBytes)
    {
        _file = JournalFile.Open(path, maxBytes);
        try
        {
            _select = _file.Prepare("SELECT number, messages FROM batches WHERE number > ?1 ORDER BY number LIMIT 1");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public IngestBatch? Read(long after)
    {
        raw.sqlite3_bind_int64(_select, 1, after);
        if (!_file.Next(_select))
            return null;
        try
        {
            byte[] blob = raw.sqlite3_column_blob(_select, 1).ToArray();
            return _decoder.Decode(raw.sqlite3_column_int64(_select, 0), blob);
        }
        finally
        {
            // Ends the read transaction; an open one would keep the log from being emptied.
            raw.sqlite3_reset(_select);
        }
    }

    public void Dispose() => _file.Dispose();
}
