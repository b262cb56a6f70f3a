using System.Net.Http.Json;
using EdgeFleet.Boards.Sim.Sensors;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Service;
using EdgeFleet.Flash.Tests.Bench;
using EdgeFleet.Service.Features.Access;

namespace EdgeFleet.Flash.Tests.Failures;

/// <summary>
/// Everything that goes wrong at a bench, one row each: it has its name, nothing secret stays behind, and once the cause is
/// gone the same command ends with a node that reports.
/// </summary>
public sealed class FailureTests : IAsyncLifetime
{
    private const string Password = "eleven calm herons";

    private readonly TestBench _bench = new();
    private TestFleet _fleet = null!;
    private string _secret = "";

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync();
        await EnrolAsync();
        _bench.Secret("network.cfg", $"ssid=site-net\npassword={Password}\n");
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _fleet.DisposeAsync();
    }

    /// <summary>The operation at which it happens, what happens, how often, what it is called.</summary>
    public static TheoryData<string, string, int, string> BoardFaults => new()
    {
        { "hello", "deaf", 2, "NoAnswer" },
        { "write", "flip", 4, "WriteFailed" },
        { "clr", "deaf", 2, "NotStarted" },
        { "network", "refuse", 2, "NetworkFailed" },
        { "file", "refuse", 2, "FilesFailed" },
        { "hello", "hang", 1, "NanoffHangs" },
        { "write", "hang", 1, "NanoffHangs" },
        { "read", "disk-full", 1, "DiskFull" },
    };

    [Theory]
    [MemberData(nameof(BoardFaults))]
    public async Task A_fault_of_the_board_has_a_name_and_the_same_command_mends_it(string operation, string fault, int times, string name)
    {
        SimulatedBoard board = _bench.Board().Fail(operation, fault, times);
        _bench.Plug(board);
        ToolRun tool = Tool(fault == "hang" ? TimeSpan.FromSeconds(3) : TimeSpan.FromSeconds(60));
        ToolResult failed = await tool.RunAsync(Board());
        Assert.True(failed.Code == 1 && failed.Screen.StartsWith(name, StringComparison.Ordinal) || failed.Screen.Contains("\n" + name + ":"), failed.Screen);
        Assert.Contains("→", failed.Screen);
        AssertNothingStays();
        _bench.Pull();
        _bench.Plug(board);
        await AssertMendsAsync(Tool(TimeSpan.FromSeconds(60)), board);
    }

    // Every operation of a board, in the order in which they first come.
    private static readonly string[] Operations = ["hello", "reset", "erase", "write", "read", "clr", "network", "file"];

    [Fact]
    public async Task The_cable_may_be_pulled_at_every_operation()
    {
        SimulatedBoard board = _bench.Board();
        foreach (string operation in Operations)
            board.Fail(operation, "pull");
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        for (int pulled = 0; pulled < Operations.Length; pulled++)
        {
            _bench.Plug(board);
            ToolResult run = await tool.RunAsync(Board());
            Assert.True(run.Code == 1 && run.Screen.Contains("CableLost"), run.Screen);
            AssertNothingStays();
            _bench.Pull();
        }
        _bench.Plug(board);
        await AssertMendsAsync(tool, board);
    }

    [Fact]
    public async Task A_run_may_be_ended_at_every_operation_and_goes_on_where_it_stopped()
    {
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        List<string> moments = [.. Operations];
        while (moments.Count != 0)
        {
            using CancellationTokenSource person = new();
            bool pressed = false;
            board.Asked = asked =>
            {
                if (pressed || !moments.Remove(asked))
                    return;
                pressed = true;
                person.Cancel();
            };
            ToolResult ended = await tool.RunAsync(Board(), person.Token);
            Assert.True(ended.Code == 1 && ended.Screen.Contains("Interrupted"), ended.Screen);
            AssertNothingStays();
        }
        board.Asked = null;
        int erased = board.Operations.Count(op => op == "erase");
        await AssertMendsAsync(tool, board);
        Assert.Equal(erased, board.Operations.Count(op => op == "erase"));
    }

    [Fact]
    public async Task A_run_may_be_ended_while_it_waits_for_the_service()
    {
        SimulatedBoard board = _bench.Board();
        board.Silent = true;
        _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60), claimS: 600);
        using CancellationTokenSource person = new();
        board.Asked = asked =>
        {
            if (asked == "reset" && board.Files.Count != 0)
                person.CancelAfter(TimeSpan.FromSeconds(1));
        };
        ToolResult ended = await tool.RunAsync(Board(), person.Token);
        Assert.True(ended.Code == 1 && ended.Screen.Contains("Interrupted"), ended.Screen);
        board.Asked = null;
        board.Silent = false;
        int erased = board.Operations.Count(op => op == "erase");
        await AssertMendsAsync(tool, board);
        Assert.Equal(erased, board.Operations.Count(op => op == "erase"));
    }

    [Fact]
    public async Task A_bit_that_turns_after_the_flasher_has_verified_it_is_found_by_reading_back()
    {
        SimulatedBoard board = _bench.Board();
        board.Asked = asked =>
        {
            if (asked == "read")
                board.Corrupt(0x1E_0000 + 4711);
        };
        _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        ToolResult failed = await tool.RunAsync(Board());
        Assert.Contains("VerifyMismatch", failed.Screen);
        Assert.Contains("0x1E1267", failed.Screen);
        board.Asked = null;
        await AssertMendsAsync(tool, board);
    }

    [Fact]
    public async Task A_busy_port_a_missing_one_and_a_wrong_chip_are_told_apart_before_anything_is_erased()
    {
        SimulatedBoard board = _bench.Board();
        PtyLine line = _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        line.Occupy();
        Assert.Contains("PortBusy", (await tool.RunAsync(Board())).Screen);
        line.Release();
        Assert.Contains("WrongChip", (await tool.RunAsync([.. Board("esp32-c3-devkitm-1")])).Screen);
        Assert.DoesNotContain("erase", board.Operations);
        _bench.Pull();
        Assert.Contains("PortMissing", (await tool.RunAsync(Board())).Screen);
        SimulatedBoard old = _bench.Board("ESP32", "ESP32-D0WDQ6 (revision v1.0)");
        _bench.Plug(old);
        ToolResult revision = await tool.RunAsync(Board());
        Assert.Contains("revision 3 or later", revision.Screen.ReplaceLineEndings(" "));
        Assert.DoesNotContain("erase", old.Operations);
    }

    [Fact]
    public async Task A_missing_flasher_and_an_old_one_say_how_to_get_another()
    {
        _bench.Plug(_bench.Board());
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        string good = tool.Nanoff;
        tool.Nanoff = _bench.Path("no-nanoff");
        ToolResult missing = await tool.RunAsync(Board());
        Assert.True(missing.Code == 1 && missing.Screen.Contains("NanoffMissing") && missing.Screen.Contains("dotnet tool install"), missing.Screen);
        tool.Nanoff = _bench.Nanoff("STANDIN_VERSION=2.4.11");
        ToolResult old = await tool.RunAsync(Board());
        Assert.True(old.Code == 1 && old.Screen.Contains("NanoffTooOld") && old.Screen.Contains("2.4.11"), old.Screen);
        tool.Nanoff = _bench.Nanoff("STANDIN_OFFLINE=1");
        ToolResult offline = await tool.RunAsync(Board());
        Assert.True(offline.Code == 1 && offline.Screen.Contains("RuntimeMissing") || offline.Screen.Contains("E9005"), offline.Screen);
        tool.Nanoff = good;
        Assert.Equal(0, (await tool.RunAsync(Board())).Code);
    }

    [Fact]
    public async Task An_enrolment_that_is_full_expired_or_closed_is_found_before_anything_is_erased()
    {
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60));
        await EnrolAsync(until: DateTimeOffset.UtcNow.AddSeconds(1));
        string expiring = _bench.Path("edgefleet.cfg");
        string id = File.ReadAllLines(expiring)[0]["enrolment=".Length..];
        using HttpClient operators = await _fleet.HttpAsync(Role.Operator);
        while ((await operators.GetFromJsonAsync<Enrolment>($"/api/v1/enrolments/{id}", FleetClient.Json))!.State != "expired")
            await Task.Yield();
        ToolResult expired = await tool.RunAsync(Board());
        Assert.True(expired.Code == 3 && expired.Screen.Contains("EnrolmentExpired"), expired.Screen);
        id = await EnrolAsync();
        await operators.PostAsync($"/api/v1/enrolments/{id}/close", null);
        ToolResult closed = await tool.RunAsync(Board());
        Assert.True(closed.Code == 3 && closed.Screen.Contains("EnrolmentClosed"), closed.Screen);
        await EnrolAsync(count: 1);
        SimulatedBoard first = _bench.Board();
        _bench.Plug(first, 1);
        Assert.Equal(0, (await tool.RunAsync(Board(port: 1))).Code);
        ToolResult full = await tool.RunAsync(Board());
        Assert.True(full.Code == 3 && full.Screen.Contains("EnrolmentFull"), full.Screen);
        Assert.DoesNotContain("erase", board.Operations);
    }

    [Fact]
    public async Task A_claim_that_an_operator_rejects_and_one_that_waits_are_told_apart()
    {
        await EnrolAsync(accept: false);
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        ToolRun tool = Tool(TimeSpan.FromSeconds(60), approvalS: 2);
        ToolResult waits = await tool.RunAsync(Board());
        Assert.True(waits.Code == 1 && waits.Screen.Contains("ClaimWaits"), waits.Screen);
        using HttpClient operators = await _fleet.HttpAsync(Role.Operator);
        long claim = (await operators.GetFromJsonAsync<Page<BoardClaim>>("/api/v1/claims?state=pending", FleetClient.Json))!.Items.Single().Id;
        await operators.PostAsync($"/api/v1/claims/{claim}/reject", null);
        ToolResult rejected = await tool.RunAsync(Board());
        Assert.True(rejected.Code == 3 && rejected.Screen.Contains("ClaimRefused"), rejected.Screen);
        int erased = board.Operations.Count(op => op == "erase");
        await operators.PostAsync($"/api/v1/claims/{claim}/approve", null);
        await AssertMendsAsync(Tool(TimeSpan.FromSeconds(60)), board);
        Assert.Equal(erased, board.Operations.Count(op => op == "erase"));
    }

    [Fact]
    public async Task A_node_that_says_nothing_after_it_was_started_is_not_left_alone()
    {
        SimulatedBoard board = _bench.Board();
        board.Silent = true;
        _bench.Plug(board);
        ToolResult silent = await Tool(TimeSpan.FromSeconds(60), claimS: 3).RunAsync(Board());
        Assert.True(silent.Code == 1 && silent.Screen.Contains("NodeSilent") && silent.Screen.Contains("LED"), silent.Screen);
        board.Silent = false;
        await AssertMendsAsync(Tool(TimeSpan.FromSeconds(60)), board);
    }

    [Fact]
    public async Task A_node_whose_sensor_does_not_answer_gets_no_receipt()
    {
        bool broken = true;
        SimulatedBoard board = _bench.Board();
        board.Sensors = node => node.ScalarSensors[1].Fault = broken ? SensorFault.Failed : SensorFault.None;
        _bench.Plug(board);
        ToolResult faulty = await Tool(TimeSpan.FromSeconds(60), sensorsS: 2).RunAsync(Board());
        Assert.True(faulty.Code == 1 && faulty.Screen.Contains("SensorFault") && faulty.Screen.Contains("temp"), faulty.Screen);
        broken = false;
        int erased = board.Operations.Count(op => op == "erase");
        await AssertMendsAsync(Tool(TimeSpan.FromSeconds(60)), board);
        Assert.Equal(erased, board.Operations.Count(op => op == "erase"));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_has_its_own_exit_code()
    {
        SimulatedBoard board = _bench.Board();
        _bench.Plug(board);
        ToolResult run = await Tool(TimeSpan.FromSeconds(60)).RunAsync([.. Board(), "--server", "http://127.0.0.1:9"]);
        Assert.True(run.Code == 4 && run.Screen.Contains("ServiceUnreachable"), run.Screen);
        Assert.Empty(board.Operations);
        ToolResult usage = await Tool(TimeSpan.FromSeconds(60)).RunAsync(["board", "--nonsense"]);
        Assert.Equal(2, usage.Code);
    }

    private ToolRun Tool(TimeSpan quiet, int claimS = 60, int approvalS = 60, int sensorsS = 60) => new(_bench, _fleet)
    {
        Quiet = quiet,
        Patience = new Patience(
            TimeSpan.FromSeconds(claimS), TimeSpan.FromSeconds(approvalS), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(sensorsS)),
    };

    private async Task<string> EnrolAsync(int count = 100, bool accept = true, DateTimeOffset? until = null)
    {
        (string id, string settings) = await _fleet.EnrolAsync(NodeKind.AirBox, count, accept, until);
        _bench.Secret("edgefleet.cfg", settings);
        _secret = settings.Split('\n').Single(line => line.StartsWith("secret=", StringComparison.Ordinal))["secret=".Length..];
        return id;
    }

    private string[] Board(string board = "esp32-devkitc", int port = 0) =>
    [
        "board", "--port", _bench.Port(port), "--board", board, "--settings", _bench.Path("edgefleet.cfg"), "--network", _bench.Path("network.cfg"),
        "--image", _bench.Path("images"), "--yes",
    ];

    private async Task AssertMendsAsync(ToolRun tool, SimulatedBoard board)
    {
        ToolResult mended = await tool.RunAsync(Board());
        Assert.True(mended.Code == 0, mended.Screen);
        DeviceView device = Assert.Single(await _fleet.DevicesAsync(), view => view.Device.HardwareId == board.HardwareId);
        Assert.True(device.Online);
        AssertNothingStays();
    }

    /// <summary>No private folder, and no secret in a file that stays, nor among the arguments of any call.</summary>
    private void AssertNothingStays()
    {
        Assert.Empty(Directory.GetFileSystemEntries(_bench.Temp));
        string[] kept = [_bench.Calls, .. Directory.GetFiles(_bench.Path("state"), "*", SearchOption.AllDirectories)];
        foreach (string text in kept.Where(File.Exists).Select(File.ReadAllText))
        {
            Assert.DoesNotContain(_secret, text);
            Assert.DoesNotContain(Password, text);
        }
    }
}
