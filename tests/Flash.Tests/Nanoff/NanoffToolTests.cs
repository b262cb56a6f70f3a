using EdgeFleet.Flash.Files;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Tests.Bench;

namespace EdgeFleet.Flash.Tests.Nanoff;

/// <summary>The driver of nanoff against the stand-in: what it reads out of each output, and what it calls each failure.</summary>
public sealed class NanoffToolTests : IDisposable
{
    private readonly TestBench _bench = new();
    private readonly NanoffTool _tool;

    public NanoffToolTests() => _tool = new NanoffTool(_bench.Nanoff(), TimeProvider.System);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_version_stands_in_the_first_line()
    {
        Assert.Equal(new Version(2, 5, 143), await _tool.VersionAsync(default));
    }

    [Fact]
    public async Task A_board_tells_its_chip_and_address()
    {
        SimulatedBoard board = _bench.Board("ESP32-S3", "ESP32-S3 (QFN56) (revision v0.2)");
        _bench.Plug(board);
        ChipDetails chip = await _tool.ChipAsync(_bench.Port(0), null, default);
        Assert.Equal(new ChipDetails("ESP32-S3", "ESP32-S3 (QFN56) (revision v0.2)", 4, "undetermined", board.HardwareId), chip);
    }

    [Theory]
    [InlineData("ESP32", 0x1E0000u)]
    [InlineData("ESP32-S3", 0x1B0000u)]
    [InlineData("ESP32-C3", 0x1B0000u)]
    [InlineData("ESP32-C6", 0x250000u)]
    public async Task Runtime_and_image_end_where_the_chip_starts_them(string type, uint address)
    {
        SimulatedBoard board = _bench.Board(type);
        _bench.Plug(board);
        var chip = Flash.Boards.Chip.Find(type)!;
        Assert.Equal(address, chip.DeployAddress);
        await _tool.UpdateAsync(_bench.Port(0), "ESP32_TARGET", "1.12.4.1", null, null, default);
        await _tool.DeployAsync(_bench.Port(0), "ESP32_TARGET", _bench.Image(Contracts.NodeKind.AirBox), chip.DeployAddress, null, default);
        RuntimeDetails runtime = await _tool.RuntimeAsync(_bench.Port(0), null, default);
        Assert.Equal(("ESP32_TARGET", "1.12.4.1"), (runtime.Target, runtime.Version));
        Assert.Equal("0.1.0.0", runtime.Assemblies["EdgeFleet.AirBox"]);
    }

    [Fact]
    public async Task What_is_read_back_has_the_partitions_and_the_image()
    {
        _bench.Plug(_bench.Board("ESP32-C6"));
        await _tool.UpdateAsync(_bench.Port(0), "ESP32_C6_THREAD", null, null, null, default);
        await _tool.DeployAsync(_bench.Port(0), "ESP32_C6_THREAD", _bench.Image(Contracts.NodeKind.Bridge), 0x25_0000, null, default);
        using PrivateFolder folder = new(_bench.Folder);
        byte[] flash = await _tool.ReadBackAsync(_bench.Port(0), folder, null, default);
        Assert.Equal(4 * 1024 * 1024, flash.Length);
        Assert.Equal(0x25_0000u, Flash.Boards.PartitionTable.Read(flash).Single(p => p.Label == "deploy").Offset);
        byte[] image = File.ReadAllBytes(_bench.Image(Contracts.NodeKind.Bridge));
        Assert.True(flash.AsSpan(0x25_0000, image.Length).SequenceEqual(image));
    }

    [Fact]
    public async Task Ports_are_those_that_nanoff_lists()
    {
        _bench.Plug(_bench.Board(), 0);
        _bench.Plug(_bench.Board(), 3);
        Assert.Equal([_bench.Port(0), _bench.Port(3)], await _tool.PortsAsync(default));
    }

