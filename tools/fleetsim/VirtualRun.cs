using System.Diagnostics;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Link;
using EdgeFleet.Boards.Sim.Time;
using EdgeFleet.FleetSim.Updates;

namespace EdgeFleet.FleetSim;

/// <summary>
/// A fleet and its service in virtual time. Time advances only when everything under way has settled: every message
/// that was due has been handled by the service, and its answer has been handled by its node. So a run depends on its
/// seed alone, and takes as long as the work takes.
/// </summary>
public sealed class VirtualRun : IAsyncDisposable
{
    /// <summary>
    /// Time advances in whole steps of this length. Nodes that are due within one step are due together, so that their
    /// messages share a commit, as those of a real city do; an accelerometer's queue holds 256 ms.
    /// </summary>
    public const int StepMs = 100;

    // Until the last window is in: half an hour is six times the longest time between two tries to connect.
    private const long DrainMs = 30 * 60 * 1000;

    private readonly VirtualClock _clock;
    private readonly SimOptions _options;
    private readonly string _dataPath;
    private readonly GatewaySwitch _gateway;
    private readonly long _startMs;
    private readonly long _endMs;
    private long _askAgainMs;

    private VirtualRun(SimOptions options, VirtualClock clock, ServiceHost service, string dataPath, long endMs)
    {
        (_options, _clock, Service, _dataPath, _endMs) = (options, clock, service, dataPath, endMs);
        _gateway = new GatewaySwitch(service.Gateway!);
        _startMs = clock.UtcMs;
    }

    /// <summary>The service that runs now.</summary>
    public ServiceHost Service { get; private set; }

    /// <summary>What the fleet is updated to; null: nothing.</summary>
    public UpdateScript? Update { get; private set; }

    /// <summary>The nodes; empty before <see cref="RunAsync"/>.</summary>
    public SimFleet? Fleet { get; private set; }

    /// <summary>Called now and then with the simulated time that has passed, and how much there is.</summary>
    public Action<TimeSpan, TimeSpan>? Progress { get; set; }

