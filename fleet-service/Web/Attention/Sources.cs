using System.Security.Claims;
using EdgeFleet.Contracts;
using EdgeFleet.Service.Features.Access;
using EdgeFleet.Service.Features.Alerts;
using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Visits;
using EdgeFleet.Service.Web.Pages.Alerts;
using EdgeFleet.Service.Web.Pages.Visits;

namespace EdgeFleet.Service.Web;

/// <summary>Alerts that nobody has taken care of, and nodes and sites that are silent.</summary>
internal sealed class AlertAttention(AlertBook alerts, DeviceDirectory directory) : IAttentionSource
{
    private const int Shown = 5;

    public Task<IReadOnlyList<AttentionItem>> ReadAsync(ClaimsPrincipal user, CancellationToken cancel)
    {
        List<Alert> open = [.. alerts.Open().Where(a => a is { Parent: null, AcknowledgedAt: null, SilencedUntil: null, InMaintenance: false })];
        List<Alert> silent = [.. open.Where(a => a.Source is AlertSource.Offline or AlertSource.Site or AlertSource.Stale)];
        List<Alert> others = [.. open.Except(silent).Where(a => a.Severity != Severity.Info)];
        IReadOnlyList<AttentionItem> items =
        [
            Item("alerts that nobody has looked at", others, "/alerts?acknowledged=false"),
            Item("nodes or sites that are silent", silent, "/alerts?acknowledged=false&source=" + (silent.Any(a => a.Source == AlertSource.Site) ? "Site" : "Offline")),
        ];
        return Task.FromResult(items);
    }

    private AttentionItem Item(string what, List<Alert> found, string link) => new(
        what, found.Count, found.Count == 0 ? Severity.Info : found.Max(a => a.Severity), link,
        [.. found.Take(Shown).Select(a => new AttentionExample(
            a.Device == null ? a.Site : directory.Find(a.Device)?.Name ?? a.Device, AlertWords.Of(a.Source), $"/alerts/{a.Id}", a.RaisedAt))]);
}

/// <summary>Claims that an operator must decide.</summary>
internal sealed class ClaimAttention(Features.Provisioning.Claims claims) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> ReadAsync(ClaimsPrincipal user, CancellationToken cancel) =>
        !user.May(Role.Technician) ? [] :
        [new AttentionItem("claims that wait for a decision", await claims.PendingCountAsync(cancel), Severity.Warning, "/claims", [])];
}

/// <summary>Nodes that somebody has to go to.</summary>
internal sealed class VisitAttention(VisitList visits) : IAttentionSource
{
    private const int Shown = 5;

    public async Task<IReadOnlyList<AttentionItem>> ReadAsync(ClaimsPrincipal user, CancellationToken cancel)
    {
        IReadOnlyList<Visit> all = await visits.AllAsync(cancel: cancel);
        return
        [
            new AttentionItem("nodes that need a technician", all.Count, Severity.Warning, "/visits",
                [.. all.Take(Shown).Select(v => new AttentionExample(
                    v.Name, VisitsModel.Word(v.Reasons[0].Kind), $"/devices/{v.Device}", v.Reasons[0].Since))]),
        ];
    }
}
