using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Service;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Provisioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using DeviceView = EdgeFleet.Flash.Service.DeviceView;

namespace EdgeFleet.Flash.Tests.Bench;

/// <summary>The real service, with its real gateway on a loopback port.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private TestFleet(WebApplication app, string folder, int mqtt)
    {
        (_app, _folder, Mqtt) = (app, folder, mqtt);
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Url { get; }

    public int Mqtt { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestFleet> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("edgefleet-flash-service-").FullName;
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int mqtt = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        WebApplication app = FleetServiceApp.Create(
            [
                $"--Data:Path={folder}", "--Http:Url=http://127.0.0.1:0", $"--Mqtt:Listen=127.0.0.1:{mqtt}", "--Logging:LogLevel:Default=Critical",
            ],
            builder => builder.Services.AddSingleton<IHostLifetime, Quiet>());
        await app.StartAsync();
        return new TestFleet(app, folder, mqtt);
    }

    /// <summary>An API token.</summary>
    public async Task<string> TokenAsync(Role role) =>
        (await Services.GetRequiredService<ApiTokens>().CreateAsync("test", role, null, null, Actor.System)).Value!.Secret;

    /// <summary>A client of the service's own interface.</summary>
    public async Task<HttpClient> HttpAsync(Role role)
    {
        HttpClient http = new() { BaseAddress = Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(role));
        return http;
    }

    /// <summary>An enrolment; gives the text of its boards' settings.</summary>
    public async Task<(string Id, string Settings)> EnrolAsync(
        NodeKind kind, int count = 100, bool accept = true, DateTimeOffset? until = null, string site = "Dadu bridge")
    {
        EdgeFleet.Service.Features.Provisioning.EnrolmentWithSecret made = (await Services.GetRequiredService<Enrolments>().CreateAsync(
            new EnrolmentRequest(kind, site, count, until ?? DateTimeOffset.UtcNow.AddDays(1), accept), Actor.System)).Value!;
        return (made.Enrolment.Id, $"enrolment={made.Enrolment.Id}\nsecret={made.Secret}\nhost=127.0.0.1\nport={Mqtt}\ntls=no\n");
    }

    public async Task<IReadOnlyList<DeviceView>> DevicesAsync()
    {
        using HttpClient http = await HttpAsync(Role.Viewer);
        return (await http.GetFromJsonAsync<Page<DeviceView>>("/api/v1/devices?top=500", FleetClient.Json))!.Items;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Quiet : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;
    }
}
