using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeFleet.FleetSim.Tests.Support;

namespace EdgeFleet.FleetSim.Tests.Real;

/// <summary>The simulator as it is started from the command line, over real MQTT.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgefleet-demo-").FullName;
    private readonly int _http = Ports.Free();
    private readonly int _mqtt = Ports.Free();

    private string[] Places => ["--http", $"http://127.0.0.1:{_http}", "--mqtt", $"127.0.0.1:{_mqtt}"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_demo_says_where_to_look_and_ends_cleanly_on_ctrl_c()
    {
        using SimulatorProcess demo = await SimulatorProcess.StartAsync(_folder, "Ctrl-C ends it.", [.. Places, "--window", "1s"]);
        Assert.Contains("12 Air Boxes and 4 bridge nodes", demo.Output);
        Assert.Contains($"http://127.0.0.1:{_http}/", demo.Output);
        Assert.Matches("Sign in as 'admin' with the one-time password \\S+", demo.Output);
        using (var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_http}") })
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz")).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/devices")).StatusCode);
        }
        demo.PressCtrlC();
        Assert.Equal(0, await demo.EndAsync());
        Assert.Contains("Every window is accounted for.", demo.Output);
        // The service outlives the signal by as long as the nodes need.
        Assert.DoesNotContain("could not hand in", demo.Output);
        Assert.Matches("windows still on nodes +0", demo.Output);
        Assert.DoesNotContain("Unhandled", demo.Output + demo.Error);
        Assert.True(File.Exists(Path.Combine(_folder, "data", "fleet.db")));
    }

    [Fact]
    public async Task A_script_gets_a_summary_and_a_second_run_finds_its_fleet_again()
    {
        string[] arguments = [.. Places, "--nodes", "8", "--window", "1s", "--for", "8s", "--faults", "rough", "--json"];
        for (int run = 0; run < 2; run++)
        {
            var (code, output, error) = await SimulatorProcess.RunAsync(_folder, arguments);
            Assert.True(code == 0, error);
            JsonElement summary = JsonDocument.Parse(output).RootElement;
            Assert.Equal(8, summary.GetProperty("nodesReporting").GetInt32());
            Assert.True(summary.GetProperty("balanced").GetBoolean());
            Assert.InRange(summary.GetProperty("windowsProduced").GetInt32(), 8, 8 * 12);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, _mqtt);
        other.Start();
        var (code, _, error) = await SimulatorProcess.RunAsync(_folder, [.. Places, "--for", "1s"]);
        Assert.Equal(2, code);
        Assert.Contains($"{_mqtt}", error);
        Assert.Contains("--mqtt", error);
        Assert.DoesNotContain("   at ", error);
    }
}
