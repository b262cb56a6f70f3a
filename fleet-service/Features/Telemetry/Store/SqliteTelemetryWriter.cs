using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>The one connection that writes, with its statements. Calls must not overlap.</summary>
internal sealed class SqliteTelemetryWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly BlobWriter _blob = new();
    private readonly SqliteStatement _cursor;
    private readonly SqliteStatement _channel;
    private readonly SqliteStatement _device;
    private readonly SqliteStatement _window;
    private readonly SqliteStatement _event;
    private readonly SqliteStatement _order;
    private readonly SqliteStatement _orderBound;
    private readonly SqliteStatement _report;
    private readonly SqliteStatement _forgetAlarms;
    private readonly SqliteStatement _alarm;
    private readonly SqliteStatement _rejected;
    private readonly SqliteStatement _rejectedBound;
    private readonly SqliteStatement _rollup;
    private readonly SqliteStatement _deleteWindow;
    private readonly SqliteStatement _deleteRollups;
    private readonly SqliteStatement _deleteEvents;

    public SqliteTelemetryWriter(SqliteConnection connection)
    {
        _connection = connection;
        _cursor = Statement("UPDATE meta SET value = $0 WHERE name = 'cursor'", 1);
        _channel = Statement("INSERT INTO channel (number, name, unit) VALUES ($0, $1, $2)", 3);
        _device = Statement(
            "INSERT INTO device (number, id, state) VALUES ($0, $1, $2) ON CONFLICT (number) DO UPDATE SET state = $2", 3);
        _window = Statement(
            "INSERT INTO window (device, start, epoch, sequence, duration, time, late, channels) "
            + "VALUES ($0, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", 8);
        _event = Statement(InsertEvent("event"), 14);
        _order = Statement("INSERT INTO event_order (device, at, epoch, sequence) VALUES ($0, $1, $2, $3)", 4);
        _orderBound = Statement(
            "DELETE FROM event_order WHERE number <= (SELECT max(number) FROM event_order) - $0", 1);
        _alarm = Statement(InsertEvent("alarm"), 14);
        _forgetAlarms = Statement("DELETE FROM alarm WHERE device = $0", 1);
        _report = Statement(
            "INSERT INTO report (device, received, payload) VALUES ($0, $1, $2) "
            + "ON CONFLICT (device) DO UPDATE SET received = $1, payload = $2", 3);
        _rejected = Statement(
            "INSERT INTO rejected (device, kind, error, prefix, first, last, count) VALUES ($0, $1, $2, $3, $4, $5, $6) "
            + "ON CONFLICT (device, kind, error) DO UPDATE SET prefix = $3, last = $5, count = count + $6", 7);
        _rejectedBound = Statement(
            "DELETE FROM rejected WHERE (device, kind, error) IN (SELECT device, kind, error FROM rejected "
            + "ORDER BY last LIMIT max(0, (SELECT count(*) FROM rejected) - $0))", 1);
        _rollup = Statement(
            "INSERT INTO rollup (device, hour, channels) VALUES ($0, $1, $2) "
            + "ON CONFLICT (device, hour) DO UPDATE SET channels = $2", 3);
        _deleteWindow = Statement(
            "DELETE FROM window WHERE device = $0 AND start = $1 AND epoch = $2 AND sequence = $3", 4);
        _deleteRollups = Statement("DELETE FROM rollup WHERE device = $0 AND hour < $1", 2);
        _deleteEvents = Statement(
            "DELETE FROM event WHERE (device, at, epoch, sequence) IN "
            + "(SELECT device, at, epoch, sequence FROM event WHERE at < $0 ORDER BY at LIMIT $1)", 2);
    }

    public void Commit(TelemetryStep step)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (ChannelName channel in step.NewChannels)
            _channel.Run(transaction, channel.Number, channel.Name, channel.Unit);
        foreach (StoredWindow window in step.Windows)
            Write(transaction, window);
        foreach (StoredEvent added in step.Events)
        {
            Write(_event, transaction, added);
            _order.Run(transaction, added.Device, added.TimeMs, added.Epoch, added.Sequence);
        }
        if (step.Events.Count != 0)
            _orderBound.Run(transaction, TelemetryLimits.MaxEventOrder);
        foreach (DeviceState device in step.Devices.Values)
            _device.Run(transaction, device.Number, device.Id, DeviceStateCodec.Write(_blob, device));
        foreach (DeviceState device in step.Reports)
            _report.Run(transaction, device.Number, device.Report!.ReceivedMs, device.Report.Payload);
        foreach (DeviceState device in step.Alarms)
        {
            _forgetAlarms.Run(transaction, device.Number);
            foreach (StoredEvent alarm in device.Alarms)
                Write(_alarm, transaction, alarm);
        }
        foreach (RejectedPayload rejected in step.Rejected.Values)
        {
            _rejected.Run(
                transaction, rejected.DeviceId, (int)rejected.Kind, rejected.Error, rejected.Prefix, rejected.FirstMs,
                rejected.LastMs, rejected.Count);
        }
        if (step.Rejected.Count != 0)
            _rejectedBound.Run(transaction, TelemetryLimits.MaxRejected);
        _cursor.Run(transaction, step.Cursor);
        transaction.Commit();
    }

    public void RollUp(int device, IReadOnlyList<HourRollup> rollups, IReadOnlyList<WindowPlace> deleted)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (HourRollup rollup in rollups)
            _rollup.Run(transaction, device, rollup.HourMs, RollupCodec.Write(_blob, rollup));
        foreach (WindowPlace place in deleted)
            _deleteWindow.Run(transaction, device, place.StartMs, place.Epoch, place.Sequence);
        transaction.Commit();
    }

    public int DeleteRollups(int device, long beforeMs)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        int deleted = _deleteRollups.Run(transaction, device, beforeMs);
        transaction.Commit();
        return deleted;
    }

    public int DeleteEvents(long beforeMs, int limit)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        int deleted = _deleteEvents.Run(transaction, beforeMs, limit);
        transaction.Commit();
        return deleted;
    }

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    private void Write(SqliteTransaction transaction, StoredWindow window) => _window.Run(
        transaction, window.Device, window.StartMs, window.Epoch, window.Sequence, window.DurationMs, (int)window.Time,
        window.ReceivedMs - window.StartMs, window.Channels);

    private static void Write(SqliteStatement statement, SqliteTransaction transaction, StoredEvent added) =>
        statement.Run(
            transaction, added.Device, added.TimeMs, added.Epoch, added.Sequence, (int)added.Time, (int)added.Type,
            (int)added.Severity, added.Rule, added.ConfigVersion, added.Channel, added.Value, added.Level, added.Text,
            added.ReceivedMs);

    private static string InsertEvent(string table) =>
        $"INSERT INTO {table} ({SqliteSchema.EventColumns}) "
        + "VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";

    private SqliteStatement Statement(string sql, int parameters)
    {
        var statement = new SqliteStatement(_connection, sql, parameters);
        _statements.Add(statement);
        return statement;
    }
}
