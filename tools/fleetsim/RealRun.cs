using System.Diagnostics;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.FleetSim;

/// <summary>A fleet in real time, over real TCP, until it is stopped.</summary>
public sealed class RealRun
{
    // A quarter of an accelerometer's shortest poll: no node is stepped late by more than that.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    // Half an hour would try a person's patience; a minute covers the longest answer and one backoff.
    private static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(1);

    private readonly SimOptions _options;
    private readonly FleetApi _api;
    private readonly RealClock _world;
    private readonly FaultScript[] _scripts;
    private readonly HashSet<SimNode> _configured = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private RealRun(SimOptions options, FleetApi api, RealClock world, SimFleet fleet)
    {
        (_options, _api, _world, Fleet) = (options, api, world, fleet);
        _scripts = [.. fleet.Nodes.Select(
            (node, i) => new FaultScript(node, options.Faults, SimRandom.Mix(options.Seed, (ulong)i), world.UtcMs))];
    }

    /// <summary>The nodes.</summary>
    public SimFleet Fleet { get; }

    /// <summary>Enrols the fleet with a service that runs.</summary>
    public static async Task<RealRun> StartAsync(
        SimOptions options, Recordings recordings, FleetApi api, (string Host, int Port) gateway, CancellationToken cancel)
    {
        var world = new RealClock(recordings.StartUtcMs);
        // Enrolments are made by today's date, whatever date the recordings have.
        var today = new RealClock();
        var fleet = await SimFleet.EnrolAsync(
            options, api, world, today, recordings, gateway, _ => new TcpLink(new TcpLinkOptions()), cancel,
            run: (ulong)today.UtcMs);
        return new RealRun(options, api, world, fleet);
    }

    /// <summary>Runs until the time is over or <paramref name="stop"/> is signalled.</summary>
    public async Task RunAsync(Action<TimeSpan>? progress, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step);
        try
        {
            while (_options.For is not { } span || _watch.Elapsed < span)
            {
                StepAll();
                await ConfigureAsync(stop);
                progress?.Invoke(_watch.Elapsed);
                await timer.WaitForNextTickAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how a person ends it.
        }
    }

    /// <summary>Ends the faults, and lets every node say what it still has; false where one could not in a minute.</summary>
    public async Task<bool> DrainAsync(CancellationToken cancel)
    {
        foreach (var script in _scripts)
            script.End();
        var patience = Stopwatch.StartNew();
        var askAgain = TimeSpan.Zero;
        using var timer = new PeriodicTimer(Step);
        while (patience.Elapsed < DrainPatience)
        {
            StepAll();
            if (Fleet.HasHandedIn && patience.Elapsed >= askAgain)
            {
                askAgain = patience.Elapsed + TimeSpan.FromSeconds(1);
                if (await HasToldDropsAsync(cancel))
                    return true;
            }
            await timer.WaitForNextTickAsync(cancel);
        }
        return false;
    }

    /// <summary>What came of it.</summary>
    public Task<Summary> SummariseAsync(CancellationToken cancel) =>
        Summary.MakeAsync(_options, Fleet, _api, _watch.Elapsed, _watch.Elapsed, cancel);

    /// <summary>Closes all connections.</summary>
    public void Close()
    {
        foreach (var node in Fleet.Nodes)
            node.Link.Disconnect();
    }

    private void StepAll()
    {
        long now = _world.UtcMs;
        for (int i = 0; i < _scripts.Length; i++)
        {
            if (_scripts[i].NextDueMs <= now)
                _scripts[i].Step(now);
            var node = Fleet.Nodes[i];
            if (node.NextDueUtcMs <= now)
                node.Tick();
        }
    }

    private async Task ConfigureAsync(CancellationToken cancel)
    {
        if (_options.Window is not { } window || _configured.Count == Fleet.Nodes.Count)
            return;
        foreach (var node in Fleet.Nodes)
        {
            if (node.Status is not { DeviceId: { Length: > 0 } device } || _configured.Contains(node))
                continue;
            // A service that is just being restarted is asked again at a later step.
            if (await TryConfigureAsync(device, window, cancel))
                _configured.Add(node);
            return;
        }
    }

    private async Task<bool> HasToldDropsAsync(CancellationToken cancel)
    {
        try
        {
            return await Fleet.HasToldDropsAsync(_api, cancel);
        }
        catch (FleetApiException)
        {
            return false;
        }
    }

    private async Task<bool> TryConfigureAsync(string device, TimeSpan window, CancellationToken cancel)
    {
        try
        {
            await _api.ConfigureAsync(device, window, cancel);
            return true;
        }
        catch (FleetApiException)
        {
            return false;
        }
    }
}
