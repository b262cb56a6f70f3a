using System.Text.Json;
using EdgeFleet.Cli.Api;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Devices;

namespace EdgeFleet.Cli.Tests;

/// <summary>Alerts, routes, maintenance and visits from the command line.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private FleetBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await FleetBench.StartAsync(devices: 1);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task An_alert_is_listed_acknowledged_silenced_and_cleared()
    {
        await _bench.Service.Get<AlertBook>().ApplyAsync([new AlertSignal(
            _bench.Devices[0], "Renai Road", "fault:fan", AlertSource.Fault, Severity.Critical, true,
            _bench.Service.Clock.GetUtcNow(), Text: "fan")], null, null, default);
        JsonElement alert = (await _bench.JsonAsync("alerts", "list", "--severity", "critical")).Rows().Single();
        Assert.Equal((_bench.Devices[0], "fan"), (alert.Text("device"), alert.Text("text")));
        string id = alert.Text("id")!;
        Assert.Equal("acknowledged", (await _bench.DoAsync("alerts", "acknowledge", id, "--note", "mine")).Trim());
        Assert.Equal(ExitCode.Refused, (await _bench.RunAsync("alerts", "acknowledge", id)).Code);
        Assert.Contains("no alerts", await _bench.DoAsync("alerts", "list", "--new"));
        Assert.Contains("mine", await _bench.DoAsync("alerts", "show", id));
        Assert.Equal("cleared", (await _bench.DoAsync("alerts", "clear", id)).Trim());
        Assert.Contains("fan", await _bench.DoAsync("alerts", "list", "--state", "cleared"));
    }

    [Fact]
    public async Task Routes_show_their_secret_once()
    {
        string made = await _bench.DoAsync("alerts", "routes", "add", "--name", "hook", "--webhook", "https://example.org/hook");
        string secret = made.Split(' ', StringSplitOptions.TrimEntries)[^1];
        Assert.Equal(64, secret.Length);
        JsonElement route = (await _bench.JsonAsync("alerts", "routes", "list")).Rows().Single();
        Assert.DoesNotContain(secret, route.ToString());
        Assert.Equal(ExitCode.Usage, (await _bench.RunAsync("alerts", "routes", "add", "--name", "none")).Code);
        await _bench.DoAsync("alerts", "routes", "remove", route.Text("id")!);
        Assert.Contains("no routes", await _bench.DoAsync("alerts", "routes", "list"));
    }

    [Fact]
    public async Task Visits_are_listed_and_written_as_csv()
    {
        Assert.Contains("no visits", await _bench.DoAsync("visits", "list"));
        _bench.Service.Clock.SetUtcNow(_bench.Service.Clock.GetUtcNow().AddDays(2));
        await _bench.TokenAsync(Service.Features.Access.Role.Viewer);
        Assert.Contains("never connected", await _bench.DoAsync("visits", "list"));
        Assert.StartsWith("device,name,", await _bench.DoAsync("visits", "csv"));
        Assert.Equal(ExitCode.Refused, (await _bench.RunAsync("alerts", "maintenance", "begin", "Renai Road", "--reason", "mast")).Code);
    }
}
