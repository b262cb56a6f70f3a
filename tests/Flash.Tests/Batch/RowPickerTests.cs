using EdgeFleet.Contracts;
using EdgeFleet.Flash.Batch;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;

namespace EdgeFleet.Flash.Tests.Batch;

/// <summary>Which row of a manifest a board is for.</summary>
public sealed class RowPickerTests : IDisposable
{
    private readonly TestBench _bench = new();
    private readonly BatchState _state;

    public RowPickerTests() => _state = BatchState.Load(
        StateFolders.Open(new FlashHost(), _bench.Path("state")), "m.csv", "e-1");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_board_that_is_named_gets_its_row_and_nobody_else_does()
    {
        RowPicker picker = Picker(Row("a", mac: "000000000002"), Row("b"));
        Assert.Equal("b", picker.Take(Chip(1), out _)!.Name);
        Assert.Null(picker.Take(Chip(3), out bool done));
        Assert.False(done);
        Assert.Equal("a", picker.Take(Chip(2), out _)!.Name);
        Assert.Equal(0, picker.Left);
    }

    [Fact]
    public void A_board_that_was_begun_gets_its_row_back_and_new_boards_take_rows_that_were_never_begun()
    {
        _state.Set("a", RowState.New with { HardwareId = "000000000001", Failure = Failure.CableLost });
        RowPicker picker = Picker(Row("a"), Row("b"), Row("c"));
        Assert.Equal("b", picker.Take(Chip(7), out _)!.Name);
        Assert.Equal("a", picker.Take(Chip(1), out _)!.Name);
        Assert.Equal("c", picker.Take(Chip(8), out _)!.Name);
    }

    [Fact]
    public void A_board_in_place_of_one_that_failed_takes_its_row()
    {
        _state.Set("a", RowState.New with { HardwareId = "000000000001", Failure = Failure.VerifyMismatch });
        Assert.Equal("a", Picker(Row("a")).Take(Chip(9), out _)!.Name);
    }

    [Fact]
    public void A_board_that_is_done_is_not_taken_again()
    {
        _state.Set("a", RowState.New with { HardwareId = "000000000001", Done = true });
        RowPicker picker = Picker(Row("a"), Row("b"));
        Assert.Null(picker.Take(Chip(1), out bool done));
        Assert.True(done);
        Assert.Equal(1, picker.Left);
        Assert.Equal("b", picker.Take(Chip(2), out _)!.Name);
        _state.Set("b", RowState.New with { HardwareId = "000000000002", Failure = Failure.NoAnswer });
        Assert.Null(picker.Take(Chip(2), out done));
        Assert.True(done);
    }

    [Fact]
    public void A_chip_that_a_row_does_not_want_waits_for_one_that_does()
    {
        RowPicker picker = Picker(Row("a", Board.Find("esp32-c6-devkitc-1")), Row("b", Board.Find("esp32-devkitc")));
        Assert.Equal("b", picker.Take(Chip(1), out _)!.Name);
        Assert.Null(picker.Take(Chip(2), out _));
    }

    private RowPicker Picker(params ManifestRow[] rows) => new(rows, _state, NodeKind.AirBox);

    private static ManifestRow Row(string name, Board? board = null, string? mac = null) => new(name, null, board, mac, null, null);

    private static ChipDetails Chip(int number) => new("ESP32", "ESP32-D0WD-V3 (revision v3.1)", 4, "undetermined", $"{number:x12}");
}
