using EdgeFleet.Service.Gateway;

namespace EdgeFleet.Service.Hub;

/// <summary>A connection that was not let in.</summary>
/// <param name="At">When.</param>
/// <param name="User">As whom it wanted in: a device id, or <c>claim/</c> and an enrolment's id.</param>
/// <param name="RemoteAddress">From where.</param>
/// <param name="Reason">Why not.</param>
public sealed record RefusedConnection(DateTimeOffset At, string User, string RemoteAddress, Refusal Reason);

/// <summary>The last connections that were not let in, for the operator; the oldest go first.</summary>
public sealed class RefusedConnections
{
    private readonly Queue<RefusedConnection> _last = new();
    private readonly Lock _lock = new();

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RefusedConnection> All()
    {
        lock (_lock)
            return [.. _last.Reverse()];
    }

    internal void Add(RefusedConnection refused)
    {
        lock (_lock)
        {
            if (_last.Count == ServiceLimits.MaxRefusedConnections)
                _last.Dequeue();
            _last.Enqueue(refused);
        }
    }
}
