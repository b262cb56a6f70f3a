using System.Text.Json;
using EdgeFleet.Cli.Api;
using EdgeFleet.Service.Features.Access;

namespace EdgeFleet.Cli.Tests;

/// <summary>The tool against the service: tables, JSON, errors and exit codes.</summary>
public sealed class FleetTests : IAsyncLifetime
{
    private FleetBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FleetBench.StartAsync(devices: 3);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Devices_are_named_tagged_and_found()
    {
        string id = _bench.Devices[1];
        string one = await _bench.DoAsync("devices", "update", id, "--name", "Library [2]", "--tags", "canary,pilot");
        Assert.Contains("Library [2]", one);
        string list = await _bench.DoAsync("devices", "list", "--filter", "tag:canary kind:airbox");
        Assert.Contains(id, list);
        Assert.DoesNotContain(_bench.Devices[0], list);
        JsonElement json = await _bench.JsonAsync("devices", "list", "--filter", "-tag:canary");
        Assert.Equal(2, json.GetProperty("total").GetInt32());
        Assert.Equal("no devices", await _bench.DoAsync("devices", "list", "--filter", "kind:bridge"));
        Assert.Contains("1 of 3 devices", await _bench.DoAsync("devices", "list", "--top", "1"));
        Assert.Equal(2, (await _bench.JsonAsync("devices", "list", "--top", "2")).Rows().Count());

        // No tags at all is something else than tags left as they are.
        await _bench.DoAsync("devices", "update", id, "--site", "Xinyi");
        Assert.Equal(2, (await _bench.JsonAsync("devices", "show", id)).At("device.tags").GetArrayLength());
        await _bench.DoAsync("devices", "update", id, "--tags", "");
        Assert.Equal(0, (await _bench.JsonAsync("devices", "show", id)).At("device.tags").GetArrayLength());
    }

    [Fact]
    public async Task A_device_goes_in_and_out()
    {
        string id = _bench.Devices[0];
        Assert.Equal($"{id} is quarantined", await _bench.DoAsync("devices", "quarantine", id));
        Assert.Equal($"{id} is active", await _bench.DoAsync("devices", "reinstate", id));
        Assert.Equal($"{id} is decommissioned", await _bench.DoAsync("devices", "decommission", id, "--yes"));
        Ran again = await _bench.RunAsync("devices", "reinstate", id);
        Assert.Equal(ExitCode.Refused, again.Code);
        Assert.StartsWith("device-decommissioned: ", again.Error);
    }

    [Fact]
    public async Task Users_and_tokens_are_made_and_ended_and_all_of_it_is_in_the_audit()
    {
        Assert.True((await _bench.DoAsync("users", "add", "mei", "--role", "operator")).Length >= 12);
        Assert.Equal("mei is approver", await _bench.DoAsync("users", "role", "mei", "--role", "approver"));
        Assert.True((await _bench.DoAsync("users", "reset-password", "mei")).Length >= 12);
        Assert.Contains("approver", await _bench.DoAsync("users", "list"));
        Assert.Equal("mei is removed", await _bench.DoAsync("users", "remove", "mei", "--yes"));

        Assert.StartsWith("ef_", await _bench.DoAsync("tokens", "create", "script", "--role", "viewer", "--days", "3"));
        JsonElement token = (await _bench.JsonAsync("tokens", "list")).Rows().Single(t => t.Text("name") == "script");
        Assert.Equal($"{token.Text("id")} is revoked", await _bench.DoAsync("tokens", "revoke", token.Text("id")!));

        string audit = await _bench.DoAsync("audit", "list", "--top", "50");
        foreach (string action in new[] { "user.create", "user.remove", "token.create", "token.revoke" })
            Assert.Contains(action, audit);
    }

    [Fact]
    public async Task What_the_service_refuses_is_said_and_has_its_exit_code()
    {
        Ran unknown = await _bench.RunAsync("devices", "show", "nobody");
        Assert.Equal((ExitCode.Refused, ""), (unknown.Code, unknown.Output));
        Assert.Equal("device-not-found: There is no device 'nobody'.", unknown.Error.Trim());

        Ran filter = await _bench.RunAsync("devices", "list", "--filter", "kind:bridge colour:red");
        Assert.Equal(ExitCode.Usage, filter.Code);
        Assert.Contains("column 13", filter.Error);

        Ran place = await _bench.RunAsync("devices", "update", _bench.Devices[0], "--latitude", "91");
        Assert.Equal(ExitCode.Usage, place.Code);
        Assert.Contains("\n  latitude: ", place.Error);

        await _bench.TokenAsync(Role.Viewer);
        Ran viewer = await _bench.RunAsync("devices", "quarantine", _bench.Devices[0]);
        Assert.Equal(ExitCode.Refused, viewer.Code);
        Assert.StartsWith("not-allowed: ", viewer.Error);

        await File.WriteAllTextAsync(_bench.TokenFile, "ef_wrong");
        Ran wrong = await _bench.RunAsync("devices", "list");
        Assert.Equal(ExitCode.Refused, wrong.Code);
        Assert.StartsWith("not-signed-in: ", wrong.Error);
    }

    [Fact]
    public async Task A_token_that_others_can_read_is_not_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permissions are those of Unix");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_bench.TokenFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Ran ran = await _bench.RunAsync("devices", "list");
        Assert.Equal(ExitCode.Failed, ran.Code);
        Assert.Contains("chmod 600", ran.Error);
        string link = _bench.TokenFile + ".link";
        File.CreateSymbolicLink(link, _bench.TokenFile);
        Assert.Contains("chmod 600", (await FleetBench.BareAsync(
            "devices", "list", "--server", _bench.Service.Url.ToString(), "--token-file", link)).Error);
    }

    [Theory]
    [InlineData("fleet.example.org", ExitCode.Usage, "write it like")]
    [InlineData("ftp://fleet.example.org", ExitCode.Usage, "write it like")]
    [InlineData("http://a:b@127.0.0.1", ExitCode.Usage, "write it like")]
    [InlineData("http://fleet.example.org", ExitCode.Usage, "use https")]
    [InlineData("http://127.0.0.1:1", ExitCode.Unreachable, "cannot be reached")]
    public async Task Servers_that_cannot_be_asked_are_named(string server, int code, string part)
    {
        Ran ran = await FleetBench.BareAsync("devices", "list", "--server", server, "--token-file", _bench.TokenFile);
        Assert.Equal(code, ran.Code);
        Assert.Contains(part, ran.Error);
    }

    [Theory]
    [InlineData("devices list --token secret")]
    [InlineData("devices list --top 0")]
    [InlineData("devices colour")]
    [InlineData("users add mei --role king")]
    [InlineData("completion tcsh")]
    public async Task Wrong_words_have_the_code_of_wrong_words(string words) =>
        Assert.Equal(ExitCode.Usage, (await _bench.RunAsync(words.Split(' '))).Code);

    [Theory]
    [InlineData("bash", "complete -F")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -f -c edgefleet")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Shells_learn_to_complete(string shell, string part)
    {
        Assert.Contains(part, (await FleetBench.BareAsync("completion", shell)).Output);
        Ran suggested = await FleetBench.BareAsync("[suggest:15]", "edgefleet devi");
        Assert.Contains("devices", suggested.Output);
    }
}
