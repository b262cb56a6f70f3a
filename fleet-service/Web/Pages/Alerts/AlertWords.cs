using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Alerts;

namespace EdgeFleet.Service.Web.Pages.Alerts;

/// <summary>What the parts of alerts are called.</summary>
public static class AlertWords
{
    public static string Of(AlertSource source) => source switch
    {
        AlertSource.Threshold => "Threshold",
        AlertSource.Fault => "Fault",
        AlertSource.Screening => "Screening line passed",
        AlertSource.Update => "Update failed",
        AlertSource.Offline => "Node silent",
        AlertSource.Stale => "Data missing",
        AlertSource.Site => "Site silent",
        _ => source.ToString(),
    };

    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Warning => "warning",
        _ => "info",
    };

    public static string Of(AlertChange change) => change switch
    {
        AlertChange.Raised => "Raised",
        AlertChange.RaisedAgain => "Raised again",
        AlertChange.Escalated => "More severe now",
        AlertChange.Flapping => "Flapping: coming and going is no news any more",
        AlertChange.Cleared => "Cleared",
        AlertChange.Settled => "Quiet again after flapping",
        AlertChange.Acknowledged => "Acknowledged",
        AlertChange.Silenced => "Silenced",
        AlertChange.Unsilenced => "Silence ended",
        AlertChange.ClearedByHand => "Cleared by hand",
        AlertChange.Grouped => "Told by the site's alert",
        AlertChange.Held => "Nobody was told",
        AlertChange.Routed => "Handed to routes",
        _ => change.ToString(),
    };

    public static string Of(RouteKind kind) => kind == RouteKind.Webhook ? "Webhook" : "E-mail";
}
