using SQLitePCL;

namespace EdgeFleet.Service.Ingest;

/// <summary>Names for what keeps the journal from writing or reading.</summary>
public static class JournalFault
{
    /// <summary>The disk is full.</summary>
    public const string Full = "journal-full";

    /// <summary>Another program holds the file.</summary>
    public const string Locked = "journal-locked";

    /// <summary>The file or its folder cannot be written.</summary>
    public const string ReadOnly = "journal-read-only";

    /// <summary>The disk failed, or the file cannot be opened.</summary>
    public const string InputOutput = "journal-io";

    /// <summary>What is in the file is not what was written.</summary>
    public const string Corrupt = "journal-corrupt";

    /// <summary>Anything else; the message has SQLite's own words.</summary>
    public const string Failed = "journal-failed";

    internal static string Of(int code) => (code & 0xff) switch
    {
        raw.SQLITE_FULL => Full,
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Locked,
        raw.SQLITE_READONLY or raw.SQLITE_PERM => ReadOnly,
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN => InputOutput,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt,
        _ => Failed,
    };
}
