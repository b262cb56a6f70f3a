using EdgeFleet.Contracts;
using EdgeFleet.Flash.Nanoff;

namespace EdgeFleet.Flash.Batch;

/// <summary>
/// Which row a board is for. A board that is named, or that a row was begun with, gets its row; any other the first row that
/// fits it: rows never begun before those whose board failed in an earlier run.
/// </summary>
internal sealed class RowPicker(IReadOnlyList<ManifestRow> rows, BatchState state, NodeKind kind)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _tried = [];

    /// <summary>Rows that are still to be tried in this run.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
                return rows.Count(row => !_tried.Contains(row.Name) && !state.Of(row.Name).Done);
        }
    }

    /// <summary>The row of a board, taken off the list; null: there is none for it.</summary>
    /// <param name="done">Whether that is because its row is done.</param>
    public ManifestRow? Take(ChipDetails chip, out bool done)
    {
        lock (_lock)
        {
            ManifestRow? own = rows.FirstOrDefault(row => row.HardwareId == chip.Mac)
                ?? rows.FirstOrDefault(row => row.HardwareId == null && state.Of(row.Name).HardwareId == chip.Mac);
            done = own != null && (state.Of(own.Name).Done || _tried.Contains(own.Name));
            if (done)
                return null;
            ManifestRow? row = own ?? rows.Where(r => r.HardwareId == null && !_tried.Contains(r.Name) && !state.Of(r.Name).Done && Fits(r, chip))
                .OrderBy(r => state.Of(r.Name).HardwareId.Length != 0).FirstOrDefault();
            if (row != null)
                _tried.Add(row.Name);
            return row;
        }
    }

    private bool Fits(ManifestRow row, ChipDetails chip)
    {
        if (row.Board is { } board)
            return board.Unlike(chip) == null;
        return (row.Kind ?? kind) != NodeKind.Bridge || Boards.Board.All.Any(b => b.Bridge && b.Unlike(chip) == null);
    }
}
