using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.AirQuality;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Groups;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Features.Receipts;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Rollouts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Timeline;
using EdgeFleet.Service.Features.Updates;
using EdgeFleet.Service.Features.Visits;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Hub;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Live;
using EdgeFleet.Service.Storage;
using EdgeFleet.Service.Web;

namespace EdgeFleet.Service;

/// <summary>The service, put together. This file is its table of contents.</summary>
public static class FleetServiceApp
{
    /// <summary>
    /// Builds the service without starting it, so that a simulation or a test can run it in its own process.
    /// </summary>
    /// <param name="args">Settings as <c>--Data:Path=…</c>; see <see cref="FleetOptions"/>.</param>
    /// <param name="configure">Changes to the parts, such as another clock or link, made after ours are registered.</param>
    /// <exception cref="StartupException">A setting or the data folder is unusable; the message says what to do.</exception>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // Another program may be the entry assembly; pages and settings are still this assembly's.
            ApplicationName = typeof(FleetServiceApp).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddSettings(args);
        builder.AddHosting();
        builder.AddStorage();
        builder.AddLive();

        builder.AddAudit();
        builder.AddAccess();
        builder.AddDevices();
        builder.AddGroups();
        builder.AddProvisioning();
        builder.AddBundles();
        builder.AddReceipts();
        builder.AddCommands();
        builder.AddWaveforms();
        builder.AddTelemetry();
        builder.AddAirQuality();
        builder.AddUpdates();
        builder.AddRollouts();
        builder.AddTimeline();
        builder.AddAlerts();
        builder.AddVisits();
        builder.AddDeviceHub();
        builder.AddIngestJournal(services => services.GetRequiredService<DataFolder>().File("ingest.db"));
        builder.AddMqttGateway(builder.Settings().Mqtt);
        builder.AddWeb();

        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        try
        {
            app.UseStorage();
            app.UseDeviceHub();
            app.UseLanguages();
            app.UsePageErrors();
            app.UseHosting();
            app.UseWeb();
            app.UseAccess();

            app.MapHosting();
            app.MapAccess();
            app.MapAudit();
            app.MapDevices();
            app.MapConfigLevels();
            app.MapGroups();
            app.MapProvisioning();
            app.MapBundles();
            app.MapReceipts();
            app.MapCommands();
            app.MapTelemetry();
            app.MapAirQuality();
            app.MapWaveforms();
            app.MapReports();
            app.MapUpdates();
            app.MapRollouts();
            app.MapTimeline();
            app.MapAlerts();
            app.MapVisits();
            app.MapWeb();
            return app;
        }
        catch
        {
            // Some parts close themselves asynchronously alone; nothing else runs yet that this could wait for.
            app.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Runs the service until it is told to stop; gives the exit code of the process.</summary>
    public static Task<int> RunAsync(string[] args) => ServiceRunner.RunAsync(args);
}
