using Microsoft.Data.Sqlite;

namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>What SQLite's error codes mean for who stores measurements.</summary>
internal static class SqliteFaults
{
    private const int BusyCode = 5;
    private const int LockedCode = 6;
    private const int CorruptCode = 11;
    private const int FullCode = 13;
    private const int NotADatabaseCode = 26;

    public static TelemetryStoreException Of(SqliteException failure) =>
        new(FaultOf(failure), failure.Message, failure);

    private static TelemetryStoreFault FaultOf(SqliteException failure) => failure.SqliteErrorCode switch
    {
        BusyCode or LockedCode => TelemetryStoreFault.Locked,
        FullCode => TelemetryStoreFault.Full,
        CorruptCode or NotADatabaseCode => TelemetryStoreFault.Damaged,
        _ => TelemetryStoreFault.Failed,
    };
}
