using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Reads what is kept in memory when the database is opened.</summary>
internal static class SqliteSnapshot
{
    public static TelemetrySnapshot Read(SqliteConnection connection)
    {
        long cursor = Rows(connection, "SELECT value FROM meta WHERE name = 'cursor'", row => row.GetInt64(0)).Single();
        var channels = new ChannelDictionary(Rows(
            connection, "SELECT number, name, unit FROM channel ORDER BY number",
            row => new ChannelName(row.GetInt32(0), row.GetString(1), row.GetString(2))));
        Dictionary<int, DeviceState> devices = Rows(
                connection, "SELECT number, id, state FROM device",
                row => DeviceStateCodec.Read(row.GetInt32(0), row.GetString(1), row.GetFieldValue<byte[]>(2)))
            .ToDictionary(device => device.Number);
        foreach ((int number, StoredReport report) in Rows(
            connection, "SELECT device, received, payload FROM report", ReadReport))
            devices[number].Report = report;
        foreach (StoredEvent alarm in Rows(
            connection, $"SELECT {SqliteSchema.EventColumns} FROM alarm ORDER BY at", ReadEvent))
            devices[alarm.Device].TakeEvent(alarm);
        return new(cursor, channels, [.. devices.Values]);
    }

    public static StoredWindow ReadWindow(SqliteDataReader row) => new()
    {
        Device = row.GetInt32(0),
        StartMs = row.GetInt64(1),
        Epoch = (uint)row.GetInt64(2),
        Sequence = (uint)row.GetInt64(3),
        DurationMs = row.GetInt32(4),
        Time = (StoredTime)row.GetInt32(5),
        ReceivedMs = row.GetInt64(1) + row.GetInt64(6),
        Channels = row.GetFieldValue<byte[]>(7),
    };

    public static StoredEvent ReadEvent(SqliteDataReader row) => new()
    {
        Device = row.GetInt32(0),
        TimeMs = row.GetInt64(1),
        Epoch = (uint)row.GetInt64(2),
        Sequence = (uint)row.GetInt64(3),
        Time = (StoredTime)row.GetInt32(4),
        Type = (EventType)row.GetInt32(5),
        Severity = (Severity)row.GetInt32(6),
        Rule = row.GetString(7),
        ConfigVersion = (uint)row.GetInt64(8),
        Channel = row.GetString(9),
        Value = row.IsDBNull(10) ? null : row.GetDouble(10),
        Level = row.IsDBNull(11) ? null : row.GetDouble(11),
        Text = row.GetString(12),
        ReceivedMs = row.GetInt64(13),
    };

    private static (int, StoredReport) ReadReport(SqliteDataReader row)
    {
        byte[] payload = row.GetFieldValue<byte[]>(2);
        var state = new ReportedState();
        ContractError error = state.Read(new CborReader(payload));
        return error == ContractError.None
            ? (row.GetInt32(0), new StoredReport(state, row.GetInt64(1), payload))
            : throw new InvalidDataException($"The stored state report of device {row.GetInt32(0)} is unreadable: {error}.");
    }

    private static IEnumerable<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
            yield return read(row);
    }
}
