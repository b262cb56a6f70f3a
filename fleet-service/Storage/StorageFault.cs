using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Storage;

/// <summary>Why the database did not do what it was asked, as far as the caller can wait it out.</summary>
/// <param name="Name">Such as <c>storage-busy</c>.</param>
/// <param name="Detail">What that means for the caller.</param>
public sealed record StorageFault(string Name, string Detail)
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The fault behind an exception; null where it is not the storage's.</summary>
    public static StorageFault? Of(Exception? exception)
    {
        for (Exception? e = exception; e != null; e = e.InnerException)
        {
            if (e is SqliteException sqlite)
                return Of(sqlite.SqliteErrorCode);
        }
        return null;
    }

    private static StorageFault? Of(int code) => code switch
    {
        Busy or Locked => new("storage-busy", "The database is locked by another program; nothing was changed."),
        Full => new("storage-full", "The disk of the data folder is full; nothing was changed."),
        ReadOnly => new("storage-read-only", "The data folder cannot be written; nothing was changed."),
        Corrupt or NotADatabase =>
            new("storage-damaged", "The database is damaged; stop the service and put a backup in its place."),
        InputOutput or CannotOpen => new("storage-failed", "The data folder cannot be read or written."),
        _ => null,
    };
}
