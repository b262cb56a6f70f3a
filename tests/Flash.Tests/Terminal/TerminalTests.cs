using System.Diagnostics;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Tests.Bench;
using EdgeFleet.Service.Features.Access;

namespace EdgeFleet.Flash.Tests.Terminal;

/// <summary>The tool as a person sees it: its own process in a real terminal, which tmux is.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly TestBench _bench = new();
    private readonly string _socket = "edgefleet-flash-" + Guid.NewGuid().ToString("N")[..8];
    private readonly CancellationTokenSource _late = new(Longest);
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        bool there = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "tmux")));
        Assert.SkipUnless(there, "tmux is not installed.");
        _fleet = await TestFleet.StartAsync();
        (_, string settings) = await _fleet.EnrolAsync(NodeKind.AirBox);
        _bench.Secret("edgefleet.cfg", settings);
        _bench.Secret("network.cfg", "ssid=site-net\npassword=eleven calm herons\n");
        _bench.Secret("token", await _fleet.TokenAsync(Role.Technician));
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet == null)
        {
            _bench.Dispose();
            return;
        }
        await TmuxAsync("kill-server");
        _bench.Dispose();
        _late.Dispose();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_person_sees_each_step_and_the_receipt()
    {
        _bench.Plug(_bench.Board());
        await StartAsync();
        string screen = await ScreenAsync("exit ");
        TestContext.Current.TestOutputHelper!.WriteLine(screen);
        Assert.Contains("exit 0", screen);
        foreach (string step in new[] { "Board", "Runtime", "Image", "Read back", "Network", "Settings", "Start", "Claim", "First window", "Sensors", "Receipt" })
            Assert.Contains("✓ " + step, screen);
        Assert.Contains("yes, with every sensor", screen);
    }

    [Fact]
    public async Task Control_C_ends_the_flasher_and_says_that_the_run_may_go_on()
    {
        SimulatedBoard board = _bench.Board().Fail("write", "hang");
        TaskCompletionSource writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        board.Asked = asked =>
        {
            if (asked == "write")
                writing.TrySetResult();
        };
        PtyLine line = _bench.Plug(board);
        await StartAsync();
        await writing.Task.WaitAsync(_late.Token);
        await TmuxAsync("send-keys", "C-c");
        string screen = await ScreenAsync("exit ");
        Assert.Contains("exit 1", screen);
        Assert.Contains("Interrupted", screen);
        // The flasher held the port as long as it lived.
        line.Occupy();
    }

    private Task StartAsync()
    {
        string script = _bench.Path("run.sh");
        string tool = Path.Combine(AppContext.BaseDirectory, "edgefleet-flash");
        File.WriteAllText(script, $"""
            trap : INT
            export EDGEFLEET_SERVER={_fleet.Url} EDGEFLEET_TOKEN_FILE={_bench.Path("token")} EDGEFLEET_FLASH_STATE={_bench.Path("state")}
            export EDGEFLEET_TECHNICIAN=Mei
            {tool} board --port {_bench.Port(0)} --board esp32-devkitc --name 'Pier 3' --settings {_bench.Path("edgefleet.cfg")} \
              --network {_bench.Path("network.cfg")} --image {_bench.Path("images")} --nanoff {_bench.Nanoff()}
            echo "exit $?"
            cat
            """);
        return TmuxAsync("new-session", "-d", "-x", "100", "-y", "44", "sh " + script);
    }

    private async Task<string> ScreenAsync(string awaited)
    {
        while (true)
        {
            string screen = await TmuxAsync("capture-pane", "-p");
            if (screen.Contains(awaited, StringComparison.Ordinal))
                return screen;
            _late.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        using Process tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", "-u", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        string output = await tmux.StandardOutput.ReadToEndAsync();
        await tmux.WaitForExitAsync();
        return output;
    }
}