    /// <summary>Starts the service at the virtual start of the run.</summary>
    public static async Task<VirtualRun> StartAsync(
        SimOptions options, Recordings recordings, string dataPath, CancellationToken cancel)
    {
        // Any fixed date: a run must not depend on the day on which it is made.
        long start = recordings.StartUtcMs ?? new DateTimeOffset(2026, 3, 2, 6, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        // Whole minutes, so that an Air Box's first window is a whole one; a bridge node's begins with its first sample.
        start -= start % (recordings.AirBox == null ? 1_000 : 60_000);
        long end = options.For is { } span ? start + (long)span.TotalMilliseconds
            // The last sample is asked for after it was made, and an Air Box's last minute is closed by the next one.
            : recordings.EndUtcMs + (recordings.AirBox == null ? 2_000 : 60_000) ?? start + 60 * 60 * 1000;
        var clock = new VirtualClock(start);
        var service = await ServiceHost.StartAsync(options, dataPath, clock.Provider, cancel);
        return new VirtualRun(options, clock, service, dataPath, end);
    }

    /// <summary>Runs to the end, then without faults until every node has been heard out, and sums up.</summary>
    public async Task<Summary> RunAsync(Recordings recordings, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var plan = _options.Faults;
        var faults = new LinkFaults
        {
            Loss = plan.LossPercent / 100,
            Duplicate = plan.DuplicatePercent / 100,
            Reorder = plan.ReorderPercent / 100,
            DelayMs = plan.DelayMs,
        };
        Fleet = await SimFleet.EnrolAsync(
            _options, Service.Api, _clock, _clock, recordings, ("memory", 1), seed => new MemoryLink(_gateway, faults, seed),
            cancel);
        var scripts = Fleet.Nodes
            .Select((node, i) => new FaultScript(node, plan, SimRandom.Mix(_options.Seed, (ulong)i), _startMs)).ToArray();
        var nodes = Fleet.Nodes;
        var unconfigured = _options.Window == null ? [] : nodes.ToList();
        Update = _options.Update is { } update ? new UpdateScript(update, nodes, _startMs) : null;
        var restarts = Restarts();
        var lastProgress = TimeSpan.Zero;
        while (_clock.UtcMs < _endMs)
        {
            cancel.ThrowIfCancellationRequested();
            await StepAsync(nodes, scripts, _endMs);
            if (restarts.TryPeek(out long restartMs) && restartMs <= _clock.UtcMs)
            {
                restarts.Dequeue();
                await RestartAsync(nodes, cancel);
            }
            if (Update != null)
                await Update.StepAsync(Service.Api, _clock.UtcMs, cancel);
            foreach (var node in unconfigured.FindAll(node => node.Status?.DeviceId.Length > 0))
            {
                await Service.Api.ConfigureAsync(node.Status!.Value.DeviceId, _options.Window!.Value, cancel);
                unconfigured.Remove(node);
            }
            if (watch.Elapsed - lastProgress > TimeSpan.FromSeconds(0.25))
            {
                lastProgress = watch.Elapsed;
                Progress?.Invoke(Passed(_clock.UtcMs), Passed(_endMs));
            }
        }
        foreach (var script in scripts)
            script.End();
        foreach (var node in nodes)
            ((MemoryLink)node.Link).EndFaults();
        long patience = _clock.UtcMs + DrainMs;
        do
            await StepAsync(nodes, scripts, patience);
        while (_clock.UtcMs < patience && !await HeardOutAsync(cancel));
        await Service.ProjectedAsync(cancel);
        return await Summary.MakeAsync(_options, Fleet, Service.Api, Passed(_clock.UtcMs), watch.Elapsed, cancel);
    }

    /// <summary>Stops the service.</summary>
    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private Queue<long> Restarts() => new(Enumerable.Range(1, _options.ServiceRestarts)
        .Select(i => _startMs + (_endMs - _startMs) * i / (_options.ServiceRestarts + 1)));

    private async Task RestartAsync(IReadOnlyList<SimNode> nodes, CancellationToken cancel)
    {
        await Service.DisposeAsync();
        // What stood with the old one is gone, as it is with any server that goes.
        foreach (var node in nodes)
            node.Link.Drop();
        Service = await ServiceHost.StartAsync(_options, _dataPath, _clock.Provider, cancel);
        _gateway.Current = Service.Gateway!;
    }

    private async Task StepAsync(IReadOnlyList<SimNode> nodes, FaultScript[] scripts, long limitMs)
    {
        long due = limitMs;
        for (int i = 0; i < nodes.Count; i++)
            due = Math.Min(due, Math.Min(nodes[i].NextDueUtcMs, Math.Min(nodes[i].Link.NextDueMs, scripts[i].NextDueMs)));
        long now = Math.Max(due, _clock.UtcMs);
        now += (StepMs - now % StepMs) % StepMs;
        // What is due over and over without time passing must not hold the world: it gets one step's time.
        if (now == _clock.UtcMs)
            now += StepMs;
        _clock.AdvanceTo(Math.Min(now, limitMs));
        now = _clock.UtcMs;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (scripts[i].NextDueMs <= now)
                scripts[i].Step(now);
            if (nodes[i].NextDueUtcMs <= now)
                nodes[i].Tick();
        }
        await SettleAsync(nodes, now);
    }

    private async Task SettleAsync(IReadOnlyList<SimNode> nodes, long now)
    {
        // What one instant can set off is bounded: connect, subscribe, desired state, a window of messages, and as many
        // again for a backlog. A run that exceeds this has a loop in it.
        const int MostTurns = 10_000;
        var busy = new List<SimNode>();
        for (int turn = 0; turn < MostTurns; turn++)
        {
            busy.Clear();
            foreach (var node in nodes)
            {
                var link = (MemoryLink)node.Link;
                if (link.NextDueMs <= now)
                    link.Advance(now);
                if (link.IsUnsettled || link.NextDueMs <= now)
                    busy.Add(node);
            }
            if (busy.Count == 0 && _options.Update != null)
            {
                // Blocks are answered behind the message's receipt; the answer may be due now.
                await Service.BlocksAnsweredAsync();
                busy.AddRange(nodes.Where(node => ((MemoryLink)node.Link).IsUnsettled));
            }
            if (busy.Count == 0)
                return;
            foreach (var node in busy)
                await ((MemoryLink)node.Link).SettleAsync();
            foreach (var node in busy)
                node.Tick();
        }
        throw new InvalidOperationException("The fleet does not settle: a node and the service answer each other for ever.");
    }

    private async ValueTask<bool> HeardOutAsync(CancellationToken cancel)
    {
        if (!Fleet!.HasHandedIn || _clock.UtcMs < _askAgainMs)
            return false;
        // The last thing that a node says is what it dropped. Asking is dear beside a step, hence not at each.
        _askAgainMs = _clock.UtcMs + 1000;
        await Service.ProjectedAsync(cancel);
        return await Fleet.HasToldDropsAsync(Service.Api, cancel);
    }

    private TimeSpan Passed(long utcMs) => TimeSpan.FromMilliseconds(utcMs - _startMs);
}
