using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Telemetry;
using EdgeFleet.Service.Features.Visits;
using EdgeFleet.Service.Tests.Alerts;
using EdgeFleet.Service.Tests.Support;

namespace EdgeFleet.Service.Tests.Visits;

/// <summary>Who needs a technician, why, and who no more.</summary>
public sealed class VisitTests : IAsyncLifetime
{
    private AlertScene _scene = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _scene = await AlertScene.StartAsync();
        _id = await _scene.NodeAsync("Shezi Bridge");
    }

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_node_that_is_silent_for_a_day_is_on_the_list_until_it_is_back()
    {
        await _scene.ConnectAsync(_id);
        await _scene.StateAsync(_id);
        _scene.Disconnect(_id);
        Pass(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Empty(await VisitsAsync());
        Pass(TimeSpan.FromSeconds(1));
        Visit visit = Assert.Single(await VisitsAsync());
        Assert.Equal((_id, "Shezi Bridge", "1.0.0"), (visit.Device, visit.Site, visit.Firmware));
        Assert.Equal(VisitReason.Unreachable, Assert.Single(visit.Reasons).Kind);
        Assert.Equal([VisitItem.FlashKit, VisitItem.SpareBoard, VisitItem.PowerSupply, VisitItem.RadioKit], visit.Bring);
        await _scene.ConnectAsync(_id);
        Assert.Empty(await VisitsAsync());
    }

    [Fact]
    public async Task A_node_that_never_came_is_on_it_after_a_day()
    {
        Pass(TimeSpan.FromHours(24));
        Assert.Equal(VisitReason.NeverReported, Assert.Single(Assert.Single(await VisitsAsync()).Reasons).Kind);
    }

    [Fact]
    public async Task A_fault_counts_once_it_has_lasted_for_an_hour()
    {
        await _scene.ConnectAsync(_id);
        await _scene.EventAsync(_id, EventType.Fault, severity: Severity.Critical, text: "flash write failed");
        Pass(TimeSpan.FromMinutes(59));
        Assert.Empty(await VisitsAsync());
        Pass(TimeSpan.FromMinutes(1));
        VisitCause cause = Assert.Single(Assert.Single(await VisitsAsync()).Reasons);
        Assert.Equal((VisitReason.HardwareFault, "Fault: flash write failed"), (cause.Kind, cause.Text));
        await _scene.EventAsync(_id, EventType.FaultCleared, text: "flash write failed");
        Assert.Empty(await VisitsAsync());
    }

    [Theory]
    [InlineData(UpdateState.Rejected, UpdateReason.MissingNative, UpdateSlot.A, VisitReason.RuntimeTooOld)]
    [InlineData(UpdateState.Rejected, UpdateReason.OtherNative, UpdateSlot.B, VisitReason.RuntimeTooOld)]
    [InlineData(UpdateState.Reverted, UpdateReason.BootFailed, UpdateSlot.Golden, VisitReason.OnGolden)]
    [InlineData(UpdateState.Paused, UpdateReason.FlashFault, UpdateSlot.A, VisitReason.HardwareFault)]
    [InlineData(UpdateState.Rejected, UpdateReason.WrongKind, UpdateSlot.A, null)]
    [InlineData(UpdateState.Confirmed, UpdateReason.None, UpdateSlot.A, null)]
    public async Task What_an_update_says_may_need_a_cable(
        UpdateState state, UpdateReason reason, UpdateSlot running, VisitReason? expected)
    {
        await _scene.ConnectAsync(_id);
        ReportedState report = new()
        {
            Boots = 1, Sequence = 1, Kind = NodeKind.AirBox, Board = "ESP32_S3", FirmwareVersion = "1.0.0", WindowMs = 60_000,
            StateIntervalMs = 900_000, HasUpdate = true,
        };
        (report.Update.State, report.Update.Reason, report.Update.Running) = (state, reason, running);
        await _scene.SendAsync(_id, TopicKind.State, Telemetry.Messages.Bytes(report.Write));
        Assert.Equal(expected, (await VisitsAsync()).SelectMany(v => v.Reasons).Select(r => (VisitReason?)r.Kind).SingleOrDefault());
    }

    [Fact]
    public async Task A_failed_self_test_counts_until_a_later_one_is_passed()
    {
        await _scene.ConnectAsync(_id);
        await TestAsync(ReplyStatus.Failed);
        VisitCause cause = Assert.Single(Assert.Single(await VisitsAsync()).Reasons);
        Assert.Equal((VisitReason.SelfTestFailed, "The self-test failed: sps30 fan"), (cause.Kind, cause.Text));
        await TestAsync(ReplyStatus.Done);
        Assert.Empty(await VisitsAsync());
    }

    [Fact]
    public async Task The_list_comes_as_rest_and_csv_and_a_name_is_no_formula()
    {
        await _scene.Service.Get<DeviceDirectory>().UpdateAsync(
            _id, new DevicePatch(Name: "=cmd|' /C calc'!A0", Latitude: 25.1, Longitude: 121.5), Features.Audit.Actor.System);
        Pass(TimeSpan.FromDays(2));
        using HttpClient client = await _scene.Service.ClientAsync(Role.Viewer);
        VisitPage page = await (await client.GetAsync("/api/v1/visits?reason=neverReported")).ValueAsync<VisitPage>();
        Assert.Equal(_id, Assert.Single(page.Items).Device);
        Assert.Empty((await (await client.GetAsync("/api/v1/visits?site=elsewhere")).ValueAsync<VisitPage>()).Items);
        string[] lines = (await client.GetStringAsync("/api/v1/visits.csv")).Split("\r\n");
        Assert.StartsWith("device,name,kind,site,latitude,longitude,", lines[0]);
        Assert.StartsWith($"{_id},'=cmd|' /C calc'!A0,AirBox,Shezi Bridge,25.1,121.5,", lines[1]);
    }

    private Task<IReadOnlyList<Visit>> VisitsAsync() => _scene.Service.Get<VisitList>().AllAsync();

    private void Pass(TimeSpan time) => _scene.Service.Clock.SetUtcNow(_scene.Service.Clock.GetUtcNow() + time);

    private async Task TestAsync(ReplyStatus status)
    {
        CommandCenter commands = _scene.Service.Get<CommandCenter>();
        CommandOrder order = (await commands.OrderAsync(
            new CommandRequest(CommandType.SelfTest, [_id]), Features.Audit.Actor.System)).Value!;
        DeviceCommand run = Assert.Single((await commands.DevicesAsync(order.Id, null, null, 0, 10)).Items);
        await commands.TakeAsync([new DeviceReply(_id, (uint)run.Id, status, "sps30 fan", [],
            _scene.Service.Clock.GetUtcNow().ToUnixTimeMilliseconds())], default);
    }
}
