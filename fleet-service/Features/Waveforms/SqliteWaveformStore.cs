using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Telemetry;
using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>
/// Waveforms in one SQLite file of their own: large and rare, they must not push windows out of the telemetry's pages.
/// One writer at a time; readers never wait for it.
/// </summary>
public sealed class SqliteWaveformStore(string path) : IWaveformStore, IDisposable
{
    private const int Version = 1;

    private const string Tables = """
        CREATE TABLE capture (
            device TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            capture INTEGER NOT NULL,
            start INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            time TEXT NOT NULL,
            rate INTEGER NOT NULL,
            scale INTEGER NOT NULL,
            exponent INTEGER NOT NULL,
            gaps INTEGER NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (device, epoch, capture)) WITHOUT ROWID;
        CREATE INDEX capture_start ON capture (device, start);
        CREATE INDEX capture_all ON capture (start);
        CREATE TABLE chunk (
            device TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            capture INTEGER NOT NULL,
            axis INTEGER NOT NULL,
            place INTEGER NOT NULL,
            count INTEGER NOT NULL,
            first INTEGER NOT NULL,
            samples INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (device, epoch, capture, axis, place)) WITHOUT ROWID;
        """;

    // How much there should be is what the first chunk of each axis says.
    private const string Columns = """
        c.device, c.epoch, c.capture, c.start, c.time, c.rate, c.scale, c.exponent, c.gaps, c.received,
        (SELECT count(*) FROM chunk k WHERE k.device = c.device AND k.epoch = c.epoch AND k.capture = c.capture),
        (SELECT coalesce(sum(n), 0) FROM (SELECT max(k.count) AS n FROM chunk k
            WHERE k.device = c.device AND k.epoch = c.epoch AND k.capture = c.capture GROUP BY k.axis)),
        (SELECT coalesce(max(k.first + k.samples), 0) FROM chunk k
            WHERE k.device = c.device AND k.epoch = c.epoch AND k.capture = c.capture)
        """;

    private readonly Lock _writing = new();
    private SqliteConnection? _writer;

