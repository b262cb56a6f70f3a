using SQLitePCL;

namespace EdgeFleet.Service.Ingest;

/// <summary>
/// One connection to the journal's file. SQLite's own interface rather than ADO.NET: a batch is bound from the buffer in
/// which it was collected, and a failure is a code, not an exception on the way that every message takes.
/// </summary>
/// <remarks>Not thread-safe: one for the writer, one for the reader.</remarks>
internal sealed class JournalFile : IDisposable
{
    private readonly sqlite3 _db;
    private readonly List<sqlite3_stmt> _statements = [];

    private JournalFile(sqlite3 db) => _db = db;

    /// <summary>Opens the file, and makes it where it is missing.</summary>
    /// <param name="maxBytes">Size that the file never exceeds; beyond it writing fails as on a full disk.</param>
    /// <exception cref="IngestException">It cannot be opened; the name says why.</exception>
    public static JournalFile Open(string path, long maxBytes)
    {
        Batteries_V2.Init();
        int code = raw.sqlite3_open_v2(path, out sqlite3 db,
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        JournalFile file = new(db);
        try
        {
            file.Check(code);
            raw.sqlite3_busy_timeout(db, IngestLimits.BusyTimeoutMs);
            file.Execute($"PRAGMA page_size = {IngestLimits.PageBytes}");
            file.Execute("PRAGMA journal_mode = WAL");
            file.Execute("PRAGMA synchronous = FULL");
            file.Execute($"PRAGMA wal_autocheckpoint = {IngestLimits.CheckpointPages}");
            file.Execute($"PRAGMA max_page_count = {Math.Max(16, maxBytes / IngestLimits.PageBytes)}");
            file.Execute("CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, messages BLOB NOT NULL)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt statement));
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql));

    /// <summary>Runs a statement that gives no rows, and makes it ready to be run again.</summary>
    public void Run(sqlite3_stmt statement)
    {
        int code = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE)
            throw Fault(code);
    }

    /// <summary>Steps to the next row; false at the end, where the statement is ready to be run again.</summary>
    public bool Next(sqlite3_stmt statement)
    {
        int code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW)
            return true;
        raw.sqlite3_reset(statement);
        return code == raw.SQLITE_DONE ? false : throw Fault(code);
    }

    public long Scalar(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out sqlite3_stmt statement));
        using (statement)
            return Next(statement) ? raw.sqlite3_column_int64(statement, 0) : 0;
    }

    /// <summary>Leaves a transaction that failed; does nothing outside of one.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_db) == 0)
            raw.sqlite3_exec(_db, "ROLLBACK");
    }

    public void Dispose()
    {
        foreach (sqlite3_stmt statement in _statements)
            statement.Dispose();
        _db.Dispose();
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Fault(code);
    }

    private IngestException Fault(int code) =>
        new(JournalFault.Of(code), $"{raw.sqlite3_errmsg(_db).utf8_to_string()} (SQLite {code})");
}
