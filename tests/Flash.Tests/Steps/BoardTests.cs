using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Receipts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Tests.Bench;

namespace EdgeFleet.Flash.Tests.Steps;

/// <summary>One board, from bare to its receipt, against a real service.</summary>
public sealed class BoardTests : IAsyncLifetime
{
    private const string Password = "eleven calm herons";

    private readonly TestBench _bench = new();
    private TestFleet _fleet = null!;
    private ToolRun _tool = null!;
    private string _enrolment = "";
    private string _settings = "";

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync();
        _tool = new ToolRun(_bench, _fleet);
        (_enrolment, string settings) = await _fleet.EnrolAsync(NodeKind.AirBox);
        _settings = _bench.Secret("edgefleet.cfg", settings);
        _bench.Secret("network.cfg", $"ssid=site-net\npassword={Password}\n");
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_bare_board_is_seen_reporting_with_one_command()
    {
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        const string Authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        File.WriteAllText(_bench.Path("ca.pem"), Authority);
        ToolResult run = await _tool.RunAsync([.. Board(), "--board", "esp32-devkitc", "--name", "Pier 3", "--ca", _bench.Path("ca.pem"), "--json"]);
        Assert.True(run.Code == 0, run.Screen);
        Receipt receipt = JsonSerializer.Deserialize<Receipt>(run.Output, FleetClient.Json)!;
        Assert.Equal(board.HardwareId, receipt.HardwareId);
        Assert.Equal((true, "ESP32_REV3", 0x1E_0000u), (receipt.Flash!.Seen, receipt.Flash.ReadBack.Target, receipt.Flash.ReadBack.DeployAddress));
        Assert.Equal(receipt.Flash.ImageDigest, receipt.Flash.ReadBack.ImageDigest);
        DeviceView device = Assert.Single(await _fleet.DevicesAsync());
        Assert.Equal((receipt.DeviceId, "Pier 3", true), (device.Device.Id, device.Device.Name, device.Online));
        Assert.Equal([@"I:\edgefleet-ca.pem", @"I:\edgefleet.cfg"], board.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Authority, Encoding.UTF8.GetString(board.Files[@"I:\edgefleet-ca.pem"]));
        Assert.Contains("flash=4", Encoding.UTF8.GetString(board.Files[@"I:\edgefleet.cfg"]));
    }

    [Fact]
    public async Task A_board_that_is_finished_is_not_touched_again_until_it_is_asked_for()
    {
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        Assert.Equal(0, (await _tool.RunAsync([.. Board(), "--board", "esp32-devkitc"])).Code);
        int erased = board.Operations.Count(op => op == "erase");
        ToolResult second = await _tool.RunAsync([.. Board(), "--board", "esp32-devkitc"]);
        Assert.Equal(0, second.Code);
        Assert.Equal(erased, board.Operations.Count(op => op == "erase"));
        ToolResult third = await _tool.RunAsync([.. Board(), "--board", "esp32-devkitc", "--again"]);
        Assert.True(third.Code == 0, third.Screen);
        Assert.Equal(erased + 1, board.Operations.Count(op => op == "erase"));
        Assert.Single(await _fleet.DevicesAsync());
    }

    [Fact]
    public async Task A_bridge_node_is_asked_for_its_sensors_own_test()
    {
        (_, string settings) = await _fleet.EnrolAsync(NodeKind.Bridge);
        _settings = _bench.Secret("bridge.cfg", settings);
        SimulatedBoard board = _bench.Board("ESP32-S3", "ESP32-S3 (QFN56) (revision v0.2)");
        _bench.Plug(board);
        ToolResult which = await _tool.RunAsync(Board());
        Assert.True(which.Code == 2 && which.Screen.Contains("esp32-s3-devkitc-1"), which.Screen);
        ToolResult run = await _tool.RunAsync([.. Board(), "--board", "esp32-s3-devkitc-1"]);
        Assert.True(run.Code == 0, run.Screen);
        // The simulated accelerometer has none; the node itself says so, over the service.
        Assert.Contains("self-test: none on this node", run.Screen);
        Assert.Contains("EdgeFleet.Bridge", run.Screen);
    }

    private string[] Board() =>
    [
        "board", "--port", _bench.Port(0), "--settings", _settings, "--network", _bench.Path("network.cfg"), "--image", _bench.Path("images"), "--yes",
    ];
}
