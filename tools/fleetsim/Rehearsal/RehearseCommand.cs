using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Hosting;
using Spectre.Console;

namespace EdgeFleet.FleetSim.Rehearsal;

/// <summary><c>fleetsim rehearse</c>: what a board would have reported of a recording.</summary>
internal static class RehearseCommand
{
    private const int BadArguments = 1;
    private const long MaxConfigBytes = 256 * 1024;

    private static readonly DateTimeOffset DefaultStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static System.CommandLine.Command Create()
    {
        Option<string> kind = new("--kind")
        {
            Description = "The node: bridge or airbox.", Required = true, HelpName = "bridge|airbox",
        };
        kind.Validators.Add(result => Check(result, result.GetValueOrDefault<string>() is "bridge" or "airbox",
            "--kind takes bridge or airbox."));
        Option<string> input = new("--input")
        {
            Description = "The recording. Bridge: CSV (commas, semicolons or tabs; may be gzipped) or miniSEED. Air Box: CSV with a "
                + "time column, or a hex dump of a PMS5003's frames, one a second.",
            Required = true,
            HelpName = "FILE",
        };
        Option<double?> rate = new("--rate")
        {
            Description = "Samples a second of a bridge's CSV, 1 to 4000; miniSEED has its own.", HelpName = "HZ",
        };
        rate.Validators.Add(result => Check(result, result.GetValueOrDefault<double?>() is null or (>= 1 and <= 4000),
            "--rate takes 1 to 4000 Hz."));
        Option<string[]> column = new("--column")
        {
            Description = "Where the values are. Bridge: name or number, from 1, of the vertical axis' column, or AXIS=COLUMN for x, "
                + "y, z; of miniSEED the channel's code. Air Box: CHANNEL=COLUMN, such as pm25=PM2.5. May be repeated.",
            HelpName = "COLUMN",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> unit = new("--unit")
        {
            Description = "Unit of accelerations: g, mg, m/s2, or counts:SCALE with the m/s2 of one count.",
            DefaultValueFactory = _ => "g",
            HelpName = "UNIT",
        };
        unit.Validators.Add(result => Check(result, AccelerationUnit.TryParse(result.GetValueOrDefault<string>() ?? "", out _),
            "--unit takes g, mg, m/s2 or counts:SCALE, such as counts:3.8e-5."));
        Option<string?> time = new("--time")
        {
            Description = "Name of an Air Box recording's time column. Default: Time.", HelpName = "COLUMN",
        };
        Option<DateTimeOffset?> start = new("--start")
        {
            Description = "When a recording without times begins, such as 2026-01-01T00:00:00Z, which is the default.",
            HelpName = "TIME",
            CustomParser = ParseTime,
        };
        Option<string?> config = new("--config")
        {
            Description = "The node's configuration, as REST shows it: thresholds, trigger and so on. Default: the built-in one.",
            HelpName = "FILE",
        };
        Option<bool> json = new("--json") { Description = "Print everything as JSON on standard output." };
        System.CommandLine.Command command = new(
            "rehearse", "Runs the firmware of one node over a recording and shows what the board would have reported.")
        {
            kind, input, rate, column, unit, time, start, config, json,
        };
        command.SetAction((result, cancel) => RunAsync(
            new Arguments(
                result.GetValue(kind) == "bridge", result.GetValue(input)!, result.GetValue(rate), result.GetValue(column) ?? [],
                result.GetValue(unit)!, result.GetValue(time), result.GetValue(start), result.GetValue(config), result.GetValue(json)),
            cancel));
        return command;
    }

    private sealed record Arguments(
        bool Bridge, string Input, double? Rate, string[] Columns, string Unit, string? Time, DateTimeOffset? Start, string? Config,
        bool Json);

    // Exit codes: 0 rehearsed; 1 the arguments are wrong; 2 the recording or the configuration is.
    private static async Task<int> RunAsync(Arguments arguments, CancellationToken cancel)
    {
        if (Contradiction(arguments) is { } wrong)
        {
            Console.Error.WriteLine("fleetsim: " + wrong);
            return BadArguments;
        }
        try
        {
            NodeConfig? config = LoadConfig(arguments.Config);
            RehearsalReport report = await RehearseAsync(arguments, config, cancel);
            if (arguments.Json)
                Console.Out.WriteLine(report.ToJson());
            else
                RehearsalTable.Print(report, AnsiConsole.Console);
            return 0;
        }
        catch (Exception problem) when (problem is RecordingException or ConfigRefusedException)
        {
            Console.Error.WriteLine("fleetsim: " + problem.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine("fleetsim: stopped before the end; no report.");
        }
        return 2;
    }

    private static Task<RehearsalReport> RehearseAsync(Arguments arguments, NodeConfig? config, CancellationToken cancel)
    {
        long startMs = (arguments.Start ?? DefaultStart).ToUnixTimeMilliseconds();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true).StartAsync(async progress =>
        {
            ProgressTask task = progress.AddTask(Markup.Escape(Path.GetFileName(arguments.Input)), maxValue: 1);
            task.IsIndeterminate = true;
            // Reading takes a while, too.
            return await Task.Run(() => arguments.Bridge
                ? RehearsalRun.BridgeAsync(arguments.Input, LoadBridge(arguments, startMs), config, Show, cancel)
                : RehearsalRun.AirBoxAsync(arguments.Input, LoadAirBox(arguments, startMs), config, Show, cancel), cancel);

            void Show(double done)
            {
                task.IsIndeterminate = false;
                task.Value = done;
            }
        });
    }

    private static BridgeRecording LoadBridge(Arguments arguments, long startMs)
    {
        AccelerationUnit.TryParse(arguments.Unit, out AccelerationUnit? unit);
        string?[] axes = Axes(arguments.Columns);
        return MiniSeed.IsMiniSeed(arguments.Input)
            ? MiniSeed.Load(arguments.Input, axes, unit!)
            : BridgeTable.Load(arguments.Input, (int)Math.Round((arguments.Rate ?? 0) * 1000), axes, unit!, startMs);
    }

    private static IAirBoxRecording LoadAirBox(Arguments arguments, long startMs)
    {
        if (PmsDump.IsDump(arguments.Input))
            return PmsDump.Load(arguments.Input, startMs);
        Dictionary<string, string>? columns = arguments.Columns.Length == 0
            ? null
            : arguments.Columns.Select(column => column.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return AirBoxRecording.Load(arguments.Input, null, arguments.Time, columns);
    }

    private static string?[] Axes(string[] columns)
    {
        string?[] axes = new string?[3];
        foreach (string column in columns)
        {
            int axis = column.Length > 2 && column[1] == '=' ? "xyz".IndexOf(column[0]) : -1;
            axes[axis < 0 ? 2 : axis] = axis < 0 ? column : column[2..];
        }
        return axes;
    }

    // What arguments that are right by themselves cannot mean together.
    private static string? Contradiction(Arguments arguments)
    {
        if (!arguments.Bridge)
        {
            return arguments.Columns.FirstOrDefault(column => column.IndexOf('=') < 1) is { } bare
                ? $"--column {bare}: for an Air Box it takes CHANNEL=COLUMN, such as pm25=PM2.5."
                : arguments.Columns.Select(column => column.Split('=')[0]).GroupBy(name => name).FirstOrDefault(g => g.Count() > 1) is { } twice
                    ? $"--column names {twice.Key} twice."
                    : null;
        }
        if (!File.Exists(arguments.Input) || MiniSeed.IsMiniSeed(arguments.Input))
            return null;
        if (arguments.Rate == null)
            return "--rate is missing: a CSV of accelerations does not say how many samples a second it has.";
        return arguments.Columns.Length == 0
            ? "--column is missing: which column has the vertical axis, by name or number?"
            : null;
    }

    private static NodeConfig? LoadConfig(string? file)
    {
        if (file == null)
            return null;
        try
        {
            if (new FileInfo(file).Length > MaxConfigBytes)
                throw new ConfigRefusedException($"{file} is no configuration: it is larger than {MaxConfigBytes / 1024} KiB.");
            ConfigDocument document = ConfigDocument.Parse(File.ReadAllText(file));
            Result<NodeConfig> config = document.ToContract(version: 1);
            return config.Value ?? throw new ConfigRefusedException($"{file}: {config.Fault!.Detail}");
        }
        catch (JsonException e)
        {
            throw new ConfigRefusedException($"{file} is no configuration: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigRefusedException($"the configuration cannot be read: {e.Message}");
        }
    }

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time.ToUnixTimeMilliseconds() is >= Limits.MinUtcMs and < Limits.MaxUtcMs)
            return time;
        result.AddError($"'{text}' is no time from 2015 on; write it like 2026-01-01T00:00:00Z.");
        return null;
    }

    private static void Check(OptionResult result, bool good, string message)
    {
        if (!good)
            result.AddError(message);
    }
}
