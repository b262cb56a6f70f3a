using System.Text.Json;
using EdgeFleet.Cli.Api;

namespace EdgeFleet.Cli.Tests;

/// <summary>Groups, kept filters, changes of many devices and configuration levels from the command line.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    private readonly string _file = Path.GetTempFileName();
    private FleetBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FleetBench.StartAsync(devices: 3);

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task Groups_are_made_changed_and_removed()
    {
        Assert.Equal("no groups", await _bench.DoAsync("groups", "list"));
        await _bench.DoAsync("groups", "create", "lab", "--device", _bench.Devices[0], "--device", _bench.Devices[1], "--description", "Bench");
        await _bench.DoAsync("groups", "change", "lab", "--add", _bench.Devices[2], "--remove", _bench.Devices[0], "--priority", "7");
        Assert.Equal(2, (await _bench.JsonAsync("groups", "devices", "lab")).GetProperty("total").GetInt32());
        await _bench.DoAsync("groups", "create", "rest", "--filter", "-group:lab");
        string list = await _bench.DoAsync("groups", "list");
        Assert.Contains("-group:lab", list);
        Assert.Contains("Bench", list);
        Ran used = await _bench.RunAsync("groups", "remove", "lab", "--yes");
        Assert.Equal(ExitCode.Refused, used.Code);
        Assert.StartsWith("group-in-use: ", used.Error);
        await _bench.DoAsync("groups", "remove", "rest", "--yes");
        Assert.Equal("lab is removed", await _bench.DoAsync("groups", "remove", "lab", "--yes"));
    }

    [Fact]
    public async Task Filters_are_kept_and_many_devices_changed()
    {
        Assert.Equal("night is kept", await _bench.DoAsync("filters", "save", "night", "kind:airbox  tag:night"));
        Assert.Contains("kind:airbox tag:night", await _bench.DoAsync("filters", "list"));
        Assert.Equal("3 of 3 devices would change",
            await _bench.DoAsync("devices", "edit", "--filter", "kind:airbox", "--add-tag", "night", "--preview"));
        Assert.Equal("3 devices changed",
            await _bench.DoAsync("devices", "edit", "--filter", "kind:airbox", "--add-tag", "night", "--site", "Xinyi", "--yes"));
        Assert.Equal(3, (await _bench.JsonAsync("devices", "list", "--filter", "tag:night site:Xinyi")).GetProperty("total").GetInt32());
        Assert.Equal(ExitCode.Usage, (await _bench.RunAsync("devices", "edit", "--filter", "kind:airbox", "--yes")).Code);
        Assert.Equal("night is forgotten", await _bench.DoAsync("filters", "remove", "night"));
    }

    [Fact]
    public async Task Levels_are_previewed_set_shown_and_cleared()
    {
        await File.WriteAllTextAsync(_file, """{"windowMs":60000}""");
        string preview = await _bench.DoAsync("config", "set", "fleet", _file, "--preview");
        Assert.Contains("3 devices would change", preview);
        Assert.Contains("windowMs none -> 60000;", preview);
        Assert.Equal("no levels", await _bench.DoAsync("config", "list"));
        Assert.Equal("3 devices changed; the level is at version 1", await _bench.DoAsync("config", "set", "fleet", _file, "--yes"));
        Assert.Contains("60000", await _bench.DoAsync("config", "list"));
        await File.WriteAllTextAsync(_file, """{"windowMs":5000}""");
        await _bench.DoAsync("config", "set", "device:" + _bench.Devices[0], _file, "--yes");
        string device = await _bench.DoAsync("config", "device", _bench.Devices[0]);
        Assert.Contains("version 2: unknown", device);
        Assert.Contains("5000", device);
        Assert.Contains("fleet", device);
        JsonElement shown = JsonDocument.Parse(await _bench.DoAsync("config", "show", "device:" + _bench.Devices[0])).RootElement;
        Assert.Equal(5000, shown.GetProperty("windowMs").GetInt32());
        await _bench.DoAsync("config", "clear", "device:" + _bench.Devices[0], "--yes");
        JsonElement status = await _bench.JsonAsync("config", "status", "--progress", "unknown");
        Assert.Equal(["1", "1", "3"], status.Rows().Select(r => r.Text("desired")!).Order());
    }

    [Theory]
    [InlineData("group:", ExitCode.Usage)]
    [InlineData("planet", ExitCode.Usage)]
    [InlineData("fleet:x", ExitCode.Usage)]
    [InlineData("group:nobody", ExitCode.Refused)]
    [InlineData("device:nobody", ExitCode.Refused)]
    public async Task Levels_that_are_not_there_are_named(string level, int code) =>
        Assert.Equal(code, (await _bench.RunAsync("config", "show", level)).Code);

    [Fact]
    public async Task A_file_that_is_no_configuration_is_refused_here_or_there()
    {
        await File.WriteAllTextAsync(_file, "{");
        Assert.Equal(ExitCode.Usage, (await _bench.RunAsync("config", "set", "fleet", _file, "--yes")).Code);
        await File.WriteAllTextAsync(_file, """{"windowMs":1}""");
        Ran ran = await _bench.RunAsync("config", "set", "fleet", _file, "--yes");
        Assert.Equal(ExitCode.Usage, ran.Code);
        Assert.StartsWith("config-window-ms: ", ran.Error);
    }
}
