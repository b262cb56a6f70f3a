using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;
using EdgeFleet.Service.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace EdgeFleet.Service.Tests.Hosting;

/// <summary>What keeps the service from starting is said in one line that names it and what to do.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("config-value", "Http:Url", "--Http:Url=8080")]
    [InlineData("config-value", "Http:Url", "--Http:Url=ftp://127.0.0.1")]
    [InlineData("config-value", "Http:Url", "--Http:Url=http://127.0.0.1:8080/path")]
    [InlineData("config-value", "Http:Url", "--Http:Url=http://example.org")]
    [InlineData("config-value", "Mqtt:Listen", "--Mqtt:Listen=nowhere")]
    [InlineData("config-value", "Mqtt:TlsListen", "--Mqtt:TlsListen=1.2.3.4.5:1")]
    [InlineData("config-value", "PublicPort", "--Mqtt:PublicPort=70000")]
    [InlineData("config-value", "PublicPort", "--Mqtt:PublicPort=many")]
    [InlineData("config-value", "BusyTimeoutS", "--Data:BusyTimeoutS=0")]
    [InlineData("config-value", "Data:Path", "--Data:Path=")]
    [InlineData("config-value", "Data:Provider", "--Data:Provider=oracle")]
    [InlineData("config-value", "Otlp:Endpoint", "--Otlp:Endpoint=somewhere")]
    [InlineData("certificate-missing", "Mqtt:CertificatePath", "--Mqtt:TlsListen=127.0.0.1:8883")]
    [InlineData("config-not-found", "/no/such/file.json", "--config=/no/such/file.json")]
    [InlineData("config-not-found", "--config", "--config")]
    public void A_setting_that_cannot_be_meant_is_named(string name, string what, string argument)
    {
        StartupException e = Assert.Throws<StartupException>(() => FleetServiceApp.Create(
            [$"--Data:Path={_folder}", "--Mqtt:Listen=", argument]));
        Assert.Equal(name, e.Name);
        Assert.StartsWith(name + ": ", e.Message);
        Assert.Contains(what, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void An_unreadable_settings_file_is_named_with_the_place()
    {
        string file = Path.Combine(_folder, "settings.json");
        File.WriteAllText(file, "{ \"Http\": ");
        StartupException e = Assert.Throws<StartupException>(() => FleetServiceApp.Create([$"--config={file}"]));
        Assert.Equal("config-unreadable", e.Name);
        Assert.Contains(file, e.Message);
    }

    [Fact]
    public async Task A_settings_file_is_overridden_by_the_command_line()
    {
        string file = Path.Combine(_folder, "settings.json");
        File.WriteAllText(file, """{"Mqtt":{"PublicHost":"a.example","PublicPort":1},"Http":{"Url":"http://127.0.0.1:1"}}""");
        await using TestService service = await TestService.StartAsync(
            settings: [$"--config={file}", "--Mqtt:PublicPort=2"]);
        FleetOptions options = service.Get<FleetOptions>();
        Assert.Equal(("a.example", 2, "http://127.0.0.1:0"),
            (options.Mqtt.PublicHost, options.Mqtt.PublicPort, options.Http.Url));
    }

    [Fact]
    public void A_data_folder_that_cannot_be_made_is_named()
    {
        // Permissions would not stop the superuser; a file in the way stops everybody.
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        StartupException e = Assert.Throws<StartupException>(() => DataFolder.Open(Path.Combine(file, "data")));
        Assert.Equal("data-folder-unwritable", e.Name);
        Assert.Contains("Data:Path", e.Message);
    }

    [Fact]
    public async Task A_data_folder_has_one_service_at_a_time()
    {
        await using (TestService first = await TestService.StartAsync(_folder))
        {
            StartupException e = Assert.Throws<StartupException>(() => FleetServiceApp.Create(
                [$"--Data:Path={_folder}", "--Mqtt:Listen="]));
            Assert.Equal("data-folder-in-use", e.Name);
        }
        await using TestService second = await TestService.StartAsync(_folder);
    }

    [Fact]
    public async Task Keys_are_for_the_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no permission bits.");
            return;
        }
        await using TestService service = await TestService.StartAsync(_folder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(_folder, "keys")));
        string key = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "keys")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "fleet.db"), new string('x', 5000));
        Assert.Equal("database-unusable", Assert.Throws<StartupException>(() => FleetServiceApp.Create(
            [$"--Data:Path={_folder}", "--Mqtt:Listen="])).Name);
    }

    [Fact]
    public async Task A_database_of_a_newer_service_is_left_alone()
    {
        await using (TestService service = await TestService.StartAsync(_folder))
        {
            await using FleetDb db = await service.Get<IDbContextFactory<FleetDb>>().CreateDbContextAsync();
            await db.Database.ExecuteSqlRawAsync(
                "INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Future', '99.0.0')");
        }
        SqliteConnection.ClearAllPools();
        StartupException e = Assert.Throws<StartupException>(() => FleetServiceApp.Create(
            [$"--Data:Path={_folder}", "--Mqtt:Listen="]));
        Assert.Equal("database-newer", e.Name);
        Assert.Contains("29990101000000_Future", e.Message);
    }

    [Fact]
    public async Task The_migrations_lead_to_the_model()
    {
        await using TestService service = await TestService.StartAsync(_folder);
        await using FleetDb db = await service.Get<IDbContextFactory<FleetDb>>().CreateDbContextAsync();
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task A_port_in_use_ends_the_process_with_one_line()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                typeof(FleetServiceApp).Assembly.Location, $"--Data:Path={_folder}",
                $"--Http:Url=http://127.0.0.1:{port}", "--Mqtt:Listen=", "--Logging:LogLevel:Default=None",
            },
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("edgefleet: port-in-use: ", line);
        Assert.Contains(port.ToString(), line);
        Assert.DoesNotContain("   at ", await output);
    }
}
