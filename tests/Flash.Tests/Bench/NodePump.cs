using System.Diagnostics;
using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Time;

namespace EdgeFleet.Flash.Tests.Bench;

/// <summary>
/// A board's time, which begins an hour ago and runs fast until it is the present: the node lives through its first minutes
/// in seconds, and is never ahead of the service.
/// </summary>
internal sealed class CatchingUpClock : SimClock
{
    private const double Speed = 100;
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(50);

    private readonly long _startUtcMs = DateTimeOffset.UtcNow.Subtract(Behind).ToUnixTimeMilliseconds();
    private readonly long _startStamp = Stopwatch.GetTimestamp();

    public override long UtcMs
    {
        get
        {
            double elapsedMs = Stopwatch.GetElapsedTime(_startStamp).TotalMilliseconds;
            double present = _startUtcMs + Behind.TotalMilliseconds + elapsedMs;
            return (long)Math.Min(_startUtcMs + elapsedMs * Speed, present);
        }
    }
}

/// <summary>Steps every node that has power, on one thread.</summary>
internal sealed class NodePump : IDisposable
{
    private const int StepMs = 2;

    private readonly List<SimNode> _nodes = [];
    private readonly Dictionary<SimNode, SimClock> _clocks = [];
    private readonly Thread _thread;
    private readonly ManualResetEvent _stopped = new(false);

    public NodePump()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "nodes" };
        _thread.Start();
    }

    /// <summary>Gives a node power.</summary>
    public void PowerOn(SimNode node, SimClock clock)
    {
        lock (_nodes)
        {
            node.PowerOn();
            _clocks[node] = clock;
            _nodes.Add(node);
        }
    }

    /// <summary>Takes a node's power.</summary>
    public void PowerCut(SimNode node)
    {
        lock (_nodes)
        {
            if (_nodes.Remove(node))
                node.PowerCut();
        }
    }

    public void Dispose()
    {
        _stopped.Set();
        _thread.Join();
        foreach (SimNode node in _nodes)
            node.PowerCut();
    }

    private void Run()
    {
        do
        {
            lock (_nodes)
            {
                foreach (SimNode node in _nodes)
                {
                    if (node.NextDueUtcMs <= _clocks[node].UtcMs)
                        node.Tick();
                }
            }
        }
        // The nodes' own time passes by the system's clock; this only leaves the processor to others.
        while (!_stopped.WaitOne(StepMs));
    }
}