    /// <inheritdoc/>
    public bool[] Add(IReadOnlyList<StoredChunk> chunks)
    {
        lock (_writing)
        {
            return Guard(() =>
            {
                SqliteConnection connection = Writer();
                using SqliteTransaction transaction = connection.BeginTransaction();
                var added = new bool[chunks.Count];
                var begun = new HashSet<string>();
                for (int i = 0; i < chunks.Count; i++)
                    added[i] = Add(connection, transaction, chunks[i], begun);
                foreach (string device in begun)
                    Trim(connection, transaction, device);
                transaction.Commit();
                return added;
            });
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredCapture> List(string? device, long fromMs, long beforeMs, int limit) => Read(
        $"SELECT {Columns} FROM capture c WHERE c.start >= $0 AND c.start < $1 "
        + (device is null ? "" : "AND c.device = $3 ") + "ORDER BY c.start DESC, c.epoch, c.capture LIMIT $2",
        ReadCapture, fromMs, beforeMs, limit, device);

    /// <inheritdoc/>
    public StoredCapture? Find(CaptureKey key) => Read(
        $"SELECT {Columns} FROM capture c WHERE c.device = $0 AND c.epoch = $1 AND c.capture = $2",
        ReadCapture, key.Device, key.Epoch, key.Capture).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<StoredChunk> Chunks(CaptureKey key) => Read(
        "SELECT axis, place, count, first, samples, data FROM chunk WHERE device = $0 AND epoch = $1 AND capture = $2 "
        + "ORDER BY axis, place",
        row => new StoredChunk(
            key, row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), 0, 0, "", 0, default, 0, (uint)row.GetInt64(3),
            row.GetInt32(4), row.GetFieldValue<byte[]>(5), 0),
        key.Device, key.Epoch, key.Capture);

    /// <inheritdoc/>
    public int DeleteBefore(long beforeMs, int limit)
    {
        lock (_writing)
        {
            return Guard(() =>
            {
                SqliteConnection connection = Writer();
                using SqliteTransaction transaction = connection.BeginTransaction();
                int deleted = Delete(
                    connection, transaction, "SELECT device, epoch, capture FROM capture WHERE start < $0 ORDER BY start LIMIT $1",
                    beforeMs, limit);
                transaction.Commit();
                return deleted;
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            _writer?.Dispose();
            _writer = null;
        }
        using var pooled = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly));
        SqliteConnection.ClearPool(pooled);
    }

    private static bool Add(
        SqliteConnection connection, SqliteTransaction transaction, StoredChunk chunk, HashSet<string> begun)
    {
        CaptureKey key = chunk.Key;
        int began = Run(
            connection, transaction,
            "INSERT OR IGNORE INTO capture VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            key.Device, key.Epoch, key.Capture, chunk.TimeMs, chunk.Rank, chunk.Time, chunk.RateMilliHz,
            chunk.Scale.Mantissa, chunk.Scale.Exponent, chunk.Gaps, chunk.ReceivedMs);
        if (began == 1)
            begun.Add(key.Device);
        else
        {
            // A later chunk may know the time better: the node's clock was set meanwhile.
            Run(
                connection, transaction,
                "UPDATE capture SET start = $3, rank = $4, time = $5 "
                + "WHERE device = $0 AND epoch = $1 AND capture = $2 AND rank > $4",
                key.Device, key.Epoch, key.Capture, chunk.TimeMs, chunk.Rank, chunk.Time);
        }
        return Run(
            connection, transaction, "INSERT OR IGNORE INTO chunk VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)",
            key.Device, key.Epoch, key.Capture, chunk.Axis, chunk.Index, chunk.Count, chunk.FirstSample, chunk.Samples,
            chunk.Data) == 1;
    }

    private static void Trim(SqliteConnection connection, SqliteTransaction transaction, string device) => Delete(
        connection, transaction,
        "SELECT device, epoch, capture FROM capture WHERE device = $0 ORDER BY start DESC LIMIT -1 OFFSET $1",
        device, WaveformLimits.MaxCapturesPerDevice);

    private static int Delete(
        SqliteConnection connection, SqliteTransaction transaction, string which, params object?[] values)
    {
        List<CaptureKey> keys = [];
        using (SqliteCommand command = Command(connection, which, values))
        {
            command.Transaction = transaction;
            using SqliteDataReader row = command.ExecuteReader();
            while (row.Read())
                keys.Add(new CaptureKey(row.GetString(0), (uint)row.GetInt64(1), (uint)row.GetInt64(2)));
        }
        foreach (CaptureKey key in keys)
        {
            foreach (string table in (string[])["chunk", "capture"])
            {
                Run(
                    connection, transaction, $"DELETE FROM {table} WHERE device = $0 AND epoch = $1 AND capture = $2",
                    key.Device, key.Epoch, key.Capture);
            }
        }
        return keys.Count;
    }

    private static StoredCapture ReadCapture(SqliteDataReader row) => new(
        new CaptureKey(row.GetString(0), (uint)row.GetInt64(1), (uint)row.GetInt64(2)), row.GetInt64(3), row.GetString(4),
        (uint)row.GetInt64(5), new DecimalValue(row.GetInt64(6), row.GetInt32(7)), (uint)row.GetInt64(8), row.GetInt32(10),
        row.GetInt32(11), row.GetInt32(12), row.GetInt64(9));

    private SqliteConnection Writer()
    {
        if (_writer is not null)
            return _writer;
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            connection.Open();
            // FULL: the journal forgets what is committed here.
            Run(connection, null, "PRAGMA journal_mode = WAL");
            Run(connection, null, "PRAGMA synchronous = FULL");
            using SqliteCommand ask = Command(connection, "PRAGMA user_version", []);
            long version = (long)ask.ExecuteScalar()!;
            if (version > Version)
            {
                throw new TelemetryStoreException(
                    TelemetryStoreFault.NewerVersion,
                    $"The waveform database has version {version}; this service knows {Version} and older.");
            }
            if (version < Version)
            {
                using SqliteTransaction transaction = connection.BeginTransaction();
                Run(connection, transaction, Tables);
                Run(connection, transaction, $"PRAGMA user_version = {Version}");
                transaction.Commit();
            }
            return _writer = connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values) => Guard(() =>
    {
        // The file is made with the first use, so that a reader need not wait for a capture.
        lock (_writing)
            Writer();
        using var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly));
        connection.Open();
        using SqliteCommand command = Command(connection, sql, values);
        using SqliteDataReader row = command.ExecuteReader();
        List<T> found = [];
        while (row.Read())
            found.Add(read(row));
        return found;
    });

    private static int Run(
        SqliteConnection connection, SqliteTransaction? transaction, string sql, params object?[] values)
    {
        using SqliteCommand command = Command(connection, sql, values);
        command.Transaction = transaction;
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, object?[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is not null)
                command.Parameters.AddWithValue("$" + i, values[i]);
        }
        return command;
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = mode == SqliteOpenMode.ReadOnly,
        DefaultTimeout = WaveformLimits.BusyTimeoutSeconds,
    }.ToString();

    private static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException failure)
        {
            throw SqliteFaults.Of(failure);
        }
    }
}
