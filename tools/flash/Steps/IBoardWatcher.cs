using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;

namespace EdgeFleet.Flash.Steps;

/// <summary>Who watches a board being made: a screen, a table of many, or a script.</summary>
internal interface IBoardWatcher
{
    /// <summary>A step begins.</summary>
    void Begins(Step step, string what);

    /// <summary>Something happened in it.</summary>
    void Says(Step step, string what);

    /// <summary>It is done, now or in an earlier run.</summary>
    void Done(Step step, string what, bool earlier);

    /// <summary>Which board it is, where the chip does not tell; null: nobody knows.</summary>
    Board? Choose(ChipDetails chip, IReadOnlyList<Board> candidates);

    /// <summary>Whether to do something that cannot be undone.</summary>
    bool Confirm(string question);
}
