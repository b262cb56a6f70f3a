namespace EdgeFleet.Service.Features.Telemetry;

/// <summary>Consecutive sequence numbers, both ends included.</summary>
public readonly record struct SequenceRun(uint First, uint Last)
{
    /// <summary>How many they are.</summary>
    public long Length => (long)Last - First + 1;
}

/// <summary>
/// The sequence numbers of one stream that are stored: what makes ingestion idempotent. Sequences are contiguous, so
/// this is one run for a healthy node, and the holes between the runs are the gaps. It outlives the windows themselves:
/// a window that is sent again after retention has deleted it is still known.
/// </summary>
public sealed class SequenceSet
{
    private readonly List<SequenceRun> _runs;

    /// <summary>A set of these runs, in ascending order with at least one number missing between two.</summary>
    public SequenceSet(IEnumerable<SequenceRun>? runs = null, long forgotten = 0)
    {
        _runs = runs is null ? [] : [.. runs];
        Forgotten = forgotten;
    }

    /// <summary>The runs in ascending order.</summary>
    public IReadOnlyList<SequenceRun> Runs => _runs;

    /// <summary>
    /// Missing numbers that were given up because the set had more than <see cref="TelemetryLimits.MaxRuns"/> runs: the
    /// lowest hole is closed, and a window that still comes for it counts as a duplicate.
    /// </summary>
    public long Forgotten { get; private set; }

    /// <summary>Highest number; 0: none.</summary>
    public uint Last => _runs.Count == 0 ? 0 : _runs[^1].Last;

    /// <summary>An own copy.</summary>
    public SequenceSet Copy() => new(_runs, Forgotten);

    /// <summary>Puts a number in; false where it was in already.</summary>
    public bool Add(uint number)
    {
        int after = FirstAfter(number);
        if (after > 0 && _runs[after - 1].Last >= number)
            return false;
        bool joinsBefore = after > 0 && _runs[after - 1].Last == number - 1;
        bool joinsAfter = after < _runs.Count && number != uint.MaxValue && _runs[after].First == number + 1;
        if (joinsBefore && joinsAfter)
        {
            _runs[after - 1] = new(_runs[after - 1].First, _runs[after].Last);
            _runs.RemoveAt(after);
        }
        else if (joinsBefore)
        {
            _runs[after - 1] = new(_runs[after - 1].First, number);
        }
        else if (joinsAfter)
        {
            _runs[after] = new(number, _runs[after].Last);
        }
        else
        {
            _runs.Insert(after, new(number, number));
            if (_runs.Count > TelemetryLimits.MaxRuns)
                CloseLowestHole();
        }
        return true;
    }

    /// <summary>Whether a number is in.</summary>
    public bool Contains(uint number)
    {
        int after = FirstAfter(number);
        return after > 0 && _runs[after - 1].Last >= number;
    }

    /// <summary>The runs of numbers from 1 to <paramref name="highest"/> that are missing.</summary>
    public IEnumerable<SequenceRun> Holes(uint highest)
    {
        uint next = 1;
        foreach (SequenceRun run in _runs)
        {
            if (run.First > highest)
                break;
            if (run.First > next)
                yield return new(next, run.First - 1);
            if (run.Last == uint.MaxValue)
                yield break;
            next = run.Last + 1;
        }
        if (next <= highest)
            yield return new(next, highest);
    }

    private void CloseLowestHole()
    {
        Forgotten += (long)_runs[1].First - _runs[0].Last - 1;
        _runs[0] = new(_runs[0].First, _runs[1].Last);
        _runs.RemoveAt(1);
    }

    /// <summary>Index of the first run that begins after the number.</summary>
    private int FirstAfter(uint number)
    {
        // Nearly every number belongs at the end.
        if (_runs.Count == 0 || _runs[^1].First <= number)
            return _runs.Count;
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs[middle].First > number)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
