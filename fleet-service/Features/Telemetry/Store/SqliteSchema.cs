using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Tables of <c>telemetry.db</c> and the way to them.</summary>
/// <remarks>
/// Windows stand in the order of device and time, so that a range is one stretch of the file. There is no index by
/// sequence: whether a window is stored already is answered by the runs in the device's row, written in the same
/// transaction, and that row knows it even after retention.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>Version of these tables, in <c>PRAGMA user_version</c>.</summary>
    public const int Version = 2;

    /// <summary>
    /// Events in the order in which they were stored: the table of events is in the order of device and time, in which
    /// nobody could tell what is new. A number is never used twice.
    /// </summary>
    private const string EventOrder = """
        CREATE TABLE event_order (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            device INTEGER NOT NULL,
            at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL);
        -- A new database in an old one's place goes on above its numbers: a million numbers for each second of age.
        INSERT INTO sqlite_sequence (name, seq) VALUES ('event_order', unixepoch() * 1000000);
        INSERT INTO event_order (device, at, epoch, sequence) SELECT device, at, epoch, sequence FROM alarm ORDER BY at;
        """;

    private const string Tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE channel (number INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, UNIQUE (name, unit));
        CREATE TABLE device (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state BLOB NOT NULL);
        CREATE TABLE window (
            device INTEGER NOT NULL,
            start INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            time INTEGER NOT NULL,
            late INTEGER NOT NULL,
            channels BLOB NOT NULL,
            PRIMARY KEY (device, start, epoch, sequence)) WITHOUT ROWID;
        CREATE TABLE rollup (
            device INTEGER NOT NULL,
            hour INTEGER NOT NULL,
            channels BLOB NOT NULL,
            PRIMARY KEY (device, hour)) WITHOUT ROWID;
        CREATE TABLE report (device INTEGER PRIMARY KEY, received INTEGER NOT NULL, payload BLOB NOT NULL);
        CREATE TABLE event (
            device INTEGER NOT NULL,
            at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            time INTEGER NOT NULL,
            type INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            rule TEXT NOT NULL,
            config INTEGER NOT NULL,
            channel TEXT NOT NULL,
            value REAL,
            level REAL,
            text TEXT NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (device, at, epoch, sequence)) WITHOUT ROWID;
        CREATE INDEX event_at ON event (at);
        CREATE TABLE alarm (
            device INTEGER NOT NULL,
            at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            time INTEGER NOT NULL,
            type INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            rule TEXT NOT NULL,
            config INTEGER NOT NULL,
            channel TEXT NOT NULL,
            value REAL,
            level REAL,
            text TEXT NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (device, epoch, sequence)) WITHOUT ROWID;
        CREATE TABLE rejected (
            device TEXT NOT NULL,
            kind INTEGER NOT NULL,
            error TEXT NOT NULL,
            prefix BLOB NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (device, kind, error)) WITHOUT ROWID;
        CREATE INDEX rejected_last ON rejected (last);
        INSERT INTO meta VALUES ('cursor', 0);
        """;

    /// <summary>Columns of <c>window</c> in the order in which they are read.</summary>
    public const string WindowColumns = "device, start, epoch, sequence, duration, time, late, channels";

    /// <summary>Columns of <c>event</c> and <c>alarm</c> in the order in which they are read and written.</summary>
    public const string EventColumns =
        "device, at, epoch, sequence, time, type, severity, rule, config, channel, value, level, text, received";

    /// <summary>Makes the tables where the database is new.</summary>
    /// <exception cref="TelemetryStoreException">A newer version of the service made it.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        // FULL: once a step is committed the journal may forget it, so it must be on the disk, log and all.
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
        using SqliteCommand ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA user_version";
        long version = (long)ask.ExecuteScalar()!;
        if (version > Version)
        {
            throw new TelemetryStoreException(
                TelemetryStoreFault.NewerVersion,
                $"The telemetry database has version {version}; this service knows {Version} and older.");
        }
        if (version == Version)
            return;
        using SqliteTransaction transaction = connection.BeginTransaction();
        if (version == 0)
            Execute(connection, Tables, transaction);
        Execute(connection, EventOrder, transaction);
        Execute(connection, $"PRAGMA user_version = {Version}", transaction);
        transaction.Commit();
    }

    public static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }
}
