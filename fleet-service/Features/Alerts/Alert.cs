using EdgeFleet.Contracts;

namespace EdgeFleet.Service.Features.Alerts;

/// <summary>Whether an alert goes on.</summary>
public enum AlertState
{
    /// <summary>It was raised and has not ended.</summary>
    Open,

    /// <summary>It has ended.</summary>
    Cleared,
}

/// <summary>What an alert comes from.</summary>
public enum AlertSource
{
    /// <summary>A threshold rule or a drift that the node judged itself.</summary>
    Threshold,

    /// <summary>A sensor or the board failed.</summary>
    Fault,

    /// <summary>A velocity passed the screening line.</summary>
    Screening,

    /// <summary>An update was refused or reverted.</summary>
    Update,

    /// <summary>A node is silent.</summary>
    Offline,

    /// <summary>A node is there and sends no measurements.</summary>
    Stale,

    /// <summary>Several nodes of one site are silent.</summary>
    Site,
}

/// <summary>What happened to an alert.</summary>
public enum AlertChange
{
    Raised,
    RaisedAgain,
    Escalated,
    Flapping,
    Cleared,
    Settled,
    Acknowledged,
    Silenced,
    Unsilenced,
    ClearedByHand,
    Grouped,
    Held,
    Routed,
}

/// <summary>
/// Something that is wrong with a node or a site: one for each (subject, key), however often its cause comes and goes
/// within <see cref="AlertLimits.FlapWindowMs"/>.
/// </summary>
/// <param name="Device">The node; null: the whole site.</param>
/// <param name="Site">Where it was raised.</param>
/// <param name="Key">What tells alerts of one subject apart, such as <c>rule:pm-high</c>, <c>fault:sps30</c>, <c>offline</c>.</param>
/// <param name="Active">Whether its cause is there now; a flapping alert stays open while it is not.</param>
/// <param name="Flapping">Whether it came and went so often that coming and going is no news.</param>
/// <param name="RaisedAt">When its cause came first, by the node's clock.</param>
/// <param name="LastAt">When its cause came last.</param>
/// <param name="Count">How often its cause came.</param>
/// <param name="Value">The value that decided, in the channel's unit.</param>
/// <param name="Level">The level it was held against.</param>
/// <param name="SilencedUntil">Until when nobody is told; null: people are.</param>
/// <param name="InMaintenance">Whether its site is in maintenance now.</param>
/// <param name="Parent">The site's alert that tells of it, too; null: none.</param>
/// <param name="Routed">Whether it was handed to the routes.</param>
public sealed record Alert(
    long Id, string? Device, string Site, string Key, AlertSource Source, Severity Severity, AlertState State, bool Active,
    bool Flapping, DateTimeOffset RaisedAt, DateTimeOffset LastAt, DateTimeOffset? ClearedAt, int Count, string? Channel,
    double? Value, double? Level, string? Text, DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, string? Note,
    DateTimeOffset? SilencedUntil, bool InMaintenance, long? Parent, bool Routed);

/// <summary>One step of an alert's history.</summary>
public sealed record AlertHistoryEntry(DateTimeOffset At, AlertChange Change, string? By, string? Note);

/// <summary>An alert and everything that happened to it, the oldest first.</summary>
public sealed record AlertDetail(Alert Alert, IReadOnlyList<AlertHistoryEntry> History);

/// <summary>Which alerts.</summary>
/// <param name="Severity">At least this grave.</param>
/// <param name="Acknowledged">Only acknowledged ones, or only others.</param>
/// <param name="Silenced">Only silenced ones, or only others.</param>
/// <param name="Grouped">Whether alerts that a site's alert tells of are wanted, too.</param>
public sealed record AlertQuery(
    AlertState? State = AlertState.Open, Severity? Severity = null, AlertSource? Source = null, string? Site = null,
    string? Device = null, bool? Acknowledged = null, bool? Silenced = null, bool Grouped = true, int Skip = 0,
    int Top = ServiceLimits.DefaultPage);

/// <summary>A page of alerts: open ones by severity, then the newest first.</summary>
public sealed record AlertPage(int Total, IReadOnlyList<Alert> Items);

/// <summary>How many alerts are open.</summary>
/// <param name="New">Neither acknowledged nor silenced nor told by a site's alert.</param>
public sealed record AlertCounts(int Open, int New, int Critical, int Warning);

/// <summary>Somebody takes care.</summary>
public sealed record AcknowledgeRequest(string? Note = null);

/// <summary>Nobody is to be told until a time; an earlier time than now ends a silence.</summary>
public sealed record SilenceRequest(DateTimeOffset Until, string? Reason = null);

/// <summary>What makes or ends an alert.</summary>
/// <param name="Raised">Whether the cause comes or goes.</param>
/// <param name="Origin">Epoch and sequence of the node's event; null: it comes from no event.</param>
/// <param name="RouteAfter">Not routed before this.</param>
internal sealed record AlertSignal(
    string? Device, string Site, string Key, AlertSource Source, Severity Severity, bool Raised, DateTimeOffset At,
    string? Channel = null, double? Value = null, double? Level = null, string? Text = null,
    (uint Epoch, uint Sequence)? Origin = null, DateTimeOffset RouteAfter = default)
{
    public string Subject => SubjectOf(Device, Site);

    public static string SubjectOf(string? device, string site) => device ?? "site:" + site;
}