    /// <summary>Operation, fault on the board, what this tool calls it.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "hello", "deaf", "NoAnswer" },
        { "hello", "pull", "CableLost" },
        { "erase", "pull", "CableLost" },
        { "write", "pull", "CableLost" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_in_the_loader_has_a_name_and_a_remedy(string operation, string fault, string name)
    {
        _bench.Plug(_bench.Board().Fail(operation, fault));
        FlashException problem = await Assert.ThrowsAsync<FlashException>(
            () => _tool.UpdateAsync(_bench.Port(0), "ESP32_REV3", null, null, null, default));
        Assert.Equal(name, problem.Failure.ToString());
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public async Task A_write_that_does_not_verify_is_tried_once_more_by_nanoff_and_then_named()
    {
        SimulatedBoard board = _bench.Board().Fail("write", "flip", times: 2);
        _bench.Plug(board);
        FlashException problem = await Assert.ThrowsAsync<FlashException>(() => _tool.DeployAsync(
            _bench.Port(0), "ESP32_REV3", _bench.Image(Contracts.NodeKind.AirBox), 0x1E_0000, null, default));
        Assert.Equal(Failure.VerifyMismatch, problem.Failure);
        Assert.Equal(2, board.Operations.Count(op => op == "write"));
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_busy()
    {
        PtyLine line = _bench.Plug(_bench.Board());
        line.Occupy();
        FlashException problem = await Assert.ThrowsAsync<FlashException>(() => _tool.ChipAsync(_bench.Port(0), null, default));
        Assert.Equal(Failure.PortBusy, problem.Failure);
        Assert.Contains("E6002", problem.Message);
    }

    [Fact]
    public async Task A_runtime_that_is_not_there_cannot_be_downloaded_without_a_network()
    {
        _bench.Plug(_bench.Board());
        FlashException problem = await Assert.ThrowsAsync<FlashException>(
            () => _tool.UpdateAsync(_bench.Port(0), "ESP32_REV3", null, _bench.Path("no-archive"), null, default));
        Assert.Equal(Failure.RuntimeMissing, problem.Failure);
    }

    [Fact]
    public async Task A_file_that_the_board_does_not_take_is_a_failure_though_nanoff_ends_with_0()
    {
        SimulatedBoard board = _bench.Board().Fail("file", "refuse");
        _bench.Plug(board);
        await _tool.UpdateAsync(_bench.Port(0), "ESP32_REV3", null, null, null, default);
        string source = _bench.Secret("edgefleet.cfg", "enrolment=x\n");
        string description = _bench.Path("files.json");
        File.WriteAllBytes(description, NanoffTool.Json(new
        {
            SerialPort = _bench.Port(0),
            Files = new[] { new { DestinationFilePath = @"I:\edgefleet.cfg", SourceFilePath = source } },
        }));
        FlashException problem = await Assert.ThrowsAsync<FlashException>(
            () => _tool.FilesAsync(_bench.Port(0), description, 1, null, default));
        Assert.Equal(Failure.FilesFailed, problem.Failure);
        await _tool.FilesAsync(_bench.Port(0), description, 1, null, default);
        Assert.Equal("enrolment=x\n"u8.ToArray(), board.Files[@"I:\edgefleet.cfg"]);
    }

    [Fact]
    public async Task A_flasher_that_says_nothing_more_is_ended()
    {
        _bench.Plug(_bench.Board().Fail("hello", "hang"));
        NanoffTool tool = new(_bench.Nanoff(), TimeProvider.System, TimeSpan.FromSeconds(2));
        FlashException problem = await Assert.ThrowsAsync<FlashException>(() => tool.ChipAsync(_bench.Port(0), null, default));
        Assert.Equal(Failure.NanoffHangs, problem.Failure);
        // It has left the port: the next one gets it.
        Assert.Equal("ESP32", (await _tool.ChipAsync(_bench.Port(0), null, default)).Type);
    }

    [Fact]
    public async Task Ending_the_tool_ends_the_flasher()
    {
        SimulatedBoard board = _bench.Board().Fail("hello", "hang");
        _bench.Plug(board);
        using CancellationTokenSource cancel = new();
        board.Asked = _ => cancel.CancelAsync();
        Task<ChipDetails> run = _tool.ChipAsync(_bench.Port(0), null, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        board.Asked = null;
        Assert.Equal("ESP32", (await _tool.ChipAsync(_bench.Port(0), null, default)).Type);
    }

    [Fact]
    public void A_missing_flasher_says_how_to_install_it()
    {
        FlashException problem = Assert.Throws<FlashException>(() => NanoffTool.Find(_bench.Path("no-nanoff")));
        Assert.Equal(Failure.NanoffMissing, problem.Failure);
        Assert.Contains("dotnet tool install -g nanoff", problem.Remedy);
    }
}
