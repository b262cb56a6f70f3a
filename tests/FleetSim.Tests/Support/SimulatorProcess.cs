using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeFleet.FleetSim.Tests.Support;

/// <summary>The simulator as a person or a script starts it, in an empty folder.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private const int Interrupt = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SimulatorProcess(string folder, string? awaited, string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "fleetsim.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            },
        };
        _process.OutputDataReceived += (_, line) => Hear(_output, line.Data, awaited);
        _process.ErrorDataReceived += (_, line) => Hear(_error, line.Data, awaited);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>Runs to its end; gives the exit code.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string folder, params string[] arguments)
    {
        using var simulator = new SimulatorProcess(folder, null, arguments);
        int code = await simulator.EndAsync();
        return (code, simulator.Output, simulator.Error);
    }

    /// <summary>Starts, and completes once it has said <paramref name="awaited"/>.</summary>
    public static async Task<SimulatorProcess> StartAsync(string folder, string awaited, params string[] arguments)
    {
        var simulator = new SimulatorProcess(folder, awaited, arguments);
        try
        {
            await simulator._awaited.Task.WaitAsync(Patience);
            return simulator;
        }
        catch (TimeoutException)
        {
            string said = simulator.Output + simulator.Error;
            simulator.Dispose();
            throw new TimeoutException($"The simulator never said '{awaited}', but: {said}");
        }
    }

    /// <summary>What Ctrl-C does.</summary>
    public void PressCtrlC() => Assert.Equal(0, Kill(_process.Id, Interrupt));

    /// <summary>Waits for its end; gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Hear(StringBuilder into, string? line, string? awaited)
    {
        if (line == null)
            return;
        lock (into)
            into.AppendLine(line);
        if (awaited != null && line.Contains(awaited, StringComparison.Ordinal))
            _awaited.TrySetResult();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
