using System.Runtime.CompilerServices;
using EdgeFleet.Contracts;
using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Telemetry in one SQLite file. One connection writes; every query has its own and never waits for it.</summary>
/// <param name="path">The file.</param>
/// <param name="maxMegabytes">How large it may become; 0: as large as the disk allows.</param>
public sealed class SqliteTelemetryStore(string path, int maxMegabytes = 0) : ITelemetryStore
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteTelemetryWriter? _writer;

    /// <inheritdoc/>
    public async ValueTask<TelemetrySnapshot> OpenAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            return Guard(() =>
            {
                _writer?.Dispose();
                _writer = null;
                SqliteConnection connection = Connect(SqliteOpenMode.ReadWriteCreate);
                try
                {
                    SqliteSchema.Ensure(connection);
                    if (maxMegabytes > 0)
                        LimitSize(connection);
                    TelemetrySnapshot snapshot = SqliteSnapshot.Read(connection);
                    _writer = new SqliteTelemetryWriter(connection);
                    return snapshot;
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            });
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(TelemetryStep step, CancellationToken cancel) =>
        await WriteAsync(writer => { writer.Commit(step); return 0; }, cancel);

    /// <inheritdoc/>
    public async ValueTask RollUpAsync(
        int device, IReadOnlyList<HourRollup> rollups, IReadOnlyList<WindowPlace> deleted, CancellationToken cancel) =>
        await WriteAsync(writer => { writer.RollUp(device, rollups, deleted); return 0; }, cancel);

    /// <inheritdoc/>
    public ValueTask<int> DeleteRollupsAsync(int device, long beforeMs, CancellationToken cancel) =>
        WriteAsync(writer => writer.DeleteRollups(device, beforeMs), cancel);

    /// <inheritdoc/>
    public ValueTask<int> DeleteEventsAsync(long beforeMs, int limit, CancellationToken cancel) =>
        WriteAsync(writer => writer.DeleteEvents(beforeMs, limit), cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredWindow> ReadWindowsAsync(
        int device, WindowPlace after, long beforeMs, int limit, CancellationToken cancel) =>
        ReadAsync(
            $"SELECT {SqliteSchema.WindowColumns} FROM window "
            + "WHERE device = $0 AND (start, epoch, sequence) > ($1, $2, $3) AND start < $4 "
            + "ORDER BY start, epoch, sequence LIMIT $5",
            [device, after.StartMs, after.Epoch, after.Sequence, beforeMs, limit],
            SqliteSnapshot.ReadWindow,
            cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredWindow> ReadLastBeforeAsync(int device, long beforeMs, CancellationToken cancel) =>
        ReadAsync(
            $"SELECT {SqliteSchema.WindowColumns} FROM window WHERE device = $0 AND start < $1 "
            + "ORDER BY start DESC, epoch DESC, sequence DESC LIMIT 1",
            [device, beforeMs],
            SqliteSnapshot.ReadWindow,
            cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<HourRollup> ReadRollupsAsync(
        int device, long fromMs, long beforeMs, CancellationToken cancel) =>
        ReadAsync(
            "SELECT hour, channels FROM rollup WHERE device = $0 AND hour >= $1 AND hour < $2 ORDER BY hour",
            [device, fromMs, beforeMs],
            row => RollupCodec.Read(device, row.GetInt64(0), row.GetFieldValue<byte[]>(1)),
            cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredEvent> ReadEventsAsync(EventFilter filter, CancellationToken cancel)
    {
        string where = "at >= $0 AND at < $1"
            + (filter.Device is null ? "" : " AND device = $3")
            + (filter.Type is null ? "" : " AND type = $4")
            + (filter.Rule is null ? "" : " AND rule = $5");
        return ReadAsync(
            $"SELECT {SqliteSchema.EventColumns} FROM event WHERE {where} "
            + "ORDER BY at DESC, device, epoch DESC, sequence DESC LIMIT $2",
            [filter.FromMs, filter.ToMs, filter.Limit, filter.Device, (int?)filter.Type, filter.Rule],
            SqliteSnapshot.ReadEvent,
            cancel);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<NumberedEvent> ReadEventsInOrderAsync(long after, int limit, CancellationToken cancel) =>
        ReadAsync(
            $"SELECT {SqliteSchema.EventColumns}, number FROM event_order "
            + "JOIN event USING (device, at, epoch, sequence) WHERE number > $0 ORDER BY number LIMIT $1",
            [after, limit],
            row => new NumberedEvent(row.GetInt64(14), SqliteSnapshot.ReadEvent(row)),
            cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<RejectedPayload> ReadRejectedAsync(string? deviceId, int limit, CancellationToken cancel) =>
        ReadAsync(
            "SELECT device, kind, error, prefix, first, last, count FROM rejected "
            + (deviceId is null ? "" : "WHERE device = $1 ") + "ORDER BY last DESC, device, kind, error LIMIT $0",
            [limit, deviceId],
            row => new RejectedPayload(
                row.GetString(0), (TopicKind)row.GetInt32(1), row.GetString(2), row.GetFieldValue<byte[]>(3),
                row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
            cancel);

    /// <inheritdoc/>
    public ValueTask<long> CountStoredTwiceAsync(CancellationToken cancel) => CountAsync(
        "SELECT coalesce(sum(n - 1), 0) FROM "
        + "(SELECT count(*) AS n FROM window GROUP BY device, epoch, sequence HAVING count(*) > 1)", cancel);

    /// <inheritdoc/>
    public ValueTask<long> CountWindowsAsync(CancellationToken cancel) =>
        CountAsync("SELECT count(*) FROM window", cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        _writer?.Dispose();
        _writer = null;
        _writing.Release();
        // Pooled readers hold the file open; the write-ahead log is folded in by the last one that closes.
        using var pooled = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly));
        SqliteConnection.ClearPool(pooled);
    }

    private async ValueTask<T> WriteAsync<T>(Func<SqliteTelemetryWriter, T> write, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            SqliteTelemetryWriter writer = _writer
                ?? throw new TelemetryStoreException(TelemetryStoreFault.Failed, "The telemetry database is not open.");
            return Guard(() => write(writer));
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask<long> CountAsync(string sql, CancellationToken cancel)
    {
        long count = 0;
        await foreach (long value in ReadAsync(sql, [], row => row.GetInt64(0), cancel))
            count = value;
        return count;
    }

    // SQLite answers from this thread: there is nothing to await, but another provider's network will have to.
#pragma warning disable CS1998
    private async IAsyncEnumerable<T> ReadAsync<T>(
        string sql, object?[] values, Func<SqliteDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancel)
#pragma warning restore CS1998
    {
        using SqliteConnection connection = Guard(() => Connect(SqliteOpenMode.ReadOnly));
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            if (sql.Contains("$" + i, StringComparison.Ordinal))
                command.Parameters.AddWithValue("$" + i, values[i]);
        }
        using SqliteDataReader row = Guard(command.ExecuteReader);
        while (Guard(row.Read))
        {
            cancel.ThrowIfCancellationRequested();
            yield return Guard(() => read(row));
        }
    }

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(ConnectionString(mode));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        // The writer is kept; a pooled one would come back with its settings.
        Pooling = mode == SqliteOpenMode.ReadOnly,
        DefaultTimeout = TelemetryLimits.BusyTimeoutSeconds,
    }.ToString();

    private void LimitSize(SqliteConnection connection)
    {
        using SqliteCommand ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA page_size";
        long pages = maxMegabytes * 1024L * 1024 / (long)ask.ExecuteScalar()!;
        SqliteSchema.Execute(connection, $"PRAGMA max_page_count = {pages}");
    }

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
        catch (InvalidDataException damage)
        {
            throw new TelemetryStoreException(TelemetryStoreFault.Damaged, damage.Message, damage);
        }
    }
}
