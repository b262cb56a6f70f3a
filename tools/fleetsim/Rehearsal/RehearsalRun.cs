using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Replay;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.Contracts;
using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware;

namespace EdgeFleet.FleetSim.Rehearsal;

/// <summary>The configuration was refused by the node that it is for.</summary>
public sealed class ConfigRefusedException(string message) : Exception(message);

/// <summary>
/// Runs one node's own code over a recording, in virtual time, and gives what it reported. The same recording and
/// configuration give the same report.
/// </summary>
public static class RehearsalRun
{
    // The node starts before the recording does: it claims and hears its configuration, and a dust sensor warms up.
    private const long LeadMs = 60_000;

    // A window more than an hour after the end: the last one is closed, and everything handed in.
    private const long TailMs = Limits.MaxWindowMs + 60_000;

    private const int MostTurns = 10_000;

    /// <summary>Runs a bridge node.</summary>
    public static Task<RehearsalReport> BridgeAsync(
        string input, BridgeRecording recording, NodeConfig? config, Action<double>? progress, CancellationToken cancel) =>
        RunAsync(
            input, NodeKind.Bridge, recording.StartUtcMs, recording.EndUtcMs,
            options => options with { BridgeRecording = recording }, config,
            report => report with { RateHz = recording.RateMilliHz / 1000.0, Samples = recording.SampleCount, RangeG = recording.RangeG },
            progress, cancel);

    /// <summary>Runs an Air Box.</summary>
    public static Task<RehearsalReport> AirBoxAsync(
        string input, IAirBoxRecording recording, NodeConfig? config, Action<double>? progress, CancellationToken cancel) =>
        RunAsync(
            input, NodeKind.AirBox, recording.StartUtcMs, recording.EndUtcMs,
            options => options with { AirBoxRecording = recording }, config,
            report => report with { Samples = recording.RowCount }, progress, cancel);

    private static async Task<RehearsalReport> RunAsync(
        string input, NodeKind kind, long startMs, long endMs, Func<SimNodeOptions, SimNodeOptions> replay,
        NodeConfig? config, Func<RehearsalReport, RehearsalReport> complete, Action<double>? progress,
        CancellationToken cancel)
    {
        VirtualClock clock = new(startMs - LeadMs);
        Listener listener = new(config, () => clock.UtcMs) { FromUtcMs = startMs };
        MemoryLink link = new(listener, new LinkFaults(), seed: 1);
        SimNode node = new(replay(new SimNodeOptions
        {
            Kind = kind,
            Seed = 1,
            World = clock,
            Settings = new NodeSettings
            {
                FirmwareVersion = "rehearsal",
                EnrolmentId = "rehearsal",
                EnrolmentSecret = new byte[Limits.KeyBytes],
                GatewayHost = "memory",
                GatewayPort = 1,
            },
        }), link);
        node.PowerOn();
        int shown = -1;
        while (clock.UtcMs < endMs || (clock.UtcMs < endMs + TailMs && !IsOver(node, listener, endMs)))
        {
            cancel.ThrowIfCancellationRequested();
            // What is due over and over without time passing gets a step of its own.
            clock.AdvanceTo(Math.Max(Math.Min(node.NextDueUtcMs, link.NextDueMs), clock.UtcMs + 1));
            await StepAsync(node, link, clock.UtcMs);
            if (listener.ConfigRefused != 0)
                throw new ConfigRefusedException($"the node refuses the configuration: {listener.RefusedFor}.");
            int percent = (int)Math.Clamp(100 * (clock.UtcMs - startMs) / (endMs - startMs), 0, 100);
            if (percent != shown)
                progress?.Invoke((shown = percent) / 100.0);
        }
        ReportedState state = new();
        node.Runtime!.Describe(state, node.UptimeMs);
        double hours = (clock.UtcMs - startMs + LeadMs) / 3_600_000.0;
        return complete(new RehearsalReport(
            kind, Path.GetFileName(input), DateTimeOffset.FromUnixTimeMilliseconds(startMs),
            DateTimeOffset.FromUnixTimeMilliseconds(endMs), null, 0, null, listener.ConfigInForce, listener.Overall,
            listener.Windows, listener.Events, listener.Captures,
            new WireReport(listener.Messages, listener.Bytes, listener.Bytes / hours), state.SamplesMissed));
    }

    private static async Task StepAsync(SimNode node, MemoryLink link, long nowMs)
    {
        node.Tick();
        for (int turn = 0; turn < MostTurns; turn++)
        {
            link.Advance(nowMs);
            if (!link.IsUnsettled && link.NextDueMs > nowMs)
                return;
            await link.SettleAsync();
            node.Tick();
        }
        throw new InvalidOperationException("The node does not settle.");
    }

    /// <summary>Whether the window that holds the end has come, and nothing waits on the node.</summary>
    private static bool IsOver(SimNode node, Listener listener, long endMs) =>
        node.Status is { Buffered: 0 } && node.Runtime!.Vibration is not { Chunks.Waiting: > 0 }
        && listener.Windows.Count > 0
        && listener.Windows[^1] is { } last && last.Start.ToUnixTimeMilliseconds() + (last.Seconds * 1000) >= endMs;
}
