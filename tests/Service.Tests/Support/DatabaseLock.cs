using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Tests.Support;

/// <summary>Another program that writes to one of the service's databases and does not finish.</summary>
public sealed class DatabaseLock : IDisposable
{
    private readonly SqliteConnection _connection;

    private DatabaseLock(SqliteConnection connection) => _connection = connection;

    public static DatabaseLock Take(string folder, string file = "fleet.db")
    {
        SqliteConnection connection = new($"Data Source={Path.Combine(folder, file)};Pooling=False");
        connection.Open();
        Execute(connection, "BEGIN IMMEDIATE");
        return new DatabaseLock(connection);
    }

    public void Dispose()
    {
        Execute(_connection, "ROLLBACK");
        _connection.Dispose();
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
