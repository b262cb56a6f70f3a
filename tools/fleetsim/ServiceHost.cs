using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using System.Text.Json;
using EdgeFleet.Service;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Bundles;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Ingest;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EdgeFleet.FleetSim;

/// <summary>The whole service in this process, over real time or virtual.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    private const string TokenName = "fleetsim";

    private readonly WebApplication _app;

    private ServiceHost(WebApplication app, MemoryGateway? gateway, string token)
    {
        _app = app;
        Gateway = gateway;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First(a => a.StartsWith("http", StringComparison.Ordinal));
        Address = new Uri(address);
        Api = new FleetApi(Address, token);
    }

    /// <summary>Where the pages are.</summary>
    public Uri Address { get; }

    /// <summary>The service's REST interface, as an admin.</summary>
    public FleetApi Api { get; }

    /// <summary>The gateway in memory, under virtual time.</summary>
    public MemoryGateway? Gateway { get; }

    /// <summary>The admin's one-time password; null: the admin has chosen one of its own.</summary>
    public string? AdminPassword => _app.Services.GetRequiredService<FirstStart>().AdminPassword;

    /// <summary>Starts the service; over virtual <paramref name="time"/> with the gateway in memory, else with the real one.</summary>
    /// <exception cref="StartupException">It cannot start; the message says what to do.</exception>
    public static async Task<ServiceHost> StartAsync(
        SimOptions options, string dataPath, TimeProvider? time, CancellationToken cancel)
    {
        string[] args =
        [
            $"--Data:Path={dataPath}",
            $"--Http:Url={options.Http}",
            $"--Mqtt:Listen={(time == null ? options.Mqtt : "")}",
            "--Logging:LogLevel:Default=Warning",
            // Nodes whose chance it is to have no identity or a wrong clock are part of the show, not news.
            "--Logging:LogLevel:EdgeFleet.Service.Hub=Error",
        ];
        MemoryGateway? gateway = null;
        var app = FleetServiceApp.Create(args, builder =>
        {
            // Ctrl-C ends the simulation, and that ends the service: nodes hand in their last windows in between.
            builder.Services.AddSingleton<IHostLifetime, SimulationLifetime>();
            if (time == null)
                return;
            builder.Services.AddSingleton(time);
            builder.Services.AddSingleton<MemoryGateway>();
            builder.Services.AddSingleton<IDeviceLink>(services => services.GetRequiredService<MemoryGateway>());
        });
        try
        {
            if (time != null)
                gateway = app.Services.GetRequiredService<MemoryGateway>();
            await app.StartAsync(cancel);
            var tokens = app.Services.GetRequiredService<ApiTokens>();
            // What an earlier run left behind when it was killed; its secret is gone with it.
            await RevokeTokensAsync(tokens);
            // Without an expiry: a simulation may last for years of virtual time. It ends with the service.
            var made = await tokens.CreateAsync(TokenName, Role.Admin, null, null, Actor.System, cancel);
            if (made.Fault is { } fault)
                throw new InvalidOperationException(fault.ToString());
            return new ServiceHost(app, gateway, made.Value!.Secret);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes once everything that was acknowledged so far can be read through the API.</summary>
    public async Task ProjectedAsync(CancellationToken cancel)
    {
        var journal = _app.Services.GetRequiredService<IIngestReader>();
        await _app.Services.GetRequiredService<ProjectionProgress>().ReachedAsync(journal.Head, cancel);
    }

    /// <summary>Completes once every block of a bundle that was asked for so far has been sent.</summary>
    public Task BlocksAnsweredAsync() => _app.Services.GetRequiredService<BlockServer>().AnsweredAsync();

    /// <summary>Stops the service in order.</summary>
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await RevokeTokensAsync(_app.Services.GetRequiredService<ApiTokens>());
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task RevokeTokensAsync(ApiTokens tokens)
    {
        foreach (var token in tokens.All().Where(token => token is { Name: TokenName, Owner: null }))
            await tokens.RevokeAsync(token.Id, null, Actor.System);
    }

    private sealed class SimulationLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;
    }
}
