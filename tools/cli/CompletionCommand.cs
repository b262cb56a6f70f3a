using System.CommandLine;

namespace EdgeFleet.Cli;

/// <summary><c>edgefleet completion</c>: what a shell needs to complete the tool's words.</summary>
internal static class CompletionCommand
{
    // The tool itself knows its words: [suggest:POSITION] prints those that fit.
    private const string Bash = """
        _edgefleet() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(edgefleet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _edgefleet edgefleet
        """;

    private const string Zsh = """
        #compdef edgefleet
        _edgefleet() {
          local -a found
          found=("${(@f)$(edgefleet "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a found
        }
        compdef _edgefleet edgefleet
        """;

    private const string Fish = """
        complete -f -c edgefleet -a '(edgefleet "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName edgefleet -ScriptBlock {
          param($word, $ast, $position)
          edgefleet "[suggest:$position]" "$ast" 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    public static Command Create()
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        Command command = new(
            "completion", "Prints what makes a shell complete this tool's words, such as: source <(edgefleet completion bash)")
        {
            shell,
        };
        command.Runs((result, output) => output.WriteLine((result.GetValue(shell) switch
        {
            "zsh" => Zsh, "fish" => Fish, "pwsh" => PowerShell, _ => Bash,
        }).ReplaceLineEndings("\n")));
        return command;
    }
}
