using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Gateway;

/// <summary>Filters of one session, and what they come to. Guarded by the session's lock.</summary>
internal sealed class Subscriptions
{
    private readonly List<(string Filter, int Kinds, int Qos)> _filters = new(1);

    /// <summary>Adds a filter, or replaces it where it was there (section 3.8.4); false where there are too many.</summary>
    public bool TryAdd(string filter, int kinds, int qos)
    {
        int at = _filters.FindIndex(f => f.Filter == filter);
        if (at >= 0)
            _filters[at] = (filter, kinds, qos);
        else if (_filters.Count == GatewayLimits.MaxFilters)
            return false;
        else
            _filters.Add((filter, kinds, qos));
        return true;
    }

    /// <summary>False where there was no such filter.</summary>
    public bool Remove(string filter) => _filters.RemoveAll(f => f.Filter == filter) != 0;

    /// <summary>
    /// The quality of service in which a kind is sent, the highest of all filters that select it; -1 where none does.
    /// A message that several filters select is sent once.
    /// </summary>
    public int Qos(TopicKind kind)
    {
        int qos = -1;
        foreach ((string _, int kinds, int granted) in _filters)
        {
            if ((kinds & (1 << (int)kind)) != 0)
                qos = Math.Max(qos, granted);
        }
        return qos;
    }
}
