using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Tests.Bench;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Receipts;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeFleet.Flash.Tests.Batch;

/// <summary>Forty boards at four ports, against a real service that all of them end up reporting to.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private const int Boards = 40, PortCount = 4;

    private readonly TestBench _bench = new();
    private readonly ConcurrentQueue<SimulatedBoard> _waiting = new();
    private TestFleet _fleet = null!;
    private string _manifest = "";

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync();
        (_, string settings) = await _fleet.EnrolAsync(NodeKind.AirBox, Boards);
        _bench.Secret("edgefleet.cfg", settings);
        _bench.Secret("network.cfg", "ssid=site-net\npassword=eleven calm herons\n");
        StringBuilder rows = new("name,board,latitude,longitude\n");
        for (int i = 1; i <= Boards; i++)
            rows.Append($"Box {i:00},esp32-devkitc,{22.6 + i / 1000.0:F3},120.3\n");
        File.WriteAllText(_manifest = _bench.Path("spring.csv"), rows.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task Forty_boards_on_four_ports_end_with_forty_receipts_and_forty_nodes_reporting()
    {
        for (int i = 0; i < Boards; i++)
            _waiting.Enqueue(_bench.Board());
        ToolResult run = await RunAsync();
        Assert.True(run.Code == 0, run.Screen);
        await AssertAllReportAsync();
        Assert.Contains("40 of 40 done", run.Screen);
        string[] results = File.ReadAllLines(_bench.Path("spring.results.csv"));
        Assert.Equal(Boards + 1, results.Length);
        Assert.All(results.Skip(1), line => Assert.Contains(",done,", line));
    }

    [Fact]
    public async Task One_in_ten_fails_by_name_and_a_second_run_does_only_those()
    {
        List<SimulatedBoard> boards = [.. Enumerable.Range(0, Boards).Select(_ => _bench.Board())];
        boards[3].Fail("write", "pull");
        boards[13].Fail("write", "flip", times: 4);
        boards[23].Fail("file", "refuse", times: 2);
        boards[33].Silent = true;
        List<SimulatedBoard> bad = [boards[3], boards[13], boards[23], boards[33]];
        boards.ForEach(_waiting.Enqueue);
        ToolResult first = await RunAsync();
        Assert.True(first.Code == 1, first.Screen);
        string[] failed = [.. File.ReadAllLines(_bench.Path("spring.results.csv")).Where(line => line.Contains(",failed,"))];
        Assert.Equal(4, failed.Length);
        string Of(SimulatedBoard board) => Assert.Single(failed, line => line.Contains(board.HardwareId));
        Assert.Contains("CableLost,Runtime", Of(boards[3]));
        Assert.Contains("WriteFailed,Runtime", Of(boards[13]));
        Assert.Contains("FilesFailed,Files", Of(boards[23]));
        Assert.Contains("NodeSilent,Claim", Of(boards[33]));
        Assert.Contains("36 of 40 done", first.Screen);

        int[] before = [.. boards.Select(board => board.Operations.Count)];
        boards[33].Silent = false;
        bad.ForEach(_waiting.Enqueue);
        ToolResult second = await RunAsync();
        Assert.True(second.Code == 0, second.Screen);
        for (int i = 0; i < Boards; i++)
            Assert.Equal(!bad.Contains(boards[i]), boards[i].Operations.Count == before[i]);
        // What was flashed before it failed is not flashed again.
        Assert.Equal(1, boards[33].Operations.Count(op => op == "erase"));
        await AssertAllReportAsync();
    }

    private Task<ToolResult> RunAsync()
    {
        ToolRun tool = new(_bench, _fleet)
        {
            Patience = new Patience(TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)),
            PlugIn = port =>
            {
                if (!File.Exists(port) && _waiting.TryDequeue(out SimulatedBoard? next))
                    _bench.Plug(next, NumberOf(port));
            },
            Unplug = port => _bench.Pull(NumberOf(port)),
        };
        List<string> ports = [.. Enumerable.Range(0, PortCount).SelectMany(i => new[] { "--port", _bench.Port(i) })];
        return tool.RunAsync(
        [
            "batch", _manifest, .. ports, "--settings", _bench.Path("edgefleet.cfg"), "--network", _bench.Path("network.cfg"), "--image", _bench.Path("images"),
        ]);
    }

    private async Task AssertAllReportAsync()
    {
        IReadOnlyList<DeviceView> devices = await _fleet.DevicesAsync();
        Assert.Equal(Boards, devices.Count);
        Assert.All(devices, view => Assert.True(view.Online, view.Device.Name));
        Assert.Equal(Boards, devices.Select(view => view.Device.Name).Distinct().Count());
        using HttpClient http = await _fleet.HttpAsync(Role.Viewer);
        foreach (DeviceView view in devices)
        {
            DeviceStats stats = (await http.GetFromJsonAsync<DeviceStats>($"/api/v1/devices/{view.Device.Id}/telemetry/stats", FleetClient.Json))!;
            Assert.True(stats.WindowsStored > 0, view.Device.Name);
        }
        ReceiptPage receipts = await _fleet.Services.GetRequiredService<ReceiptBook>().ListAsync(top: 500);
        Assert.Equal(Boards, receipts.Total);
        Assert.All(receipts.Items, receipt => Assert.True(receipt.Content.Flash!.Seen));
        Assert.Equal(Boards, receipts.Items.Select(receipt => receipt.DeviceId).Distinct().Count());
    }

    private static int NumberOf(string port) => int.Parse(Path.GetFileName(port)["ttyUSB".Length..]);
}
