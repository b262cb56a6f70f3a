using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Alerts;

/// <summary>A service with nodes that report events and states through the hub, and a clock that the test moves.</summary>
public sealed class AlertScene : IAsyncDisposable
{
    private readonly Dictionary<string, FakeSession> _sessions = [];
    private readonly Dictionary<string, uint> _sequences = [];
    private string? _enrolment;
    private int _boards;

    private AlertScene(TestService service) => Service = service;

    public TestService Service { get; }

    public AlertBook Book => Service.Get<AlertBook>();

    private IDeviceHub Hub => Service.Get<IDeviceHub>();

    public static async Task<AlertScene> StartAsync(
        string? folder = null, ManualTimeProvider? clock = null, string[]? settings = null) =>
        new(await TestService.StartAsync(folder, clock, settings));

    /// <summary>A node that has claimed, with a session that is not connected yet.</summary>
    public async Task<string> NodeAsync(string? site = null)
    {
        _enrolment ??= (await Board.EnrolAsync(Service, 100)).Enrolment.Id;
        string id = (await new Board(Service, $"{++_boards:x12}").JoinAsync(_enrolment)).DeviceId;
        if (site != null)
        {
            Assert.True((await Service.Get<Features.Devices.DeviceDirectory>().UpdateAsync(
                id, new Features.Devices.DevicePatch(Site: site), Features.Audit.Actor.System)).Ok);
        }
        Know(id);
        return id;
    }

    /// <summary>Gives a node that joined before a restart its session.</summary>
    public void Know(string id) => _sessions[id] = new FakeSession(PeerRole.Device, id);

    public async Task ConnectAsync(string id) => await Hub.ConnectedAsync(_sessions[id], default);

    public void Disconnect(string id) => Hub.Disconnected(_sessions[id], LinkEnd.Lost);

    /// <summary>Sends an event and waits until alerts have been made of it.</summary>
    public async Task EventAsync(
        string id, EventType type, string rule = "", Severity severity = Severity.Warning, string text = "",
        long? timeMs = null, uint? sequence = null)
    {
        uint number = sequence ?? _sequences.GetValueOrDefault(id) + 1;
        _sequences[id] = Math.Max(number, _sequences.GetValueOrDefault(id));
        await SendAsync(id, TopicKind.Event, Telemetry.Messages.Bytes(new NodeEvent
        {
            Epoch = 1,
            Sequence = number,
            Type = type,
            Severity = severity,
            Rule = rule,
            Text = text,
            TimeMs = timeMs ?? Service.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
        }.Write));
        await Service.Get<EventFollower>().FollowAsync(default);
    }

    /// <summary>Sends a state report with the node's intervals.</summary>
    public Task StateAsync(string id, int windowMs = 60_000, int stateIntervalMs = 900_000, uint sequence = 1) =>
        SendAsync(id, TopicKind.State, Telemetry.Messages.Bytes(new ReportedState
        {
            Boots = 1,
            Sequence = sequence,
            Kind = NodeKind.AirBox,
            Board = "ESP32_S3",
            FirmwareVersion = "1.0.0",
            WindowMs = windowMs,
            StateIntervalMs = stateIntervalMs,
        }.Write));

    public Task SweepAsync() => Service.Get<SilenceWatch>().SweepAsync(default);

    public async ValueTask DisposeAsync() => await Service.DisposeAsync();

    public async Task SendAsync(string id, TopicKind kind, byte[] payload)
    {
        await Hub.ReceiveAsync(_sessions[id], kind, id, payload, 9, default);
        await Service.Get<IIngestReader>().SettledAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await Service.Get<ProjectionProgress>().ReachedAsync(Service.Get<IIngestReader>().Head).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
