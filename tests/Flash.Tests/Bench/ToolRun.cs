using EdgeFleet.Service.Features.Access;
using Spectre.Console;

namespace EdgeFleet.Flash.Tests.Bench;

/// <summary>What a run of the tool ended with.</summary>
internal sealed record ToolResult(int Code, string Output, string Screen);

/// <summary>Runs of the tool in this process, as a script would start it, with a service and without a person.</summary>
internal sealed class ToolRun(TestBench bench, TestFleet? fleet, Role role = Role.Technician)
{
    private string? _token;

    /// <summary>How long the tool waits for each thing.</summary>
    public Patience Patience { get; init; } = new(
        TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));

    /// <summary>Silence after which the flasher hangs.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Told of a port whose board may be unplugged, and of one that waits for a board.</summary>
    public Action<string> Unplug { get; init; } = _ => { };

    public Action<string> PlugIn { get; init; } = _ => { };

    /// <summary>The flasher that is named.</summary>
    public string Nanoff { get; set; } = bench.Nanoff();

    /// <summary>Where the tool remembers things.</summary>
    public string State => bench.Path("state");

    /// <summary>Runs it; the flasher and the folder are named where the command takes them.</summary>
    public async Task<ToolResult> RunAsync(string[] args, CancellationToken cancel = default, bool bare = false)
    {
        StringWriter output = new(), screen = new();
        if (fleet != null)
            _token ??= await fleet.TokenAsync(role);
        FlashHost host = new()
        {
            Output = output,
            Error = screen,
            Screen = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(TextWriter.Synchronized(screen)), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No,
            }),
            Interactive = false,
            Environment = name => name switch
            {
                "EDGEFLEET_SERVER" => fleet?.Url.ToString(),
                "EDGEFLEET_TOKEN" => _token,
                "EDGEFLEET_FLASH_STATE" => State,
                "EDGEFLEET_TECHNICIAN" => "Mei",
                _ => null,
            },
            FlasherQuiet = Quiet,
            Poll = TimeSpan.FromMilliseconds(100),
            Patience = Patience,
            Unplug = Unplug,
            PlugIn = PlugIn,
            Temp = bench.Temp,
        };
        string[] all = bare ? args : [.. args, "--nanoff", Nanoff];
        int code = await CommandLine.RunAsync(all, host, cancel);
        return new ToolResult(code, output.ToString(), screen.ToString());
    }
}
