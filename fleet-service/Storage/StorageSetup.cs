using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace EdgeFleet.Service.Storage;

/// <summary>Opens the data folder and the database, and brings an older database up to date.</summary>
public static class StorageSetup
{
    internal static void AddStorage(this WebApplicationBuilder builder)
    {
        FleetOptions options = builder.Settings();
        SQLitePCL.Batteries_V2.Init();
        // A factory, so that the container disposes of it and the folder is free for the next service.
        DataFolder folder = DataFolder.Open(options.Data.Path);
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddPooledDbContextFactory<FleetDb>(db => UseProvider(db, options.Data, folder));
        builder.Services.AddDataProtection()
            .SetApplicationName("EdgeFleet")
            .PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("fleet-database")
            .AddCheck<DiskCheck>("data-disk");
        builder.Services.AddHostedService<Housekeeper>();
    }

    internal static void UseStorage(this WebApplication app)
    {
        DataFolder folder = app.Services.GetRequiredService<DataFolder>();
        try
        {
            using FleetDb db = app.Services.GetRequiredService<IDbContextFactory<FleetDb>>().CreateDbContext();
            Upgrade(db, folder);
        }
        catch (SqliteException e)
        {
            throw new StartupException("database-unusable", $"{folder.File("fleet.db")}: {e.Message}",
                "Close other programs that hold it, or put a backup in its place.");
        }
    }

    /// <summary>The one place that knows which engines there are.</summary>
    private static void UseProvider(DbContextOptionsBuilder db, DataOptions options, DataFolder folder)
    {
        switch (options.Provider)
        {
            case "sqlite":
                db.UseSqlite(new SqliteConnectionStringBuilder
                {
                    DataSource = folder.File("fleet.db"),
                    ForeignKeys = true,
                    DefaultTimeout = options.BusyTimeoutS,
                }.ToString(), sqlite => sqlite.CommandTimeout(options.BusyTimeoutS));
                break;
            default:
                throw new StartupException("config-value", $"Data:Provider is '{options.Provider}'.", "Write sqlite.");
        }
    }

    private static void Upgrade(FleetDb db, DataFolder folder)
    {
        db.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL;");
        HashSet<string> known = [.. db.Database.GetMigrations()];
        List<string> applied = [.. db.Database.GetAppliedMigrations()];
        if (applied.FirstOrDefault(m => !known.Contains(m)) is { } newer)
        {
            throw new StartupException("database-newer", $"{folder.File("fleet.db")} has the change {newer}.",
                "Run the newer version of the service that made it, or put an older backup in its place.");
        }
        if (applied.Count == known.Count)
            return;
        if (applied.Count != 0)
            Keep(db, folder.File($"fleet-before-{known.First(m => !applied.Contains(m))}.db"));
        db.Database.Migrate();
    }

    private static void Keep(FleetDb db, string copy)
    {
        File.Delete(copy);
        db.Database.ExecuteSql($"VACUUM INTO {copy}");
    }

    /// <summary>For <c>dotnet ef migrations add</c>, which builds the model without a service.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<FleetDb>
    {
        public FleetDb CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<FleetDb>().UseSqlite("Data Source=:memory:").Options);
    }
}
