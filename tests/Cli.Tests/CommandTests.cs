using System.Text.Json;
using EdgeFleet.Cli.Api;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Commands;
using EdgeFleet.Service.Features.Telemetry;

namespace EdgeFleet.Cli.Tests;

/// <summary>Commands from the command line.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private FleetBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FleetBench.StartAsync(devices: 2);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_command_is_sent_followed_and_read()
    {
        JsonElement order = await _bench.JsonAsync("commands", "send", "selfTest", "--device", _bench.Devices[0], "--key", "k");
        JsonElement run = (await _bench.JsonAsync("commands", "list", "--device", _bench.Devices[0])).Rows().Single();
        Assert.Equal(("sent", "selfTest"), (run.Text("state"), run.Text("type")));
        await AnswerAsync(_bench.Devices[0], run, ReplyStatus.Done, "line\n"u8.ToArray());
        string number = order.Text("id")!;
        Assert.Contains("1 done", await _bench.DoAsync("commands", "list"));
        Assert.Contains("done", await _bench.DoAsync("commands", "show", number));
        Assert.Equal("line", await _bench.DoAsync("commands", "data", _bench.Devices[0], run.Text("id")!));
        // The same key: the same order, which is done.
        Assert.Contains("1 done", await _bench.DoAsync("commands", "send", "selfTest", "--device", _bench.Devices[0], "--key", "k", "--wait"));
        Assert.Equal(ExitCode.Refused, (await _bench.RunAsync("commands", "cancel", number)).Code);
    }

    [Fact]
    public async Task A_command_that_fails_fails_the_waiting_script()
    {
        await _bench.DoAsync("commands", "send", "reboot", "--device", _bench.Devices[0], "--key", "k");
        JsonElement run = (await _bench.JsonAsync("commands", "list", "--device", _bench.Devices[0])).Rows().Single();
        await AnswerAsync(_bench.Devices[0], run, ReplyStatus.Failed, []);
        Ran ran = await _bench.RunAsync("commands", "send", "reboot", "--device", _bench.Devices[0], "--key", "k", "--wait");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("1 failed", ran.Output);
    }

    [Fact]
    public async Task Many_devices_are_asked_about_first()
    {
        Assert.SkipUnless(Console.IsInputRedirected, "the tests run at a terminal");
        Ran ran = await _bench.RunAsync("commands", "send", "identify", "--filter", "kind:airbox");
        Assert.Equal(ExitCode.Usage, ran.Code);
        Assert.Contains("the 2 devices", ran.Error);
        Assert.Contains("2 sent", await _bench.DoAsync("commands", "send", "identify", "--filter", "kind:airbox", "--yes"));
    }

    private Task AnswerAsync(string device, JsonElement run, ReplyStatus status, byte[] data) =>
        _bench.Service.Get<CommandCenter>().TakeAsync([new DeviceReply(
            device, run.GetProperty("id").GetUInt32(), status, "", data,
            _bench.Service.Clock.GetUtcNow().ToUnixTimeMilliseconds())], default);
}
