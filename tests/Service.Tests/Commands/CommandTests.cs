using System.Net;
using System.Net.Http.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Cbor;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Audit;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Gateway;
using EdgeFleet.Service.Ingest;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Commands;

/// <summary>Commands from the order to the answer: sent, sent again, answered, expired, called back, kept.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-test-").FullName;
    private TestService _service = null!;
    private string[] _ids = null!;

    private CommandCenter Center => _service.Get<CommandCenter>();

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync(_folder);
        string enrolment = (await Board.EnrolAsync(_service)).Enrolment.Id;
        _ids = new string[3];
        for (int i = 0; i < _ids.Length; i++)
            _ids[i] = (await new Board(_service, $"0123456789{i:x2}").JoinAsync(enrolment)).DeviceId;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_connected_device_gets_its_command_at_once_and_its_answers_are_kept()
    {
        _service.Link.Accepts = _ => true;
        using HttpClient client = await _service.ClientAsync(Role.Technician);
        CommandOrder order = await (await client.PostAsync("/api/v1/commands",
            new { type = "selfTest", devices = new[] { _ids[0] }, argument = "z", expiresInS = 60 })).ValueAsync<CommandOrder>();
        Assert.Equal((1, 1), (order.Devices, order.Counts[CommandState.Sent]));
        Command sent = Assert.Single(Sent(_ids[0]));
        Assert.Equal((CommandType.SelfTest, "z", _service.Clock.GetUtcNow().AddSeconds(60).ToUnixTimeMilliseconds()),
            (sent.Type, sent.Argument, sent.ExpiryMs));

        await ReplyAsync(_ids[0], sent.Id, ReplyStatus.Accepted);
        Assert.Equal(CommandState.Accepted, (await LastAsync(client, _ids[0])).State);
        await ReplyAsync(_ids[0], sent.Id, ReplyStatus.Done, "0.3 g", [.. "line 1\nline 2"u8]);
        // The same again, and another device that says it was its own.
        await ReplyAsync(_ids[0], sent.Id, ReplyStatus.Failed, "late");
        await ReplyAsync(_ids[1], sent.Id, ReplyStatus.Failed, "not mine");
        DeviceCommand done = await LastAsync(client, _ids[0]);
        Assert.Equal((CommandState.Done, "0.3 g", 13), (done.State, done.Text, done.DataBytes));
        using HttpResponseMessage data = await client.GetAsync($"/api/v1/devices/{_ids[0]}/commands/{done.Id}/data");
        Assert.Equal(("text/plain", "line 1\nline 2"),
            (data.Content.Headers.ContentType!.MediaType, await data.Content.ReadAsStringAsync()));
        Assert.Equal(0, Center.OpenCount);
        Assert.Empty((await (await client.GetAsync("/api/v1/telemetry/rejected")).ValueAsync<RejectedAnswer[]>()));

        AuditEntry audit = Assert.Single((await _service.Get<AuditLog>().SearchAsync(_ids[0], action: "command.")).Items);
        Assert.Contains("selfTest", audit.After);
    }

    [Fact]
    public async Task An_offline_device_gets_it_when_it_comes_back_after_the_time_of_day()
    {
        _service.Link.Accepts = _ => false;
        await OrderAsync(CommandType.Reboot, [_ids[0]], seconds: 600);
        _service.Link.Accepts = _ => true;
        await RestartAsync();
        _service.Link.Accepts = _ => true;
        await SubscribeAsync(_ids[0]);
        Assert.Equal([TopicKind.Desired, TopicKind.Command],
            _service.Link.Sent.Where(s => s.Id == _ids[0]).Select(s => s.Kind));
        uint id = Assert.Single(Sent(_ids[0])).Id;

        // Unanswered, it is sent again with every connection under the same id, and after the answer never more.
        await SubscribeAsync(_ids[0]);
        Assert.Equal([id, id], Sent(_ids[0]).Select(c => c.Id));
        await ReplyAsync(_ids[0], id, ReplyStatus.Done);
        await SubscribeAsync(_ids[0]);
        Assert.Equal(2, Sent(_ids[0]).Count);
    }

    [Fact]
    public async Task What_is_too_late_is_not_sent_and_expires()
    {
        _service.Link.Accepts = id => id == _ids[1];
        CommandOrder order = await OrderAsync(CommandType.Identify, [_ids[0], _ids[1]], seconds: 60);
        _service.Link.Accepts = _ => true;
        _service.Clock.Advance(TimeSpan.FromSeconds(60));
        await SubscribeAsync(_ids[0]);
        Assert.Empty(Sent(_ids[0]));
        await Center.TidyAsync(default);
        Assert.Equal((1, 1), (await CountAsync(order, CommandState.Expired), await CountAsync(order, CommandState.Sent)));
        _service.Clock.Advance(TimeSpan.FromSeconds(CommandLimits.AnswerGraceS));
        await Center.TidyAsync(default);
        Assert.Equal(2, await CountAsync(order, CommandState.Expired));
        Assert.Equal(0, Center.OpenCount);

        // What the device did nevertheless is the truth.
        await ReplyAsync(_ids[1], Sent(_ids[1])[0].Id, ReplyStatus.Done);
        Assert.Equal((1, 1), (await CountAsync(order, CommandState.Expired), await CountAsync(order, CommandState.Done)));
    }

    [Fact]
    public async Task A_busy_connection_gets_it_with_the_chores_and_a_silent_device_again()
    {
        _service.Link.Accepts = _ => false;
        await OrderAsync(CommandType.Identify, [_ids[0]]);
        await Center.TidyAsync(default);
        Assert.Empty(Sent(_ids[0]));
        (_service.Link.Accepts, _service.Link.Connected) = (_ => true, _ => true);
        await Center.TidyAsync(default);
        Assert.Single(Sent(_ids[0]));
        await Center.TidyAsync(default);
        Assert.Single(Sent(_ids[0]));
        _service.Clock.Advance(TimeSpan.FromSeconds(CommandLimits.ResendS));
        await Center.TidyAsync(default);
        Assert.Equal(2, Sent(_ids[0]).Count);
    }

    [Fact]
    public async Task A_filter_means_the_active_devices_that_fit()
    {
        _service.Link.Accepts = _ => true;
        await _service.Get<DeviceDirectory>().UpdateAsync(_ids[1], new DevicePatch(Tags: ["canary"]), Actor.System);
        await _service.Get<DeviceDirectory>().UpdateAsync(_ids[2], new DevicePatch(Tags: ["canary"]), Actor.System);
        await _service.Get<DeviceDirectory>().QuarantineAsync(_ids[2], Actor.System);
        CommandOrder order = (await Center.OrderAsync(
            new CommandRequest(CommandType.Identify, Filter: "tag:canary"), Actor.System)).Value!;
        Assert.Equal((1, "tag:canary"), (order.Devices, order.Filter));
        Assert.Single(Sent(_ids[1]));
        Assert.Empty(Sent(_ids[2]));
        Assert.Equal("invalid", (await Center.OrderAsync(
            new CommandRequest(CommandType.Identify, Filter: "tag:nobody"), Actor.System)).Fault!.Name);
    }

    [Fact]
    public async Task What_was_not_sent_can_be_called_back_and_a_later_order_takes_its_place()
    {
        _service.Link.Accepts = id => id == _ids[1];
        CommandOrder first = await OrderAsync(CommandType.Reboot, [_ids[0], _ids[1]]);
        CommandOrder second = await OrderAsync(CommandType.Reboot, [_ids[0]]);
        Assert.Equal((1, 1), (await CountAsync(first, CommandState.Canceled), await CountAsync(first, CommandState.Sent)));
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        CommandOrder canceled = await (await client.PostAsync($"/api/v1/commands/{second.Id}/cancel", null)).ValueAsync<CommandOrder>();
        Assert.Equal(1, canceled.Counts[CommandState.Canceled]);
        Assert.Equal("command-sent",
            await (await client.PostAsync($"/api/v1/commands/{first.Id}/cancel", null)).ProblemAsync(HttpStatusCode.Conflict));
        _service.Link.Accepts = _ => true;
        await SubscribeAsync(_ids[0]);
        Assert.Empty(Sent(_ids[0]));
    }

    [Fact]
    public async Task The_same_key_is_the_same_order()
    {
        _service.Link.Accepts = _ => true;
        CommandRequest request = new(CommandType.Identify, [_ids[0]], Key: "night-shift-7");
        CommandOrder first = (await Center.OrderAsync(request, Actor.System)).Value!;
        CommandOrder again = (await Center.OrderAsync(request, Actor.System)).Value!;
        CommandOrder other = (await Center.OrderAsync(request, new Actor("user", "mei"))).Value!;
        Assert.Equal(first.Id, again.Id);
        Assert.NotEqual(first.Id, other.Id);
        Assert.Equal(2, Sent(_ids[0]).Count);
    }

    [Fact]
    public async Task Ids_are_not_given_again_by_a_service_that_was_set_back()
    {
        _service.Link.Accepts = _ => true;
        await OrderAsync(CommandType.Identify, [_ids[0]]);
        uint before = Sent(_ids[0])[0].Id;
        _service.Clock.Advance(TimeSpan.FromHours(1));
        await OrderAsync(CommandType.Identify, [_ids[0]]);
        // An hour of commands could have been lost, and none of their ids would come again.
        Assert.True(Sent(_ids[0])[1].Id >= before + 3600);
    }

    [Fact]
    public async Task Technicians_command_one_device_and_operators_many()
    {
        _service.Link.Accepts = _ => true;
        using HttpClient client = await _service.ClientAsync(Role.Technician);
        foreach (object body in new object[] { new { type = "identify", devices = _ids }, new { type = "identify", filter = "" } })
        {
            Assert.Equal("not-allowed",
                await (await client.PostAsync("/api/v1/commands", body)).ProblemAsync(HttpStatusCode.Forbidden));
        }
        using HttpClient operators = await _service.ClientAsync(Role.Operator);
        Assert.Equal(3, (await (await operators.PostAsync("/api/v1/commands",
            new { type = "identify", filter = "" })).ValueAsync<CommandOrder>()).Devices);
    }

    [Theory]
    [InlineData("""{"type":"explode","devices":["x"]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"type":"reboot"}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","devices":[]}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","devices":["nobody"]}""", HttpStatusCode.NotFound, "device-not-found")]
    [InlineData("""{"type":"reboot","devices":["x"],"filter":"x"}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","filter":"colour:red"}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","filter":"","expiresInS":9}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","filter":"","expiresInS":2592001}""", HttpStatusCode.BadRequest, "invalid")]
    [InlineData("""{"type":"reboot","filter":"","argument":"a\u0000"}""", HttpStatusCode.BadRequest, "invalid")]
    public async Task Orders_that_cannot_be_meant_are_refused(string body, HttpStatusCode status, string name)
    {
        using HttpClient client = await _service.ClientAsync(Role.Operator);
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(name, await (await client.PostAsync("/api/v1/commands", content)).ProblemAsync(status));
        Assert.Equal(0, Center.OpenCount);
    }

    [Fact]
    public async Task A_device_that_never_answers_is_not_drowned()
    {
        _service.Link.Accepts = _ => true;
        for (int i = 0; i < CommandLimits.MaxOpenOfDevice; i++)
            await OrderAsync(CommandType.Identify, [_ids[0]]);
        Assert.Equal("device-commands-full", (await Center.OrderAsync(
            new CommandRequest(CommandType.Identify, [_ids[0]]), Actor.System)).Fault!.Name);
        Assert.Equal(CommandLimits.MaxOpenOfDevice, Sent(_ids[0]).Count);
    }

    [Fact]
    public async Task Old_orders_are_forgotten()
    {
        _service.Link.Accepts = _ => false;
        CommandOrder order = await OrderAsync(CommandType.Identify, _ids);
        // Half a year of timers would fire one by one: the service sleeps through it.
        await RestartAsync(new ManualTimeProvider(_service.Clock.GetUtcNow().AddDays(CommandLimits.KeepDays + 1)));
        await Center.TidyAsync(default);
        Assert.Null(await Center.FindAsync(order.Id));
        Assert.Equal(0, (await Center.DevicesAsync(null, _ids[0], null, 0, 10)).Total);
    }

    private async Task RestartAsync(ManualTimeProvider? clock = null)
    {
        await _service.DisposeAsync();
        _service = await TestService.StartAsync(_folder, clock ?? _service.Clock);
    }

    private async Task<CommandOrder> OrderAsync(CommandType type, string[] devices, int seconds = 3600) =>
        (await Center.OrderAsync(new CommandRequest(type, devices, ExpiresInS: seconds), Actor.System)).Value!;

    private async Task<int> CountAsync(CommandOrder order, CommandState state) =>
        (await Center.FindAsync(order.Id))!.Counts.GetValueOrDefault(state);

    private async Task SubscribeAsync(string id) => await _service.Get<IDeviceHub>()
        .SubscribedAsync(new FakeSession(PeerRole.Device, id), TopicKind.Desired, id, default);

    private static async Task<DeviceCommand> LastAsync(HttpClient client, string id) =>
        (await (await client.GetAsync($"/api/v1/devices/{id}/commands")).ValueAsync<DeviceCommandPage>()).Items[0];

    private List<Command> Sent(string id) => [.. _service.Link.Sent.Where(s => s.Kind == TopicKind.Command && s.Id == id)
        .Select(s =>
        {
            Command command = new();
            Assert.Equal(ContractError.None, command.Read(new CborReader(s.Payload)));
            return command;
        })];

    /// <summary>A reply through the hub, the journal and the projector.</summary>
    private async Task ReplyAsync(string id, uint command, ReplyStatus status, string text = "", byte[]? data = null)
    {
        CommandReply reply = new() { Id = command, Status = status, Text = text, DataLength = data?.Length ?? 0 };
        data?.CopyTo(reply.Data, 0);
        byte[] buffer = new byte[512];
        CborWriter writer = new(buffer);
        reply.Write(writer);
        FakeSession session = new(PeerRole.Device, id);
        await _service.Get<IDeviceHub>().ReceiveAsync(session, TopicKind.Reply, id, buffer.AsMemory(0, writer.Length), 1, default);
        await _service.Get<IngestJournal>().SettledAsync();
        await _service.Get<ProjectionProgress>().ReachedAsync(_service.Get<IIngestReader>().Head);
    }
}
