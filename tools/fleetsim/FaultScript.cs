using EdgeFleet.Boards.Sim;
using EdgeFleet.Boards.Sim.Flash;

namespace EdgeFleet.FleetSim;

/// <summary>One node's share of a fault plan: when its network goes, and when its power.</summary>
public sealed class FaultScript
{
    // A cut waits so long for a flash operation to meet; then the power goes between two.
    private const long CutPatienceMs = 5_000;

    private readonly SimNode _node;
    private readonly FaultPlan _plan;
    private readonly SimRandom _random;
    private long _partitionDueMs;
    private long _partitionEndMs = long.MaxValue;
    private long _cutDueMs;
    private long _cutGivenUpMs = long.MaxValue;
    private long _powerOnMs;
    private bool _over;

    /// <summary>A script that begins at <paramref name="startMs"/>, with the node switched off.</summary>
    public FaultScript(SimNode node, FaultPlan plan, ulong seed, long startMs)
    {
        _node = node;
        _plan = plan;
        _random = new SimRandom(seed);
        // A fleet is not switched on at one instant: the first boots spread over the first seconds.
        _powerOnMs = startMs + _random.NextInt(2_000);
        _partitionDueMs = After(startMs, plan.PartitionsPerDay);
        _cutDueMs = After(startMs, plan.PowerCutsPerDay);
    }

    /// <summary>When <see cref="Step"/> next has something to do, Unix milliseconds.</summary>
    public long NextDueMs
    {
        get
        {
            if (!_node.IsOn)
            {
                // A node that just went dark is still to be given the time at which its power comes back.
                long power = _powerOnMs == long.MaxValue ? 0 : _powerOnMs;
                return Math.Min(power, _node.Link.Partitioned ? _partitionEndMs : long.MaxValue);
            }
            if (_over)
                return long.MaxValue;
            long network = _node.Link.Partitioned ? _partitionEndMs : _partitionDueMs;
            return Math.Min(network, Math.Min(_cutDueMs, _cutGivenUpMs));
        }
    }

    /// <summary>Does what is due.</summary>
    public void Step(long nowMs)
    {
        if (_node.Link.Partitioned && nowMs >= _partitionEndMs)
        {
            _node.Link.Partitioned = false;
            _partitionDueMs = After(nowMs, _plan.PartitionsPerDay);
        }
        if (!_node.IsOn)
        {
            StepDark(nowMs);
            return;
        }
        if (_over)
            return;
        if (!_node.Link.Partitioned && nowMs >= _partitionDueMs)
        {
            _node.Link.Partitioned = true;
            _partitionEndMs = nowMs + 1 + (long)_random.NextExponential(_plan.PartitionMinutes * 60_000);
        }
        if (nowMs >= _cutDueMs)
        {
            _node.CutPowerAt(_random.NextInt(8), (CutMoment)_random.NextInt(3));
            _cutDueMs = long.MaxValue;
            _cutGivenUpMs = nowMs + CutPatienceMs;
        }
        else if (nowMs >= _cutGivenUpMs)
        {
            _node.PowerCut();
        }
    }

    /// <summary>No more faults: what is off is switched on, what is cut off gets its network back.</summary>
    public void End()
    {
        _over = true;
        _node.Link.Partitioned = false;
        _powerOnMs = 0;
        // A cut that was ordered and has not met its operation yet is called off.
        _node.CutPowerAt(int.MaxValue, CutMoment.Before);
    }

    private void StepDark(long nowMs)
    {
        if (_powerOnMs == long.MaxValue)
            // It went dark since the last step: 2 to 60 seconds until the power is back.
            _powerOnMs = _over ? nowMs : nowMs + 2_000 + _random.NextInt(58_000);
        if (nowMs < _powerOnMs)
            return;
        _powerOnMs = long.MaxValue;
        _cutGivenUpMs = long.MaxValue;
        _cutDueMs = After(nowMs, _plan.PowerCutsPerDay);
        _node.PowerOn();
    }

    private long After(long nowMs, double perDay) =>
        perDay <= 0 ? long.MaxValue : nowMs + 1 + (long)_random.NextExponential(86_400_000 / perDay);
}
