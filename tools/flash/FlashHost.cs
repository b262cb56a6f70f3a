using Spectre.Console;

namespace EdgeFleet.Flash;

/// <summary>What a run has around it: where it writes, what it asks, how long it waits. Tests give their own.</summary>
internal sealed record FlashHost
{
    /// <summary>Results, and with <c>--json</c> nothing but JSON.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>What is wrong with the arguments.</summary>
    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>Progress and problems.</summary>
    public IAnsiConsole Screen { get; init; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Whether somebody is there to answer.</summary>
    public bool Interactive { get; init; } = !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Silence after which nanoff hangs.</summary>
    public TimeSpan FlasherQuiet { get; init; } = FlashLimits.FlasherQuiet;

    /// <summary>Between two looks at the service.</summary>
    public TimeSpan Poll { get; init; } = FlashLimits.Poll;

    /// <summary>Told of a port whose board may be unplugged; a bench with a lamp or a hub that switches hangs on it.</summary>
    public Action<string> Unplug { get; init; } = _ => { };

    /// <summary>Told of a port that waits for a board.</summary>
    public Action<string> PlugIn { get; init; } = _ => { };

    /// <summary>Where private folders are made; null: where the system has its own.</summary>
    public string? Temp { get; init; }

    /// <summary>How long a claim, an approval, a window and the sensors are waited for, each.</summary>
    public Patience Patience { get; init; } = new(
        FlashLimits.Claim, FlashLimits.Approval, FlashLimits.Telemetry, FlashLimits.Sensors);
}

/// <summary>How long each thing is waited for.</summary>
internal sealed record Patience(TimeSpan Claim, TimeSpan Approval, TimeSpan Telemetry, TimeSpan Sensors);
