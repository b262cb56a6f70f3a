using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;
using Spectre.Console;

namespace EdgeFleet.Flash.Steps;

/// <summary>Shows one board being made: a line for each step, and what happens in it while it happens.</summary>
internal sealed class ScreenWatcher(FlashHost host, bool yes) : IBoardWatcher
{
    private const int Narrow = 60;

    private readonly bool _asks = host.Interactive && !yes;
    private bool _hasLine;

    /// <summary>What a step is called.</summary>
    public static string Title(Step step) => step switch
    {
        Step.Detect => "Board",
        Step.Runtime => "Runtime",
        Step.Image => "Image",
        Step.ReadBack => "Read back",
        Step.Network => "Network",
        Step.Files => "Settings",
        Step.Start => "Start",
        Step.Claim => "Claim",
        Step.Telemetry => "First window",
        Step.Sensors => "Sensors",
        _ => "Receipt",
    };

    public void Begins(Step step, string what)
    {
        Clear();
        Show(step, what);
    }

    public void Says(Step step, string what)
    {
        if (step is Step.Claim or Step.Sensors)
        {
            Clear();
            host.Screen.MarkupLineInterpolated($"    [grey]{what}[/]");
            return;
        }
        Show(step, what);
    }

    public void Done(Step step, string what, bool earlier)
    {
        Clear();
        string remark = earlier ? " (done before)" : "";
        host.Screen.MarkupLineInterpolated($"[green]✓[/] [bold]{Title(step),-13}[/]{what}[grey]{remark}[/]");
    }

    public Board? Choose(ChipDetails chip, IReadOnlyList<Board> candidates)
    {
        if (!_asks || candidates.Count == 0)
            return null;
        Clear();
        return host.Screen.Prompt(new SelectionPrompt<Board>()
            .Title($"{chip.Name}: which board is it? Read the lid of its module.").AddChoices(candidates)
            .UseConverter(board => $"{board.Title} ({board.Target})"));
    }

    public bool Confirm(string question)
    {
        if (!_asks)
            return false;
        Clear();
        return host.Screen.Prompt(new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false });
    }

    // What happens stands on one line that is written over; where there is no terminal, only what is done is written.
    private void Show(Step step, string what)
    {
        if (!host.Screen.Profile.Out.IsTerminal)
            return;
        string text = what.Length > Narrow ? what[..Narrow] + "…" : what;
        host.Screen.Write(new ControlCode($"\r\u001b[2K  {Title(step),-13}{text}"));
        _hasLine = true;
    }

    private void Clear()
    {
        if (_hasLine)
            host.Screen.Write(new ControlCode("\r\u001b[2K"));
        _hasLine = false;
    }
}
