namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>A recording that cannot be replayed; the message names file, line and column.</summary>
public sealed class RecordingException(string file, int line, string column, string fault)
    : Exception($"{Path.GetFileName(file)}{(line > 0 ? $", line {line}" : "")}{(column.Length > 0 ? $", column {column}" : "")}: {fault}")
{
    /// <summary>From 1; 0 where the fault is of the file as a whole.</summary>
    public int Line => line;

    /// <summary>Empty where the fault is of the line as a whole.</summary>
    public string Column => column;
}
