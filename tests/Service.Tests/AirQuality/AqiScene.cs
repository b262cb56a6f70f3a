using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Provisioning;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;
using EdgeFleet.Service.Tests.Telemetry;

namespace EdgeFleet.Service.Tests.AirQuality;

/// <summary>An Air Box that reports what a test says, and the index that the service makes of it.</summary>
public abstract class AqiScene : IAsyncLifetime
{
    private const int HourMs = 3_600_000;
    private const int WindowMinutes = 5;

    private uint _sequence;

    private protected TestService Service { get; private set; } = null!;

    private protected HttpClient Viewer { get; private set; } = null!;

    private protected string Device { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Service = await TestService.StartAsync();
        Viewer = await Service.ClientAsync(Role.Viewer);
        EnrolmentWithSecret enrolment = await Board.EnrolAsync(Service);
        Device = (await new Board(Service).JoinAsync(enrolment.Enrolment.Id)).DeviceId;
    }

    public async ValueTask DisposeAsync()
    {
        Viewer.Dispose();
        await Service.DisposeAsync();
    }

    private protected static (int Index, string Category, string Dominant) Head(JsonElement answer) => (
        answer.GetProperty("index").GetInt32(), answer.GetProperty("category").GetString()!,
        answer.GetProperty("dominant").GetString()!);

    private protected async Task<JsonElement> AqiAsync(string query) =>
        await (await Viewer.GetAsync($"/api/v1/devices/{Device}/aqi?{query}")).ValueAsync<JsonElement>();

    /// <summary>An hour of the first day of 2026 of air that does not change, in windows of five minutes.</summary>
    private protected Task HourAsync(int hour, int cf1, int pm25, int pm10, int? humidity, int minutes = 60) =>
        HourAsync(hour, minute => minute >= minutes ? null :
        [
            Dust(Channels.Pm25, pm25), Dust(Channels.Pm25Factory, cf1), Dust(Channels.Pm10, pm10),
            .. humidity is { } rh ? [Humid(rh)] : Array.Empty<SentChannel>(),
        ]);

    /// <summary>An hour of the first day of 2026 in windows of five minutes; null: the node sends none for that minute.</summary>
    private protected async Task HourAsync(int hour, Func<int, SentChannel[]?> window)
    {
        long startMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() + (hour * HourMs);
        TimeSpan ahead = DateTimeOffset.FromUnixTimeMilliseconds(startMs + HourMs) - Service.Clock.GetUtcNow();
        if (ahead > TimeSpan.Zero)
            Service.Clock.Advance(ahead);
        List<SentWindow> windows = [];
        for (int minute = 0; minute < 60; minute += WindowMinutes)
        {
            if (window(minute) is { } channels)
            {
                windows.Add(new SentWindow(
                    1, ++_sequence, startMs + (minute * 60_000), WindowMinutes * 60_000, TimeQuality.Synchronised, channels));
            }
        }
        IDeviceHub hub = Service.Get<IDeviceHub>();
        await hub.ReceiveAsync(
            new FakeSession(PeerRole.Device, Device), TopicKind.Telemetry, Device, Messages.Pack(Device, windows), 1, default);
        await Service.Get<IIngestReader>().SettledAsync();
        await Service.Get<ProjectionProgress>().ReachedAsync(Service.Get<IIngestReader>().Head).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private protected static SentChannel Dust(string name, long value, int count = 60, int quality = 0) =>
        new(name, Units.MicrogramsPerCubicMetre, 0, value, value, value, 0, count, quality);

    private protected static SentChannel Humid(long percent) => new(Channels.Humidity, Units.RelativeHumidity, 0, percent, percent, percent, 0, 60);
}
