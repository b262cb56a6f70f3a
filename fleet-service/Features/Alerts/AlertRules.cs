using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>What becomes of an alert when its cause comes or goes: no database, no clock but the one that is given.</summary>
internal static class AlertRules
{
    private static readonly TimeSpan FlapWindow = TimeSpan.FromMilliseconds(AlertLimits.FlapWindowMs);

    /// <summary>The alert after a signal, and what to write down; the same alert where nothing changes; null: there is none.</summary>
    /// <param name="current">The last alert of the same subject and key; null: there was none lately.</param>
    /// <param name="signal">What came.</param>
    /// <param name="newId">The id of an alert that is made.</param>
    public static (AlertRow? Row, AlertChange? Change) Apply(AlertRow? current, AlertSignal signal, long newId)
    {
        // A node's events come in order; what came before is known already.
        if (current != null && signal.Origin is { } origin && origin.Epoch == current.OriginEpoch
            && origin.Sequence <= current.OriginSequence)
            return (current, null);
        if (!signal.Raised)
            return current is { State: AlertState.Open, Active: true } ? Clear(Stamp(current, signal), signal.At) : (current, null);
        if (current == null || (current.State == AlertState.Cleared && signal.At - current.LastAt > FlapWindow
            && signal.At - current.ClearedAt > FlapWindow))
            return (New(signal, newId), AlertChange.Raised);
        if (current is { State: AlertState.Open, Active: true } && signal.Origin == null)
            return Repeat(current, signal);
        return Again(current, signal);
    }

    /// <summary>The alert after its cause went.</summary>
    public static (AlertRow Row, AlertChange? Change) Clear(AlertRow row, DateTimeOffset at) => row.Flapping
        // Stays open: the next turn is as near as the last, and nobody wants to hear of both.
        ? (row with { Active = false, ActiveSince = at }, null)
        : (row with { State = AlertState.Cleared, Active = false, ActiveSince = at, ClearedAt = at }, AlertChange.Cleared);

    /// <summary>Whether a flapping alert has been quiet for long enough to be over.</summary>
    public static bool IsSettled(AlertRow row, DateTimeOffset now) =>
        row is { State: AlertState.Open, Flapping: true, Active: false }
        && now - row.ActiveSince >= TimeSpan.FromMilliseconds(AlertLimits.FlapQuietMs);

    /// <summary>The alert after it has settled.</summary>
    public static AlertRow Settle(AlertRow row, DateTimeOffset now) =>
        row with { State = AlertState.Cleared, Flapping = false, ClearedAt = now };

    private static AlertRow New(AlertSignal signal, long id) => Stamp(new AlertRow
    {
        Id = id,
        Subject = signal.Subject,
        Key = signal.Key,
        Device = signal.Device,
        Site = signal.Site,
        Source = signal.Source,
        Severity = (int)signal.Severity,
        State = AlertState.Open,
        Active = true,
        ActiveSince = signal.At,
        FlapFrom = signal.At,
        FlapCount = 1,
        RaisedAt = signal.At,
        LastAt = signal.At,
        Count = 1,
        Channel = signal.Channel,
        Value = signal.Value,
        Level = signal.Level,
        Text = signal.Text,
        RouteAfter = signal.RouteAfter,
    }, signal);

    /// <summary>The service's own watch says the same again each round; only a change is worth a word.</summary>
    private static (AlertRow, AlertChange?) Repeat(AlertRow row, AlertSignal signal) =>
        (int)signal.Severity > row.Severity
            ? (row with { Severity = (int)signal.Severity, Text = signal.Text, Routed = false }, AlertChange.Escalated)
            : row.Text == signal.Text ? (row, null) : (row with { Text = signal.Text }, null);

    private static (AlertRow, AlertChange?) Again(AlertRow row, AlertSignal signal)
    {
        bool reopened = row.State == AlertState.Cleared;
        bool came = reopened || !row.Active;
        bool counting = signal.At - row.FlapFrom <= FlapWindow;
        bool escalated = (int)signal.Severity > row.Severity;
        AlertRow next = Stamp(row with
        {
            State = AlertState.Open,
            Active = true,
            ActiveSince = came ? signal.At : row.ActiveSince,
            ClearedAt = null,
            LastAt = signal.At,
            Count = row.Count + 1,
            FlapFrom = counting ? row.FlapFrom : signal.At,
            FlapCount = !counting ? 1 : came ? row.FlapCount + 1 : row.FlapCount,
            Severity = reopened || escalated ? (int)signal.Severity : row.Severity,
            Value = signal.Value,
            Level = signal.Level,
            Text = signal.Text,
            Site = signal.Site,
            Parent = reopened ? null : row.Parent,
            RouteAfter = reopened ? signal.RouteAfter : row.RouteAfter,
        }, signal);
        if (!row.Flapping && next.FlapCount >= AlertLimits.FlapRaises)
            return (next with { Flapping = true, Routed = escalated ? false : row.Routed }, AlertChange.Flapping);
        if (row.Flapping)
            return (next, null);
        // Who took care of it did so before it ended.
        if (reopened)
        {
            next = next with
            {
                AcknowledgedAt = null, AcknowledgedBy = null, Note = null, Routed = false, Held = false,
            };
        }
        else if (escalated)
        {
            next = next with { Routed = false };
        }
        return (next, escalated && !reopened ? AlertChange.Escalated : AlertChange.RaisedAgain);
    }

    private static AlertRow Stamp(AlertRow row, AlertSignal signal) => signal.Origin is { } origin
        ? row with { OriginEpoch = origin.Epoch, OriginSequence = origin.Sequence }
        : row;
}
