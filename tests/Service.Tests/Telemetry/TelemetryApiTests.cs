using System.Net;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Telemetry;

/// <summary>The whole way: hub, journal on disk, projector, database, REST.</summary>
public sealed class TelemetryApiTests
{
    private const string Range = "from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z";

    [Fact]
    public async Task What_a_device_sends_comes_out_of_every_route()
    {
        await using TestService service = await TestService.StartAsync();
        service.Clock.Advance(TimeSpan.FromHours(1));
        await FillAsync(service);
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);

        JsonElement latest = await Json(viewer, "devices/node-1/telemetry/latest");
        Assert.Equal("pm25", latest[0].GetProperty("channel").GetString());
        Assert.Equal(19.0, latest[0].GetProperty("mean").GetDouble());
        JsonElement page = await Json(viewer, $"devices/node-1/telemetry?{Range}&limit=6");
        Assert.Equal(6, page.GetProperty("windows").GetArrayLength());
        string next = page.GetProperty("next").GetString()!;
        page = await Json(viewer, $"devices/node-1/telemetry?{Range}&limit=6&after={next}");
        Assert.Equal(4, page.GetProperty("windows").GetArrayLength());
        Assert.False(page.TryGetProperty("next", out _));
        JsonElement buckets = (await Json(
            viewer, $"devices/node-1/telemetry/buckets?channel=pm25&interval=5m&{Range}")).GetProperty("buckets");
        Assert.Equal(12, buckets.GetArrayLength());
        Assert.Equal(12.0, buckets[0].GetProperty("mean").GetDouble());
        Assert.False(buckets[5].TryGetProperty("mean", out _));
        JsonElement summary = await Json(viewer, $"devices/node-1/telemetry/summary?channel=pm25&{Range}");
        Assert.Equal(14.5, summary.GetProperty("buckets")[0].GetProperty("mean").GetDouble(), 9);
        string csv = await viewer.GetStringAsync($"/api/v1/devices/node-1/telemetry.csv?{Range}");
        Assert.Equal(11, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("1.0.0", (await Json(viewer, "devices/node-1/state")).GetProperty("firmwareVersion").GetString());
        Assert.Equal("boot", (await Json(viewer, $"devices/node-1/events?{Range}"))[0].GetProperty("type").GetString());
        Assert.Equal("notYetReceived", (await Json(viewer, $"devices/node-1/gaps?{Range}"))
            .GetProperty("sequences")[0].GetProperty("fate").GetString());
        Assert.Equal("wrongType", JsonNamingPolicy.CamelCase.ConvertName(
            (await Json(viewer, "telemetry/rejected"))[0].GetProperty("error").GetString()!));
        JsonElement stats = await Json(viewer, "telemetry/stats?devices=true");
        Assert.Equal(10, stats.GetProperty("windowsStored").GetInt64());
        Assert.Equal("node-1", stats.GetProperty("perDevice")[0].GetProperty("device").GetString());
        using HttpClient chief = await service.ClientAsync(Role.Operator);
        Assert.Equal(0, (await Json(chief, "telemetry/audit")).GetProperty("storedTwice").GetInt64());
    }

    [Fact]
    public async Task What_is_out_of_bounds_is_named()
    {
        string[] paths =
        [
            "devices/node-1/telemetry?from=2026-01-01T00:00:00",
            "devices/node-1/telemetry?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
            "devices/node-1/telemetry?from=1990-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            "devices/node-1/telemetry?limit=0",
            "devices/node-1/telemetry?limit=10001",
            "devices/node-1/telemetry?after=1.2.3",
            "devices/node-1/telemetry/buckets?channel=pm25",
            "devices/node-1/telemetry/buckets?channel=pm25&interval=1m&points=3",
            "devices/node-1/telemetry/buckets?channel=pm25&interval=1x",
            "devices/node-1/telemetry/buckets?channel=pm25&interval=1s&from=2025-06-01T00:00:00Z",
            "devices/node-1/telemetry/buckets?channel=pm25&points=0",
            "devices/node-1/telemetry/buckets?channel=pm25&points=11001",
            "devices/node-1/telemetry/buckets?channel=pm25&interval=1h&tz=Europe/Berlin",
            "devices/node-1/telemetry/buckets?channel=pm25&interval=1d&tz=Mars/Olympus",
            "devices/node-1/events?limit=1001",
            "events?to=yesterday",
            "telemetry/rejected?limit=0",
        ];
        await using TestService service = await TestService.StartAsync();
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);
        foreach (string path in paths)
        {
            HttpResponseMessage response = await viewer.GetAsync("/api/v1/" + path);
            Assert.Equal((path, "invalid"), (path, await response.ProblemAsync(HttpStatusCode.BadRequest)));
        }
    }

    [Fact]
    public async Task Nothing_is_open_and_the_audit_is_the_operators()
    {
        await using TestService service = await TestService.StartAsync();
        using HttpClient nobody = await service.ClientAsync(null);
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/v1/telemetry/stats")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/v1/devices/a/telemetry.csv")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/api/v1/telemetry/audit")).StatusCode);
    }

    [Fact]
    public async Task A_device_that_never_reported_has_no_values_and_no_state()
    {
        await using TestService service = await TestService.StartAsync();
        using HttpClient viewer = await service.ClientAsync(Role.Viewer);
        Assert.Equal(0, (await Json(viewer, "devices/new/telemetry/latest")).GetArrayLength());
        HttpResponseMessage state = await viewer.GetAsync("/api/v1/devices/new/state");
        Assert.Equal("no-state", await state.ProblemAsync(HttpStatusCode.NotFound));
    }

    private static async Task FillAsync(TestService service)
    {
        long startMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        for (uint i = 0; i < 10; i++)
            await SendAsync(service, TopicKind.Telemetry, Messages.Pack("node-1", new SentWindow(
                1, i + 2, startMs + i * 60_000, 60_000, 0, Messages.Pm25(1000 + i * 100))));
        await SendAsync(service, TopicKind.Telemetry, [0xA0]);
        await SendAsync(service, TopicKind.Event, Messages.Event(
            new NodeEvent { Epoch = 2, Sequence = 1, Type = EventType.Boot, TimeMs = startMs }));
        await SendAsync(service, TopicKind.State, Messages.State(
            new ReportedState { Boots = 1, Sequence = 1, Epoch = 1, HardwareId = "a0b1c2d3e4f5", FirmwareVersion = "1.0.0" }));
        await service.Get<IIngestReader>().SettledAsync();
        await service.Get<ProjectionProgress>().ReachedAsync(service.Get<IIngestReader>().Head)
            .WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static ValueTask SendAsync(TestService service, TopicKind kind, byte[] payload) =>
        service.Get<IDeviceHub>().ReceiveAsync(
            new FakeSession(PeerRole.Device, "node-1"), kind, "node-1", payload, 1, CancellationToken.None);

    private static async Task<JsonElement> Json(HttpClient client, string path) =>
        await (await client.GetAsync("/api/v1/" + path)).ValueAsync<JsonElement>();
}
